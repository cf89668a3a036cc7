"""The files of an upload: as they are, in folders, and in zips, whose files are read one by one and never unpacked."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from datasets.uploads.manifest import TABLE_NAMES
from datasets.uploads.outcome import FaultError, FileFault, FileOutcome, refused
from ocr_model.reading.zips import ZipError, ZipFault, ZipMember, is_zip, members, open_zip

MOST_FILES: Final = 20_000
MOST_UNPACKED: Final = 8 << 30  # bytes of all files of a zip
LONGEST_NAME: Final = 1000  # characters
_DENSE: Final = 200  # times its packed size from which a file in a zip is a bomb ...
_LARGE: Final = 10 << 20  # ... if it has as many bytes
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini"})
_ARCHIVES: Final = (".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso", ".lzh", ".alz", ".egg")
_ZIP_FAULTS: Final[dict[ZipFault, FileFault]] = {
    "damaged": "zip-damaged",
    "encrypted": "zip-encrypted",
    "method": "zip-method",
    "too-many": "too-many",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file or a folder that was given."""

    name: str  # under which its files are told
    path: Path


@dataclass(frozen=True, slots=True)
class UploadFile:
    """A file that may be read."""

    name: str  # with slashes, in NFC; no other file of the upload has it
    read: Callable[[int], bytes]  # all of it, or so many bytes of its beginning; raises FaultError


@dataclass(slots=True)
class UploadListing:
    """All files of an upload. Zips stay open until it is closed, so use it in a `with` statement."""

    files: list[UploadFile] = field(default_factory=list)
    refused: list[FileOutcome] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)
    _names: set[str] = field(default_factory=set)

    def __enter__(self) -> UploadListing:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def __len__(self) -> int:
        return len(self.files) + len(self.refused)

    def add(self, sources: Sequence[Source]) -> None:
        """List the files of some sources, by name; hidden ones and what systems put beside files are passed over."""
        for source in sources:
            if source.path.is_dir():
                self._add_folder(source)
            else:
                self._add_file(source.name, source.path)

    def add_table(self, path: Path) -> None:
        """List a table of labels under a name by which it is known as one, whatever it is called."""
        name = f"labels{path.suffix.lower()}"
        if name in TABLE_NAMES:
            self._take(name, lambda most: _read_file(path, most))
        else:
            self._refuse(path.name, "bad-table", "its name ends with .tsv, .csv, .json or .jsonl")

    def _add_folder(self, source: Source) -> None:
        for where, folders, names in os.walk(source.path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(where, name)
                told = f"{source.name}/{path.relative_to(source.path).as_posix()}"
                if path.is_symlink():
                    self._refuse(told, "link")
                elif not is_litter(name):
                    self._add_file(told, path)

    def _add_file(self, name: str, path: Path) -> None:
        if is_zip(path):
            self._add_zip(name, path)
        else:
            self._take(name, lambda most: _read_file(path, most))

    def _add_zip(self, name: str, path: Path) -> None:
        try:
            archive = open_zip(path)
        except ZipError as error:
            self._refuse(name, _ZIP_FAULTS[error.kind], str(error))
            return
        except OSError as error:
            self._refuse(name, "unreadable-file", error.strerror or str(error))
            return
        self._open.callback(archive.close)
        found, unpacked = False, 0
        for member in members(archive):
            if is_litter(member.name.rpartition("/")[2]):
                continue
            found = True
            unpacked += member.info.file_size
            told = f"{name}/{member.name}"
            fault = _fault_of(member)
            if fault is None and unpacked > MOST_UNPACKED:
                fault = "zip-large"
            if fault is None:
                self._take(told, _reading(member))
            else:
                self._refuse(told, fault)
        if not found:
            self._refuse(name, "zip-empty")

    def _take(self, name: str, read: Callable[[int], bytes]) -> None:
        plain = unicodedata.normalize("NFC", name)
        if len(plain) > LONGEST_NAME or not plain.isprintable():
            self._refuse(name, "bad-name")
        elif name.lower().endswith(_ARCHIVES):
            self._refuse(plain, "archive")
        elif plain in self._names:
            self._refuse(plain, "same-name")
        elif len(self.files) >= MOST_FILES:
            self._refuse(plain, "too-many", f"an upload has at most {MOST_FILES} files")
        else:
            self._names.add(plain)
            self.files.append(UploadFile(plain, read))

    def _refuse(self, name: str, fault: FileFault, detail: str = "") -> None:
        if len(self.refused) >= 2 * MOST_FILES:
            return
        told, number = printable_name(name), 1
        while told in self._names:  # each file has a result of its own
            number += 1
            told = f"{printable_name(name)} ({number})"
        self._names.add(told)
        self.refused.append(refused(told, FaultError(fault, detail)))


def printable_name(name: str) -> str:
    """A name as it can be told; what cannot be printed is replaced, and the end of a long one left out."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)[:LONGEST_NAME]


def _fault_of(member: ZipMember) -> FileFault | None:
    if member.leads_out:
        return "zip-outside"
    if member.is_link:
        return "link"
    if member.name.lower().endswith(".zip"):
        return "zip-inside"
    if member.info.file_size > _LARGE and member.info.file_size > _DENSE * member.info.compress_size:
        return "zip-bomb"
    return None


def _reading(member: ZipMember) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        try:
            return member.read(most)
        except ZipError as error:
            raise FaultError(_ZIP_FAULTS[error.kind], str(error)) from error
        except OSError as error:
            raise FaultError("unreadable-file", error.strerror or str(error)) from error

    return read


def _read_file(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise FaultError("unreadable-file", error.strerror or str(error)) from error


def is_litter(name: str) -> bool:
    """Whether a file is passed over: hidden, or what systems put beside files."""
    return name.startswith(".") or name.lower() in _LITTER


def sources_of(paths: Sequence[Path]) -> Iterator[Source]:
    """Files and folders of this machine under names of their own: the last part of each, with a number if need be."""
    names = set[str]()
    for path in paths:
        name, number = path.resolve().name or "files", 1
        while name in names:
            number += 1
            name = f"{path.resolve().name}-{number}"
        names.add(name)
        yield Source(name, path.resolve())
