"""The encoding and the delimiter of a CSV are found, or named."""

from pathlib import Path

import pytest

from backend.prices.csv_text import read_csv_text
from backend.prices.product_catalogue import CatalogueError

HEADER = "code;name\n"


def write(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "products.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("encoding", "spoken"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp949", "cp949"),
        ("euc-kr", "cp949"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, spoken: str) -> None:
    found = read_csv_text(write(tmp_path, f"{HEADER}GW2871;신발\n".encode(encoding)))
    assert (found.text, found.encoding) == (f"{HEADER}GW2871;신발\n", spoken)


def test_a_mark_counts_more_than_the_encoding_that_was_named(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}신발".encode("utf-16"))
    assert read_csv_text(path, encoding="cp949").text == f"{HEADER}신발"


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}GW2871;スニーカー\n".encode("shift_jis"))
    assert read_csv_text(path, encoding="shift_jis").text.endswith("スニーカー\n")


@pytest.mark.parametrize(
    ("data", "encoding", "words"),
    [
        (f"{HEADER}신발".encode("cp949"), "utf-8", "is not UTF-8; it is cp949: leave out --encoding"),
        (f"{HEADER}é,ü".encode("latin-1"), None, "is neither UTF-8 nor UTF-16 nor cp949; save it as 'CSV UTF-8'"),
        (b"\xff\xfea", None, "is not UTF-16; save it as 'CSV UTF-8'"),
        (b"\xef\xbb\xbf\xff", None, "is neither UTF-8 nor UTF-16 nor cp949; save it as 'CSV UTF-8'"),
        (b"PK\x03\x04rest", None, "is a workbook, not a CSV: save it as 'CSV UTF-8'"),
        (b"\xd0\xcf\x11\xe0rest", None, "is a workbook, not a CSV"),
        (b"a", "klingon", "unknown encoding 'klingon'"),
        (b"a", "hex", "unknown encoding 'hex'"),
        (b"a", "undefined", "unknown encoding 'undefined'"),
        ("code,name".encode("utf-32"), None, "is UTF-32; save it as 'CSV UTF-8'"),
        ("code,name".encode("utf-32-le"), None, "is UTF-32"),
        ("code,name".encode("utf-32-be"), None, "is UTF-32"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, encoding: str | None, words: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        read_csv_text(write(tmp_path, data), encoding=encoding)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("written", "delimiter", "text", "first_line"),
    [
        ("code,name\n1;2;3", ",", "code,name\n1;2;3", 1),
        ('"code";"name, long"\r\n', ";", '"code";"name, long"\r\n', 1),
        ("code\tname\r1,2", "\t", "code\tname\r1,2", 1),
        ("code|name", "|", "code|name", 1),
        ("code", ",", "code", 1),
        ("", ",", "", 1),
        ("sep=;\r\ncode;name", ";", "code;name", 2),
        ('"sep=;"\ncode;name', ";", "code;name", 2),
        ("SEP=\t\rcode\tname", "\t", "code\tname", 2),
        ("sep=^\ncode^name", "^", "code^name", 2),
        ("sep=;", ";", "", 2),
        ("sep=;\ncode,name", ",", "code,name", 2),
        ("sep=;;;;\ncode;name;;", ";", "code;name;;", 2),
        ("sep=;,,,,\ncode,name", ",", "code,name", 2),
        ("\n;;\ncode;name", ";", "\n;;\ncode;name", 1),
    ],
)
def test_the_delimiter_is_found(tmp_path: Path, written: str, delimiter: str, text: str, first_line: int) -> None:
    found = read_csv_text(write(tmp_path, written.encode()))
    assert (found.delimiter, found.text, found.first_line) == (delimiter, text, first_line)


def test_what_was_found_is_told(tmp_path: Path) -> None:
    assert str(read_csv_text(write(tmp_path, b"code\tname"))) == "UTF-8, separated by tabs"
