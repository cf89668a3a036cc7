r"""Tables of labels in an upload: `labels.tsv`, `labels.csv`, `labels.json`, `labels.jsonl`.

    file<TAB>label<TAB>tags<TAB>metadata
    a.png<TAB>CW2288-111<TAB>blurry, dark<TAB>shelf=A3; season=autumn

`text` may stand for `label`, as in the folders that `datasets export` writes; a `status` of `unreadable` is obeyed;
a column `meta.shelf` is metadata as well. Other columns are passed over. A row without a label gives tags and metadata
alone. JSON holds a list of objects with these fields (`tags` a list, `metadata` an object), or an object of labels by
file. What is wrong with a row is said of its file, and costs no other one.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from datasets.errors import LabelError
from datasets.samples.marks import is_key, tag_text
from datasets.samples.sample import LONGEST_TEXT
from datasets.uploads.outcome import FaultError
from ocr_model.codes.table import from_cell
from ocr_model.codes.verdict import VerdictError
from ocr_model.domains.domain import Domain
from ocr_model.table_text import TableTextError, decode_table

TABLE_NAMES: Final = ("labels.tsv", "labels.csv", "labels.json", "labels.jsonl")
MOST_TABLE_BYTES: Final = 32 << 20
MOST_ROWS: Final = 50_000  # of all tables of an upload together
# Brackets, commas and lines of a JSON table: each costs a hundred bytes once it is read.
_MOST_SIGNS: Final = 60 * MOST_ROWS
MOST_MARKS: Final = 12  # tags and values of one file; an action on marks has 16 at most
_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Row:
    """What a table says about a file."""

    label: str | None = None  # the line; None where there is none
    is_unreadable: bool = False
    tags: tuple[str, ...] = ()  # in their usual spelling
    values: Mapping[str, str] = field(default_factory=dict)  # metadata by key

    @property
    def has_label(self) -> bool:
        """Whether it says what is printed, or that nobody can read it."""
        return self.label is not None or self.is_unreadable


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it stands in a table; its content is looked at by `checked`."""

    where: str  # "line 3", or "entry 3" in JSON
    cells: Mapping[str, Any]  # by column, in lower case; a file by "file"

    @property
    def file(self) -> str:
        """The file that it names, in NFC with slashes; "" if none."""
        name = self.cells.get("file")
        return unicodedata.normalize("NFC", name.strip().replace("\\", "/")) if isinstance(name, str) else ""

    def checked(self, domain: Domain) -> Row:
        """What it says.

        Raises:
            FaultError: "bad-text", "bad-tag", "bad-metadata" or "bad-row".
        """
        tags, values = _tags(self.cells.get("tags")), _values(self.cells)
        if len(tags) + len(values) > MOST_MARKS:
            raise FaultError("bad-metadata", f"a file has at most {MOST_MARKS} tags and values")
        if str(self.cells.get("status") or "").strip().lower() == _UNREADABLE:
            return Row(None, True, tags, values)
        return Row(_label(self.cells, domain), False, tags, values)


def read_table(name: str, data: bytes, most: int = MOST_ROWS) -> list[TableRow]:
    """The rows of a table.

    Args:
        name: of its file, by which its kind is known.
        data: the file.
        most: rows that it may have.

    Raises:
        FaultError: "bad-table": it is no such table; one sentence says where.
    """
    if len(data) > MOST_TABLE_BYTES:
        raise FaultError("bad-table", f"a table has at most {MOST_TABLE_BYTES >> 20} MiB")
    try:
        text = decode_table(data)
    except TableTextError as error:
        raise FaultError("bad-table", f"line {error.line}: {error}") from error
    ending = name.lower().rpartition(".")[2]
    found = _json_rows(text, by_line=ending == "jsonl") if ending.startswith("json") else _cell_rows(text)
    rows = list(islice(found, most + 1))
    if len(rows) > most:
        raise _too_many_rows()
    return rows


def _too_many_rows() -> FaultError:
    return FaultError("bad-table", f"the tables of an upload have at most {MOST_ROWS} rows together")


def _cell_rows(text: str) -> Iterator[TableRow]:
    header = text.partition("\n")[0]
    delimiter = max("\t,;", key=header.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [cell.strip().lower() for cell in next(table, [])]
        if columns.count("file") != 1:
            raise FaultError("bad-table", "the first line must name the column 'file' once")
        for cells in table:
            if any(cell.strip() for cell in cells):
                found = {column: from_cell(cell.strip()) for column, cell in zip(columns, cells, strict=False)}
                yield TableRow(f"line {table.line_num}", found)
    except csv.Error as error:
        raise FaultError("bad-table", f"line {table.line_num}: {error}") from error


def _json_rows(text: str, *, by_line: bool) -> Iterator[TableRow]:
    if sum(map(text.count, "[{,\n")) > _MOST_SIGNS:
        raise _too_many_rows()
    try:
        if by_line:
            found: Any = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FaultError("bad-table", f"it is no JSON: {error}"[:300]) from error
    if isinstance(found, dict) and isinstance(found.get("labels"), list | dict):
        found = found["labels"]
    if isinstance(found, dict):
        found = [{"file": file, "label": label} for file, label in found.items()]
    if not isinstance(found, list):
        raise FaultError("bad-table", "it must hold a list of objects, or one object of labels by file")
    for number, entry in enumerate(found, 1):
        cells = {str(key).lower(): value for key, value in entry.items()} if isinstance(entry, dict) else {}
        yield TableRow(f"entry {number}", cells)


def _label(cells: Mapping[str, Any], domain: Domain) -> str | None:
    written = cells.get("label", cells.get("text"))
    if written is None or (isinstance(written, str) and not written.strip()):
        return None
    if not isinstance(written, str):
        raise FaultError("bad-text", f"a label is a text, not {written!r:.80}")
    try:
        return domain.typed(written)
    except VerdictError as error:
        raise FaultError("bad-text", str(error)) from error


def _tags(written: object) -> tuple[str, ...]:
    if isinstance(written, str):
        written = [tag for tag in written.replace(";", ",").split(",") if tag.strip()]
    return checked_tags(written) if isinstance(written, list) else checked_tags([] if written is None else [written])


def checked_tags(written: Sequence[object]) -> tuple[str, ...]:
    """Tags in their usual spelling, each once.

    Raises:
        FaultError: "bad-tag".
    """
    try:
        return tuple(dict.fromkeys(tag_text(str(tag)) for tag in written))
    except LabelError as error:
        raise FaultError("bad-tag", str(error)) from error


def _values(cells: Mapping[str, Any]) -> dict[str, str]:
    written = cells.get("metadata")
    found: dict[str, Any] = {}
    if isinstance(written, dict):
        found |= written
    elif isinstance(written, str):
        for part in filter(str.strip, written.split(";")):
            key, equals, value = part.partition("=")
            if not equals:
                raise FaultError("bad-metadata", f"metadata is written key=value, not {part.strip()!r:.80}")
            found[key] = value
    elif written is not None:
        raise FaultError("bad-metadata", f"metadata is written key=value, not {written!r:.80}")
    found |= {column[5:]: value for column, value in cells.items() if column.startswith("meta.") and value != ""}
    return checked_values(found)


def checked_values(written: Mapping[str, object]) -> dict[str, str]:
    """Metadata as it is kept.

    Raises:
        FaultError: "bad-metadata".
    """
    values = {key.strip().casefold(): str(value).strip() for key, value in written.items()}
    for key, value in values.items():
        if not is_key(key):
            raise FaultError("bad-metadata", f"a key has 1 to 64 of a-z, 0-9, `_`, `.` and `-`, not {key!r:.80}")
        if not 1 <= len(value) <= LONGEST_TEXT or not value.isprintable():
            raise FaultError("bad-metadata", f"the value of {key} has 1 to {LONGEST_TEXT} printable characters")
    return values
