"""The photos in what was uploaded: files as they are, and those inside of zips, which are opened one at a time."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from streamlit.runtime.uploaded_file_manager import UploadedFile

from frontend.photos.photo import MAX_BYTES

# Photos of one upload.
MOST_PHOTOS: Final = 500
# Bytes that all photos of a zip may have once they are unpacked.
MOST_UNPACKED: Final = 2 << 30
# Bytes of a zip's directory: five thousand files with long names. Each takes ten times as much once it is read.
MOST_DIRECTORY: Final = 1 << 20

FileFault = Literal[
    "too-large", "too-many", "zip-damaged", "zip-encrypted", "zip-inside", "zip-large", "zip-empty", "zip-method"
]

_STARTS_OF_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")  # the second one of an empty zip
_ENCRYPTED: Final = 0x1
_UTF_8: Final = 0x800
# Others unpack all that a part holds at once, whatever is asked for: gigabytes from a few bytes.
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,  # a password, or a method that is not there
)
# What Macs and Windows put beside the photos.
_LITTER: Final = ("thumbs.db", "desktop.ini")


class FileError(Exception):
    """A file is of no use; `kind` says why."""

    def __init__(self, kind: FileFault) -> None:
        super().__init__(kind)
        self.kind: FileFault = kind


@dataclass(frozen=True)
class PhotoFile:
    """A file that should be a photo."""

    name: str  # with the path inside of its zip
    read: Callable[[], bytes]  # raises FileError


@dataclass(frozen=True)
class RefusedFile:
    """A file of which nothing is read, and why."""

    name: str
    kind: FileFault


def photo_files(uploads: Iterable[UploadedFile]) -> Iterator[PhotoFile | RefusedFile]:
    """Every file that should be a photo, in the order of the uploads; its content is not looked at yet.

    Args:
        uploads: Photos and zips; a zip is known by its content.

    Yields:
        Photos, and files that are refused; folders and what systems put beside photos are passed over.
    """
    count = 0
    for upload in uploads:
        for file in _files_of(upload):
            if isinstance(file, PhotoFile):
                count += 1
                if count > MOST_PHOTOS:
                    yield RefusedFile(file.name, "too-many")
                    continue
            yield file


def _files_of(upload: UploadedFile) -> Iterator[PhotoFile | RefusedFile]:
    name = _printable(upload.name)
    if upload.getvalue()[:4] in _STARTS_OF_ZIPS:
        yield from _files_in_zip(name, upload)
    elif upload.size > MAX_BYTES:
        yield RefusedFile(name, "too-large")
    else:
        yield PhotoFile(name, upload.getvalue)


class _Package(io.BytesIO):
    """A zip's bytes; a long directory is refused before `zipfile` makes an object of each of its entries."""

    is_open = False

    def read(self, size: int | None = -1, /) -> bytes:
        if not self.is_open and size is not None and size > MOST_DIRECTORY:
            raise FileError("too-many")
        return super().read(size)


def _files_in_zip(name: str, upload: UploadedFile) -> Iterator[PhotoFile | RefusedFile]:
    package = _Package(upload.getvalue())
    try:
        packed = zipfile.ZipFile(package)
    except FileError as error:
        yield RefusedFile(name, error.kind)
        return
    except _DAMAGE:
        yield RefusedFile(name, "zip-damaged")
        return
    package.is_open = True
    entries = [entry for entry in packed.infolist() if not _is_litter(entry.filename)]
    if not entries:
        yield RefusedFile(name, "zip-empty")
    unpacked = 0
    for entry in entries:
        path = f"{name}/{_printable(_entry_name(entry))}"
        unpacked += entry.file_size
        if entry.flag_bits & _ENCRYPTED:
            yield RefusedFile(path, "zip-encrypted")
        elif entry.compress_type not in _METHODS:
            yield RefusedFile(path, "zip-method")
        elif path.lower().endswith(".zip"):
            yield RefusedFile(path, "zip-inside")
        elif entry.file_size > MAX_BYTES:
            yield RefusedFile(path, "too-large")
        elif unpacked > MOST_UNPACKED:
            yield RefusedFile(path, "zip-large")
        else:
            yield PhotoFile(path, _unpacking(packed, entry))


def _unpacking(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def unpack() -> bytes:
        try:
            # A zip may say less than it holds: never more than a photo may have is unpacked.
            with packed.open(entry) as file:
                data = file.read(MAX_BYTES + 1)
        except _DAMAGE as error:
            raise FileError("zip-damaged") from error
        if len(data) > MAX_BYTES:
            raise FileError("too-large")
        return data

    return unpack


def _is_litter(path: str) -> bool:
    """Whether a name is of no photo; that of a folder ends with a slash."""
    *folders, name = path.split("/")
    return not name or "__MACOSX" in folders or name.startswith(".") or name.lower() in _LITTER


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as it was written; Windows in Korean writes its own code page, and zipfile reads that of DOS."""
    if entry.flag_bits & _UTF_8:
        return entry.filename
    written = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
