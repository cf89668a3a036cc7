"""What became of each file, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from frontend.client.upload_answers import FileOutcome
from frontend.uploads.texts import UploadTexts

_PILLS = {"kept": "accepted", "to-review": "rejected", "refused": "failed"}


def outcome_table(outcomes: Sequence[FileOutcome], texts: UploadTexts) -> str:
    """The table as HTML; on phones each file is a card."""
    names = texts.columns
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names.values())
    return (
        f'<table class="figures wide uploads" lang="{texts.language}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(_row(outcome, texts) for outcome in outcomes)}</tbody></table>"
    )


def _row(outcome: FileOutcome, texts: UploadTexts) -> str:
    column = {name: escape(words, quote=True) for name, words in texts.columns.items()}
    result = f"<span>{escape(texts.results[outcome.result])}</span>"
    text = " · ".join(escape(line) for line in outcome.text.splitlines())
    return (
        f'<tr><td class="name long" data-column="{column["file"]}">{escape(outcome.file)}</td>'
        f'<td class="pill {_PILLS.get(outcome.result, "")}" data-column="{column["result"]}">{result}</td>'
        f'<td data-column="{column["text"]}">{text}</td>'
        f'<td class="why" data-column="{column["why"]}">{_why(outcome, texts)}</td></tr>'
    )


def _why(outcome: FileOutcome, texts: UploadTexts) -> str:
    if outcome.fault is not None:
        # The detail is in English; it names lines and values.
        detail = f"<small>{escape(outcome.detail)}</small>" if texts.language == "en" and outcome.detail else ""
        return f"{escape(texts.file_faults.get(outcome.fault, outcome.fault))}{detail}"
    if outcome.lines == 1:
        return escape(texts.cut_one)
    return escape(texts.cut.format(count=outcome.lines)) if outcome.lines else ""
