import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_model.errors import LabelsError
from ocr_model.labelled_folder import folder_name, labelled_folders, read_labels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("1.png", "품번.png", "images/2.png"):
        Image.new("L", (60, 20), "white").save(tmp_path / name)
    return tmp_path


def write(folder: Path, table: str, encoding: str = "utf-8") -> None:
    (folder / "labels.tsv").write_bytes(table.encode(encoding))


def read(folder: Path) -> list[tuple[str, str]]:
    labels = read_labels(folder)
    assert all(label.picture().size == (60, 20) for label in labels)
    return [(label.file, label.text) for label in labels]


EXPECTED = [("1.png", "CW2288-111"), ("품번.png", "ART CP9448")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_every_encoding_and_line_end(folder: Path, encoding: str, end: str) -> None:
    write(folder, end.join(["file\ttext", "1.png\tCW2288-111", "품번.png\tART CP9448", ""]), encoding)
    assert read(folder) == EXPECTED


@pytest.mark.parametrize(
    "table",
    [
        "File\tText\n1.png\tCW2288-111\n품번.png\tART CP9448",
        " FILE \tnote\tTEXT\n1.png\tx\tCW2288-111\n품번.png\t\tART CP9448\n",
        '"file"\t"text"\n"1.png"\t"CW2288-111"\n"품번.png"\t"ART CP9448"\n',
        "file\ttext\n\n1.png\tCW2288-111\t\t\n\t\n \t \n\n품번.png\t ART CP9448 \n\t\t\t\n",
        "file\ttext\n1.png\tCW2288-111\n품번.png\tART CP9448\n1.png\tCW2288-111\n품번.png\tARTCP9448\n",
        ".\\1.png".join(["file\ttext\n", "\tCW2288-111\n품번.png\tART CP9448\n"]),
        "file\ttext\tstatus\n1.png\tCW2288-111\taccepted\nimages/2.png\t\tunreadable\n품번.png\tART CP9448\tlabelled",
    ],
    ids=["capitals", "columns", "quotes", "empty lines", "repeated", "back slashes", "unreadable"],
)
def test_what_spreadsheets_and_exports_write(folder: Path, table: str) -> None:
    write(folder, table)
    assert [(file.removeprefix("./"), text) for file, text in read(folder)] == EXPECTED


def test_back_slashes_separate_folders(folder: Path) -> None:
    write(folder, "file\ttext\nimages\\2.png\tA1\n")
    assert read(folder) == [("images/2.png", "A1")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"A""1"', 'A"1'),
        ('A"1', 'A"1'),
        ('5"', '5"'),
        ('"', '"'),
        ("'-111", "-111"),
        ("'=A1", "=A1"),
        ('\'"A1"', '"A1"'),
        ("'+A1", "+A1"),
        ("'N 1", "'N 1"),
        ("", ""),
    ],
)
def test_quotes_and_defused_formulas(folder: Path, cell: str, text: str) -> None:
    write(folder, f"file\ttext\n1.png\t{cell}\n")
    assert read(folder) == [("1.png", text)]


def test_hangul_in_names_may_be_composed_or_not(folder: Path) -> None:
    Image.new("L", (60, 20)).save(folder / f"{unicodedata.normalize('NFD', '맥.png')}")
    write(folder, f"file\ttext\n맥.png\tA\n{unicodedata.normalize('NFD', '품번.png')}\tB\n")
    assert [text for _, text in read(folder)] == ["A", "B"]


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("1.png\tA1\n품번.png\tB2\n", "line 1: the first line must name the columns 'file' and 'text'"),
        ("", "line 1: the first line must name"),
        ("file,text\n1.png,A1\n", "with a tab between them, and is 'file,text'"),
        ("file\ttext\ttext\n1.png\tA1\tA1\n", "once each"),
        ("file\ttext\n1.png\tA1\n품번.png\n", "line 3: 1 cell separated by tabs, and the first line names 2 columns"),
        ("file\ttext\n1.png\tA1\tB2\n", "line 2: 3 cells"),
        ("file\ttext\n\n\tA1\n", "line 3: the name of the file is missing"),
        ("file\ttext\n1.png\0\tA1\n", "line 2: the name of the file is missing"),
        ("file\ttext\n1.png\tA1\n\n1.png\tB2\n", "line 4: 1.png has the text 'B2' here, and 'A1' on line 2"),
        ('file\ttext\n1.png\t"A1\nB2"\n', "line 3: 1 cell"),
        ("file\ttext\n", "the table names no picture"),
        ("file\ttext\n\t\n1.png\tA1\n2.png\tB2\n", "line 4: 2.png: No such file or directory"),
        ("file\ttext\nimages\tA1\n", "line 2: images: Is a directory"),
        ("file\ttext\nlabels.tsv\tA1\n", "line 2: labels.tsv: the file is not a JPEG, PNG, WebP or HEIC picture"),
    ],
)
def test_what_is_not_clear_is_told_in_one_line(folder: Path, table: str, complaint: str) -> None:
    write(folder, table)
    with pytest.raises(LabelsError) as caught:
        read(folder)
    assert complaint in str(caught.value)
    assert str(folder / "labels.tsv") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_told_with_their_line(folder: Path) -> None:
    (folder / "labels.tsv").write_bytes(b"file\ttext\n1.png\tA1\n\xff\xff.png\tB2\n")
    with pytest.raises(LabelsError, match=r"labels\.tsv line 3: the text is neither UTF-8"):
        read_labels(folder)


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"labels\.tsv: No such file"):
        read_labels(tmp_path)
    with pytest.raises(LabelsError, match=r"no labels\.tsv in this folder or in the folders in it"):
        labelled_folders(tmp_path)


def test_a_program_s_table_may_name_no_picture(folder: Path) -> None:
    write(folder, "file\ttext\n")
    assert read_labels(folder, may_be_empty=True) == []


def test_folders_are_found_by_name_or_are_the_folder_itself(folder: Path) -> None:
    for name in ("b", "a", "c"):
        (folder / name).mkdir()
    write(folder / "b", "file\ttext\n")
    write(folder / "a", "file\ttext\n")
    assert [found.name for found in labelled_folders(folder)] == ["a", "b"]
    assert labelled_folders(folder / "b") == [folder / "b"]
    assert folder_name(folder / "b" / ".." / "a") == "a"


def test_pictures_are_decoded_as_the_product_decodes_them(folder: Path) -> None:
    deep = np.full((20, 60), 65535, np.uint16)
    deep[5:15, 20:40] = 6000
    Image.fromarray(deep).save(folder / "deep.png")
    clear = Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    clear.paste((20, 20, 20, 255), (20, 5, 40, 15))
    clear.save(folder / "clear.png")
    turned = Image.new("L", (60, 20), "white")
    turned.paste(0, (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise to show it
    turned.save(folder / "turned.jpg", exif=exif)
    write(folder, "file\ttext\ndeep.png\tA\nclear.png\tB\nturned.jpg\tC\n")
    grey = {label.text: np.asarray(label.picture().convert("L")) for label in read_labels(folder)}
    for text in ("A", "B"):
        assert grey[text][10, 30] < 40 and grey[text][1, 1] > 240
    assert grey["C"].shape == (60, 20)
    assert grey["C"][2].mean() < 40 and grey["C"][50].mean() > 215
