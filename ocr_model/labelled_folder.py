r"""Labelled folders: pictures, and a `labels.tsv` that names them with their texts.

    file<TAB>text
    images/000.png<TAB>CW2288-111

`datasets export`, `datasets materialize` and `data_gen` write such folders. People write them with a spreadsheet, and
what that adds is read: a mark, UTF-16, cp949, quoted cells, `File` for `file`, `images\000.png`, empty lines. Where
the meaning is not clear, an error names the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ocr_model.codes.table import from_cell
from ocr_model.codes.text import label_text
from ocr_model.command_line import printable
from ocr_model.errors import ImageError, LabelsError
from ocr_model.reading.files import read_picture
from ocr_model.table_text import TableTextError, decode_table

LABELS = "labels.tsv"

_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_UNREADABLE = "unreadable"  # status of an exported crop whose text nobody could read, which is not a crop without text


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One line of a `labels.tsv`."""

    folder: Path
    file: str  # as the table names it, with slashes
    text: str
    line: int  # number of the line in the table, from 1
    cells: Mapping[str, str]  # by column, in lower case

    @property
    def path(self) -> Path:
        """The picture; macOS takes the syllables of Hangul apart in the names of files, and tables do not."""
        spellings = (self.file, unicodedata.normalize("NFC", self.file), unicodedata.normalize("NFD", self.file))
        paths = [self.folder / spelling for spelling in spellings]
        return next((path for path in paths if path.is_file()), paths[0])

    def picture(self) -> Image.Image:
        """The picture as the product decodes it: RGB, upright.

        Raises:
            LabelsError: the picture is missing or cannot be read.
        """
        try:
            return read_picture(self.path)
        except ImageError as error:
            why = str(error)
        except OSError as error:
            why = error.strerror or str(error)
        raise LabelsError(f"{_where(self.folder, self.line)}: {printable(self.file)}: {why}")


def labelled_folders(root: Path) -> list[Path]:
    """The labelled folders in a folder, by name, or that folder itself if it is one.

    Raises:
        LabelsError: there is none.
    """
    folders = [root] if (root / LABELS).is_file() else sorted(path.parent for path in root.glob(f"*/{LABELS}"))
    if not folders:
        raise LabelsError(f"{printable(root)}: no {LABELS} in this folder or in the folders in it")
    return folders


def folder_name(folder: Path) -> str:
    """The name of a folder, for figures and pages."""
    return printable(folder.resolve().name)


def read_labels(folder: Path, *, may_be_empty: bool = False) -> list[LabelledFile]:
    """The lines of a folder's `labels.tsv`; crops marked unreadable are left out, and repeated lines.

    Args:
        folder: the labelled folder.
        may_be_empty: whether a table without any picture is fine, as one that a program wrote.

    Raises:
        LabelsError: the table is missing, holds no picture, or has a line that is not clear; one sentence that names
            the file and the line.
    """
    table = folder / LABELS
    try:
        lines = _LINE_END.split(decode_table(table.read_bytes()))
    except TableTextError as error:
        raise LabelsError(f"{_where(folder, error.line)}: {error}") from error
    except OSError as error:
        raise LabelsError(f"{printable(table)}: {error.strerror or error}") from error
    columns = _columns(folder, lines[0])
    labels: dict[str, LabelledFile] = {}
    for number, line in enumerate(lines[1:], start=2):
        cells = [_cell(cell) for cell in line.split("\t")]
        if not any(cells):
            continue
        label = _label(folder, number, columns, cells)
        if label.cells.get("status") == _UNREADABLE:
            continue
        first = labels.setdefault(label.file, label)
        if label_text(first.text) != label_text(label.text):
            raise LabelsError(
                f"{_where(folder, number)}: {printable(label.file)} has the text {label.text!r} here, and"
                f" {first.text!r} on line {first.line}"
            )
    if not labels and not may_be_empty:
        raise LabelsError(f"{printable(table)}: the table names no picture")
    return list(labels.values())


def _columns(folder: Path, header: str) -> list[str]:
    columns = [_cell(cell).lower() for cell in header.split("\t")]
    for wanted in ("file", "text"):
        if columns.count(wanted) != 1:
            raise LabelsError(
                f"{_where(folder, 1)}: the first line must name the columns 'file' and 'text' once each, with a tab"
                f" between them, and is {printable(header[:80])!r}"
            )
    return columns


def _label(folder: Path, number: int, columns: Sequence[str], cells: Sequence[str]) -> LabelledFile:
    if len(cells) < len(columns) or any(cells[len(columns) :]):  # spreadsheets add empty cells
        found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        raise LabelsError(
            f"{_where(folder, number)}: {found} separated by tabs, and the first line names {len(columns)} columns"
        )
    by_column = dict(zip(columns, cells, strict=False))
    file = by_column["file"]
    if not file or "\0" in file:
        raise LabelsError(f"{_where(folder, number)}: the name of the file is missing")
    if "\\" in file and not (folder / file).exists():
        file = file.replace("\\", "/")
    return LabelledFile(folder, file, by_column["text"], number, by_column)


def _cell(written: str) -> str:
    """The content of a cell without a spreadsheet's quotes, and without the apostrophe before a formula."""
    cell = written.strip()
    if _QUOTED.fullmatch(cell):
        cell = cell[1:-1].replace('""', '"').strip()
    return from_cell(cell)


def _where(folder: Path, line: int) -> str:
    return f"{printable(folder / LABELS)} line {line}"
