"""The text of a table that a spreadsheet or an editor saved: its encoding is found out."""

from __future__ import annotations

import codecs

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class TableTextError(ValueError):
    """Bytes that are no text in any encoding that is tried.

    Attributes:
        line: number of the line, from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__("the text is neither UTF-8, UTF-16 nor cp949 (a Korean Excel's)")
        self.line = line


def decode_table(data: bytes) -> str:
    """Decode a table's text, in the encoding that `find_encoding` finds.

    Returns:
        The text without a byte order mark; its line ends are left as they are.

    Raises:
        TableTextError: the bytes are in none of these encodings.
    """
    encoding = find_encoding(data) or "utf-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise TableTextError(data[: error.start].count(b"\n") + 1) from error


def find_encoding(data: bytes) -> str | None:
    """The encoding of a table: UTF-8 or UTF-16, with or without a mark, or cp949, which a Korean Excel writes.

    Returns:
        Its name for `bytes.decode`; None if the bytes are in none of these.
    """
    if data.startswith(_UTF16_MARKS):
        return "utf-16"
    for encoding in filter(None, (_unmarked_utf16(data), "utf-8", "cp949")):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 by its zero bytes: a header of ASCII has one beside each letter, and other encodings have none."""
    header = data[:8]
    if len(header) >= 4 and len(header) % 2 == 0:
        if not any(header[1::2]) and all(header[::2]):
            return "utf-16-le"
        if not any(header[::2]) and all(header[1::2]):
            return "utf-16-be"
    return None
