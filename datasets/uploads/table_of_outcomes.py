"""What became of each file, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from datasets.uploads.outcome import FileOutcome
from ocr_model.codes.table import to_cell

COLUMNS = ("file", "result", "fault", "detail", "samples", "text", "lines")
_AT_ONCE = 500
_MARK = "\ufeff"  # tells spreadsheets that it is UTF-8


def outcome_rows(outcomes: Iterable[FileOutcome]) -> Iterator[bytes]:
    """The table of outcomes, some lines at a time; texts that a spreadsheet would take for formulas are guarded."""
    text = io.StringIO(newline="")
    text.write(_MARK)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for number, outcome in enumerate(outcomes, 1):
        cells = (outcome.file, outcome.result, outcome.fault or "", outcome.detail, " ".join(outcome.samples))
        table.writerow([*map(to_cell, cells), to_cell(outcome.text.replace("\n", " | ")), outcome.lines])
        if number % _AT_ONCE == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
