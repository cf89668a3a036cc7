from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

from frontend.several.workbook import Share, csv_file, xlsx_file

HEAD = ("파일", "품번", "바코드")
ROWS = [("a.jpg", "=SUM(A1)", "0194501234567"), ("b&c<.jpg", "00123456", ""), ("나.jpg", "-1\x07", "💡")]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_the_csv_is_utf_8_with_a_mark_and_calculates_nothing() -> None:
    data = csv_file(HEAD, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert tuple(head) == HEAD
    assert rows[0] == ["a.jpg", "'=SUM(A1)", "0194501234567"]
    assert rows[2][1] == "'-1\x07"


def test_a_formula_in_full_width_is_text_as_well() -> None:
    cells = ["\uff1dSUM(A1)", "\uff0b1", "\uff0d1", "\uff20A1", "\n=1"]
    rows = csv.reader(io.StringIO(csv_file(["a"], [[cell] for cell in cells]).decode("utf-8-sig"), newline=""))
    assert [row[0] for row in rows][1:] == [f"'{cell}" for cell in cells]


def test_every_cell_of_the_workbook_is_text_and_kept_as_it_is() -> None:
    package = zipfile.ZipFile(io.BytesIO(xlsx_file("태그", HEAD, ROWS)))
    assert package.testzip() is None
    parts = {name: ElementTree.fromstring(package.read(name)) for name in package.namelist()}
    for kind in parts["[Content_Types].xml"]:
        if "PartName" in kind.attrib:
            assert kind.attrib["PartName"].lstrip("/") in parts
    (sheet,) = parts["xl/workbook.xml"].iter(f"{_MAIN}sheet")
    assert sheet.attrib["name"] == "태그"
    cells = {cell.attrib["r"]: cell for cell in parts["xl/worksheets/sheet1.xml"].iter(f"{_MAIN}c")}
    assert {cell.attrib["t"] for cell in cells.values()} == {"inlineStr"}
    texts = {place: "".join(cell.itertext()) for place, cell in cells.items()}
    assert texts["A1"] == "파일"
    assert texts["B2"] == "=SUM(A1)"
    assert texts["C2"] == "0194501234567"
    assert texts["A3"] == "b&c<.jpg"
    assert texts["B4"] == "-1\ufffd"
    assert "C3" not in texts


def test_amounts_and_shares_are_numbers() -> None:
    rows = [("KRW", 129000, Share(0.98)), ("EUR", 89.9, ""), ("", 0, "")]
    package = zipfile.ZipFile(io.BytesIO(xlsx_file("t", ["통화", "가격", "확신도"], rows)))
    cells = {
        cell.attrib["r"]: (cell.attrib["s"], cell.attrib.get("t"), "".join(cell.itertext()))
        for cell in ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml")).iter(f"{_MAIN}c")
    }
    assert cells["A2"] == ("1", "inlineStr", "KRW")
    assert (cells["B2"], cells["B3"], cells["B4"]) == (("3", None, "129000"), ("4", None, "89.9"), ("3", None, "0"))
    assert cells["C2"] == ("5", None, "0.98")
    formats = list(ElementTree.fromstring(package.read("xl/styles.xml")).find(f"{_MAIN}cellXfs") or ())
    assert [formats[style].attrib["numFmtId"] for style in (3, 4, 5)] == ["3", "4", "9"]
    written = csv.reader(io.StringIO(csv_file(["통화", "가격", "확신도"], rows).decode("utf-8-sig")))
    assert list(written)[1:3] == [["KRW", "129000", "98%"], ["EUR", "89.9", ""]]


def test_columns_beyond_the_alphabet_have_two_letters() -> None:
    package = zipfile.ZipFile(io.BytesIO(xlsx_file("t", ["x"] * 28, [])))
    places = [
        cell.attrib["r"] for cell in ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml")).iter(f"{_MAIN}c")
    ]
    assert places[25:] == ["Z1", "AA1", "AB1"]
