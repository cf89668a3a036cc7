"""Zips of pictures: members are read into memory one by one, and nothing is unpacked to disk.

A zip may come from anyone. No more of a member is unpacked than a picture may have, its stated size notwithstanding;
and only the two methods are read whose unpacking can be stopped in the middle, which are also those of phones, Windows,
macOS and `zip`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MOST_MEMBERS = 20_000
"""Files in a zip; one with more is refused."""

_MOST_DIRECTORY = 8 << 20  # bytes that say which files are in it; each takes ten times as much once it is read
_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # of a file in it, of an empty zip, of a part of a zip
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED, _IS_UTF8 = 0x1, 0x800  # flags of a member
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)
_FILE_KIND, _LINK = 0o170000, 0o120000  # of a file's mode on Unix
_LEADS_OUT = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|$)")


ZipFault = Literal["damaged", "encrypted", "method", "too-many"]


class ZipError(OSError):
    """A zip, or a file in it, is not read; `kind` says why in one word, the message in a sentence."""

    def __init__(self, kind: ZipFault, message: str) -> None:
        super().__init__(message)
        self.kind: ZipFault = kind


def is_zip(file: Path) -> bool:
    """Whether a file is a zip by its name or its first bytes; never opens what is no regular file."""
    if not file.is_file():
        return False
    if file.suffix.lower() == ".zip":
        return True
    try:
        with file.open("rb") as stream:
            return stream.read(4) in _SIGNATURES
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in a zip."""

    name: str  # with slashes, as it was packed
    info: zipfile.ZipInfo
    archive: zipfile.ZipFile

    @property
    def leads_out(self) -> bool:
        """Whether unpacking it under its name would write outside of the folder: `/a.jpg`, `../a.jpg`, `C:a.jpg`."""
        return _LEADS_OUT.match(self.name) is not None

    @property
    def is_link(self) -> bool:
        """Whether it stands for another file, as `zip -y` packs links."""
        return (self.info.external_attr >> 16) & _FILE_KIND == _LINK

    def read(self, most: int) -> bytes:
        """Its content, or the first `most` bytes of it.

        Raises:
            ZipError: it is encrypted, damaged or packed by another method, in one sentence.
        """
        if self.info.flag_bits & _ENCRYPTED:
            raise ZipError("encrypted", "it is encrypted in the zip; unpack it first")
        if self.info.compress_type not in _METHODS:
            raise ZipError("method", "it is packed by a method that is not read; unpack it first")
        try:
            with self.archive.open(self.info) as stream:
                return stream.read(most)
        except _DAMAGE as error:
            raise ZipError("damaged", "it is damaged in the zip") from error


class _LongDirectoryError(Exception):
    """More files are in a zip than are read."""


class _Package(io.BufferedReader):
    """A zip as a file; a long directory is refused before `zipfile` makes an object of each of its entries."""

    is_open = False

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_open and size is not None and size > _MOST_DIRECTORY:
            raise _LongDirectoryError
        return super().read(size)


class _Archive(zipfile.ZipFile):
    """A zip that closes its file."""

    def __init__(self, file: Path) -> None:
        self._package = _Package(io.FileIO(file))
        try:
            super().__init__(self._package)
        except BaseException:
            self._package.close()
            raise
        self._package.is_open = True

    def close(self) -> None:
        super().close()
        self._package.close()


def open_zip(file: Path) -> zipfile.ZipFile:
    """Open a zip for reading; the caller closes it.

    Raises:
        ZipError: it is none or not whole, or holds more than `MOST_MEMBERS` files.
        OSError: it cannot be read.
    """
    too_many = f"more than {MOST_MEMBERS:,} files are in this zip"
    try:
        archive = _Archive(file)
    except _LongDirectoryError as error:
        raise ZipError("too-many", too_many) from error
    except _DAMAGE as error:
        raise ZipError("damaged", "this is no zip, or not the whole of it") from error
    if len(archive.infolist()) > MOST_MEMBERS:
        archive.close()
        raise ZipError("too-many", too_many)
    return archive


def members(archive: zipfile.ZipFile) -> Iterator[ZipMember]:
    """The files in a zip, by name; hidden ones are left out, and what macOS packs beside each file (`__MACOSX`)."""
    named = [ZipMember(_name(info), info, archive) for info in archive.infolist() if not _is_folder(info)]
    for member in sorted(named, key=lambda member: member.name):
        parts = member.name.split("/")
        if not any(part == "__MACOSX" or (part.startswith(".") and part not in (".", "..")) for part in parts):
            yield member


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return not info.filename or info.filename.endswith("/")


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member; without the mark of UTF-8 that is tried nevertheless, then cp949, Korean Windows' code."""
    name = info.filename
    if not info.flag_bits & _IS_UTF8 and not name.isascii():
        packed = name.encode("cp437", "replace")  # as which `zipfile` has read it
        for encoding in ("utf-8", "cp949"):
            try:
                name = packed.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")
