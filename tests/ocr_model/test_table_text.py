import pytest

from ocr_model.table_text import TableTextError, decode_table, find_encoding

TEXT = "file\ttext\r\n품번.png\tCW2288-111\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    assert decode_table(TEXT.encode(encoding)) == TEXT


def test_an_encoding_has_the_name_that_decodes() -> None:
    assert [find_encoding(TEXT.encode(encoding)) for encoding in ("utf-8-sig", "utf-16-be", "cp949")] == [
        *("utf-8", "utf-16-be", "cp949"),
    ]
    assert find_encoding(b"\xff\xff") is None


@pytest.mark.parametrize("data", [b"", b"a", b"\0", b"\xef\xbb\xbf"])
def test_short_files_are_texts(data: bytes) -> None:
    assert len(decode_table(data)) <= 1


@pytest.mark.parametrize(
    ("damaged", "line"), [(b"file\ttext\na.png\tA\nb.png\t\xff\xff\n", 3), (b"\xff\xfef\0\n\0g", 2)]
)
def test_other_bytes_are_told_with_their_line(damaged: bytes, line: int) -> None:
    with pytest.raises(TableTextError, match="neither UTF-8, UTF-16 nor cp949") as caught:
        decode_table(damaged)
    assert caught.value.line == line
