"""The text of a CSV, in whatever encoding and with whatever delimiter a spreadsheet wrote it."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.prices.product_catalogue import CatalogueError
from ocr_model.table_text import find_encoding

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and ods, xls
_ADVICE = "save it as 'CSV UTF-8'"

_DELIMITERS = (",", ";", "\t", "|")
_BLANK = ' "' + "".join(_DELIMITERS)  # what a line without a word holds
# The line that Excel takes for an instruction; other programs that save it add empty cells.
_INSTRUCTION = re.compile(r'"?sep=(?P<delimiter>[^\r\n])"?[,;\t|]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class CsvText:
    """A decoded CSV."""

    text: str  # without a byte order mark and without the line `sep=`
    encoding: str  # as people name it
    delimiter: str
    first_line: int  # number of the text's first line in the file

    def __str__(self) -> str:
        delimiter = "tabs" if self.delimiter == "\t" else f"'{self.delimiter}'"
        return f"{self.encoding}, separated by {delimiter}"


def read_csv_text(source: Path, *, encoding: str | None = None) -> CsvText:
    """Return the text of a CSV.

    Args:
        source: The CSV.
        encoding: Its encoding, unless a byte order mark or zeros tell it. None finds it: UTF-8, or the cp949 of a
            Korean Excel, which holds EUC-KR.

    Raises:
        CatalogueError: It cannot be read, or is in another encoding.
    """
    try:
        data = source.read_bytes()
    except OSError as error:
        raise CatalogueError(f"{source}: {error.strerror}") from error
    if data.startswith(_WORKBOOKS):
        raise CatalogueError(f"{source} is a workbook, not a CSV: {_ADVICE}")
    if data.startswith(_UTF32_MARKS) or b"\0\0\0" in (data[:3], data[1:4]):
        raise CatalogueError(f"{source} is UTF-32; {_ADVICE}")
    if encoding is not None:
        _check_encoding(encoding)
    found = find_encoding(data)
    is_certain = found is not None and (found.startswith("utf-16") or data.startswith(codecs.BOM_UTF8))
    used = encoding if encoding is not None and not is_certain else found
    if used is None:
        raise CatalogueError(
            f"{source} is neither UTF-8 nor UTF-16 nor cp949; {_ADVICE}, or name its encoding with --encoding"
        )
    try:
        text = data.decode(used).removeprefix("\ufeff")
    except UnicodeError as error:
        right = f"it is {_spoken(found)}: leave out --encoding" if found and found != used else _ADVICE
        raise CatalogueError(f"{source} is not {_spoken(used)}; {right}") from error
    instruction = _INSTRUCTION.match(text)
    if instruction is None:
        return CsvText(text, _spoken(used), _delimiter(text, _DELIMITERS), 1)
    text = text[instruction.end() :]
    # The instruction may be older than the file: another program has saved it.
    return CsvText(text, _spoken(used), _delimiter(text, (instruction["delimiter"], *_DELIMITERS)), 2)


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except (LookupError, UnicodeError) as error:
        raise CatalogueError(f"unknown encoding {encoding!r}") from error


def _spoken(encoding: str) -> str:
    return encoding.upper().removesuffix("-LE").removesuffix("-BE") if encoding.startswith("utf") else encoding


def _delimiter(text: str, possible: Sequence[str]) -> str:
    """The delimiter of a text: the one that makes most words of its header, else the first."""
    header = next((line for line in text.splitlines() if line.strip(_BLANK)), "")

    def words(delimiter: str) -> int:
        return sum(cell.strip().isalpha() for cell in next(csv.reader([header], delimiter=delimiter), []))

    return max(possible, key=words)
