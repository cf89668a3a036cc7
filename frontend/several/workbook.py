"""A table as a file: CSV, or an Excel workbook (ECMA-376) of one sheet.

Amounts and shares are numbers; all else is text, which keeps what a spreadsheet would make a number of: the zeros
before a code, all 13 digits of a barcode.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Final

# How a cell begins that a spreadsheet calculates.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also in full width
# Characters that XML 1.0 cannot hold.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_LETTERS: Final = 32_767  # of a cell
_WIDEST: Final = 60  # letters of a column


class Share(float):
    """A number from 0 to 1 that is written in percent."""


Cell = str | int | float

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Formats of cells: 0 the usual one, 1 text ("@", whose number is 49), 2 the bold head of a column, 3 whole numbers
    # (#,##0), 4 numbers with cents (#,##0.00), 5 percent (0%).
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        "<borders><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
        '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="9" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def csv_file(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark, by which Excel knows the encoding.

    Numbers have no thousands separators. A text that a spreadsheet would calculate gets an apostrophe before it.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(head)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig", "replace")


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return f"{cell:.0%}" if isinstance(cell, Share) else str(cell)


def xlsx_file(title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """The table as a workbook; its head stays in view and has filters.

    Args:
        title: The sheet's name, of at most 31 letters.
        head: Names of the columns.
        rows: Cells, as many in each row as the head has.
    """
    sheet = "".join(_row(number, cells) for number, cells in enumerate([head, *rows], start=1))
    widths = [
        min(_WIDEST, max(len(str(cell)) for cell in column) * 1.4 + 2) for column in zip(head, *rows, strict=True)
    ]
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width:.1f}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    everything = f"A1:{_letters(len(head))}{len(rows) + 1}"
    parts = _PARTS | {
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><dimension ref="{everything}"/><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{columns}</cols><sheetData>{sheet}</sheetData>"
            f'<autoFilter ref="{everything}"/></worksheet>'
        ),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, _XML + part)
    return stream.getvalue()


def _row(number: int, cells: Sequence[Cell]) -> str:
    written = "".join(
        _cell(f"{_letters(column)}{number}", cell, 2 if number == 1 else 1)
        for column, cell in enumerate(cells, start=1)
        if cell != ""
    )
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: Cell, text_style: int) -> str:
    if isinstance(cell, str):
        text = f'<is><t xml:space="preserve">{_text(cell)}</t></is>'
        return f'<c r="{place}" s="{text_style}" t="inlineStr">{text}</c>'
    style = 5 if isinstance(cell, Share) else 3 if isinstance(cell, int) else 4
    return f'<c r="{place}" s="{style}"><v>{float(cell) if isinstance(cell, Share) else cell}</v></c>'


def _text(cell: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", cell[:_MOST_LETTERS]), quote=False)


def _letters(column: int) -> str:
    """A column's name: A to Z, AA, AB, ..."""
    name = ""
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name
