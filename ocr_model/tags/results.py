"""Where the command `tag` writes what it read: to standard output, or row by row to a file that a later start goes on.

A photo's rows are written together and flushed, so a process that ends in the middle leaves at most one photo that is
not whole; the next start removes it and reads that photo again.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ocr_model.command_line import print_json, printable
from ocr_model.tags.answers import COLUMNS, error_row, tag_rows, tag_sentences, tag_values
from ocr_model.tags.tag import Tag

_MARK = "\ufeff".encode()  # by which a spreadsheet knows UTF-8
_OBJECT = b'{"file": '  # how every line of ours begins


class ResultsError(ValueError):
    """A file that is none of ours, and is left as it is; the message is one line."""


class Results(ABC):
    """Takes the photos of one run."""

    def begin(self) -> None:  # noqa: B027 (most forms have no head)
        """Write what stands before the first photo."""

    @abstractmethod
    def tag(self, file: Path, tag: Tag) -> None:
        """Write what is on a photo."""

    @abstractmethod
    def error(self, file: Path, why: str) -> None:
        """Write why a photo could not be read."""

    def has(self, file: Path) -> bool:
        """Whether the photo was written before, by this run or an earlier one."""
        return False


class Sentences(Results):
    """Words on standard output, errors on standard error."""

    def tag(self, file: Path, tag: Tag) -> None:
        """See `Results`."""
        for sentence in tag_sentences(file, tag):
            print(sentence, flush=True)

    def error(self, file: Path, why: str) -> None:
        """See `Results`."""
        print(f"{printable(file)}: error: {why}", file=sys.stderr, flush=True)


class PrintedJson(Results):
    """One JSON object a photo on standard output."""

    def tag(self, file: Path, tag: Tag) -> None:
        """See `Results`."""
        print_json(tag_values(file, tag))

    def error(self, file: Path, why: str) -> None:
        """See `Results`."""
        print_json({"file": str(file), "error": why})


class PrintedTable(Results):
    """A table on standard output."""

    def begin(self) -> None:
        """See `Results`."""
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._print(_table([dict(zip(COLUMNS, COLUMNS, strict=True))]))

    def tag(self, file: Path, tag: Tag) -> None:
        """See `Results`."""
        self._print(_table(tag_rows(file, tag)))

    def error(self, file: Path, why: str) -> None:
        """See `Results`."""
        self._print(_table([error_row(file, why)]))

    def _print(self, text: str) -> None:
        print(text, end="", flush=True)


# --- Files ---


@dataclass(slots=True)
class Earlier:
    """What a file holds of earlier runs."""

    files: set[str] = field(default_factory=set)  # photos that are whole, by the name as it is written
    errors: int = 0  # of them could not be read
    length: int = 0  # bytes up to the end of the last whole photo


class ResultsFile(Results):
    """Appends photos to a file.

    Attributes:
        earlier: what it held when it was opened.

    Raises:
        OSError: the file cannot be read or written.
        ResultsError: it holds something else.
    """

    def __init__(self, file: Path) -> None:
        if file.exists() and not file.is_file():
            raise ResultsError(f"{printable(file)} is no regular file")
        held = file.read_bytes() if file.exists() else b""
        try:
            self.earlier = self._earlier(held)
        except ValueError as error:
            raise ResultsError(f"{printable(file)} was not written by `tag` in this form; name another file") from error
        self._written = set(self.earlier.files)
        self._stream: BinaryIO = file.open("r+b" if file.exists() else "xb")
        self._stream.truncate(self.earlier.length)
        self._stream.seek(self.earlier.length)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def has(self, file: Path) -> bool:
        """See `Results`."""
        return self._name(file) in self._written

    def tag(self, file: Path, tag: Tag) -> None:
        """See `Results`."""
        self._append(file, self._of_tag(file, tag))

    def error(self, file: Path, why: str) -> None:
        """See `Results`."""
        self._append(file, self._of_error(file, why))

    def _append(self, file: Path, text: str) -> None:
        self._write(text.encode("utf-8", "backslashreplace"))
        self._written.add(self._name(file))

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._stream.flush()

    @abstractmethod
    def _earlier(self, held: bytes) -> Earlier:
        """What the file holds; ValueError if it is none of ours."""

    @abstractmethod
    def _name(self, file: Path) -> str:
        """The name of a photo as the file gives it back."""

    @abstractmethod
    def _of_tag(self, file: Path, tag: Tag) -> str: ...

    @abstractmethod
    def _of_error(self, file: Path, why: str) -> str: ...


class JsonFile(ResultsFile):
    """One JSON object a photo and line."""

    def _earlier(self, held: bytes) -> Earlier:
        earlier = Earlier()
        for line in held.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                if not (line.startswith(_OBJECT) or _OBJECT.startswith(line)):
                    raise ValueError("no object")
                break
            value: Any = json.loads(line)
            if not isinstance(value, dict) or not isinstance(value.get("file"), str):
                raise ValueError("no photo")
            earlier.files.add(value["file"])
            earlier.errors += "error" in value
            earlier.length += len(line)
        return earlier

    def _name(self, file: Path) -> str:
        return str(file)

    def _of_tag(self, file: Path, tag: Tag) -> str:
        return json.dumps(tag_values(file, tag), ensure_ascii=False) + "\n"

    def _of_error(self, file: Path, why: str) -> str:
        return json.dumps({"file": str(file), "error": why}, ensure_ascii=False) + "\n"


class TableFile(ResultsFile):
    """A table, which spreadsheets know for UTF-8."""

    def begin(self) -> None:
        """See `Results`."""
        if self.earlier.length == 0:
            self._write(_MARK + _header())

    def _earlier(self, held: bytes) -> Earlier:
        earlier = Earlier()
        rows = _whole_rows(held)
        first = next(rows, None)
        if first is None:
            if not (_MARK + _header()).startswith(held):
                raise ValueError("no header")
            return earlier
        if tuple(first[0]) != COLUMNS:
            raise ValueError("another header")
        earlier.length = end = first[1]
        left = 0  # rows of the photo that are still to come
        for cells, end in rows:
            row = dict(zip(COLUMNS, cells, strict=True))
            card, cards = int(row["card"] or 0), int(row["cards"] or 0)
            left = cards - card
            if left == 0:
                earlier.files.add(row["file"])
                earlier.errors += bool(row["error"])
                earlier.length = end
        return earlier

    def _name(self, file: Path) -> str:
        name = error_row(file, "")["file"]
        return name.encode("utf-8", "backslashreplace").decode("utf-8")

    def _of_tag(self, file: Path, tag: Tag) -> str:
        return _table(tag_rows(file, tag))

    def _of_error(self, file: Path, why: str) -> str:
        return _table([error_row(file, why)])


def _header() -> bytes:
    return _table([dict(zip(COLUMNS, COLUMNS, strict=True))]).encode()


def _table(rows: Sequence[dict[str, str]]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _whole_rows(held: bytes) -> Iterator[tuple[list[str], int]]:
    """The rows that end, each with the byte behind it; a cell in quotes may hold line ends."""
    begin = end = 0
    for line in held.splitlines(keepends=True):
        end += len(line)
        row = held[begin:end]
        if line.endswith(b"\n") and row.count(b'"') % 2 == 0:
            yield next(csv.reader(io.StringIO(row.removeprefix(_MARK).decode("utf-8"), newline=""))), end
            begin = end
