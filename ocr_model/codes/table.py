"""Texts in the cells of `labels.tsv`, which our tools read back and people open in spreadsheets.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, which may call programs or addresses,
and a quotation mark for the beginning of a cell that goes on over lines. Such a text is written with an apostrophe
before it, which spreadsheets show and keep; reading takes it off again. Every other text is written as it is.

Where people write numbers with commas, a spreadsheet cuts the lines of a CSV file at semicolons, whatever is quoted, so
what follows a semicolon or a line's end is guarded as the beginning is.
"""

from __future__ import annotations

import re

_BEGINNING = "'*[=+\\-@\"\uff1d\uff0b\uff0d\uff20]"  # the last four are full-width forms
_FORMULA = re.compile(f"(?:^|(?<=[;\\r\\n]))(?={_BEGINNING})")
_ESCAPED = re.compile(f"(?:^|(?<=[;\\r\\n]))'(?={_BEGINNING})")


def to_cell(text: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula; `from_cell` gives it back."""
    return _FORMULA.sub("'", text)


def from_cell(cell: str) -> str:
    """Read a text that `to_cell` has written, or one that was written as it is."""
    return _ESCAPED.sub("", cell)
