"""Picture files on disk: how one is read, and which files of a folder or a zip are pictures."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.errors import ImageError
from ocr_model.reading.headers import FORMAT_HEAD, is_accepted_format
from ocr_model.reading.image import ImageLike, ImageLimits, as_picture, decode_image
from ocr_model.reading.zips import ZipMember, is_zip, members, open_zip

ImageSource = ImageLike | str | os.PathLike[str]
"""A picture, or the path of its file."""

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".heic", ".heics", ".heif", ".heifs", ".hif"}
)
"""How the names of picture files end, in lower case: such a file of a folder is reported if it cannot be read."""

_DEFAULT_LIMITS = ImageLimits()
_WANTED = "pass a Pillow picture, an array (H, W) or (H, W, 3), or the path of a picture file"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, or a folder or a zip that holds none."""

    path: Path  # of a zip's member: that of the zip, and the member's name
    problem: str | None = None  # why it cannot be read; None for a file
    member: ZipMember | None = None  # None for a file on disk

    def picture(self, limits: ImageLimits = _DEFAULT_LIMITS) -> Image.Image:
        """Read the file, see `read_picture`.

        Raises:
            ImageError: see `decode_image`.
            OSError: it cannot be read; `reason` says why.
        """
        if self.problem is not None:
            raise OSError(self.problem)
        if self.member is None:
            return read_picture(self.path, limits)
        return _decode(self.member.read(limits.max_bytes + 1), limits)


def reason(error: ImageError | OSError) -> str:
    """Why a file could not be read, in one line without its name."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


@dataclass(slots=True)
class PictureSearch:
    """Goes through files, folders with their sub-folders, and zips; it counts the files that it leaves out.

    Zips stay open until it is closed, so use it in a `with` statement.
    """

    left_out: int = 0  # files in folders and zips that are no pictures; hidden files are not counted
    _open: list[zipfile.ZipFile] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._open.pop().close()

    def left_out_in_words(self) -> str:
        """A sentence on the files that were left out; empty if there are none."""
        if not self.left_out:
            return ""
        files = "1 file was" if self.left_out == 1 else f"{self.left_out} files were"
        return f"{files} left out: not a JPEG, PNG, WebP or HEIC picture"

    def files(self, paths: list[Path]) -> Iterator[FoundFile]:
        """The files in the order given; a folder or a zip stands for the pictures in it, by name.

        A file that is named is never left out. In folders, hidden files and folders are: names that begin with a dot,
        as macOS writes `._a.jpg` beside each `a.jpg`. A zip is read where it is named, not inside of a folder or of
        another zip.
        """
        for path in paths:
            if path.is_dir():
                found, kind = self._pictures(path), "folder"
            elif is_zip(path):
                found, kind = self._packed_pictures(path), "zip"
            else:
                yield FoundFile(path)
                continue
            empty = True
            for file in found:
                empty = False
                yield file
            if empty:
                yield FoundFile(path, f"no pictures in this {kind}")

    def _packed_pictures(self, file: Path) -> Iterator[FoundFile]:
        try:
            archive = open_zip(file)
        except OSError as error:
            yield FoundFile(file, reason(error))
            return
        self._open.append(archive)
        for member in members(archive):
            path = Path(f"{file}/{member.name}")
            if not _is_packed_picture(member):
                self.left_out += 1
            elif member.leads_out:
                yield FoundFile(path, "its name in the zip leads out of the folder that it would be unpacked to")
            else:
                yield FoundFile(path, member=member)

    def _pictures(self, folder: Path) -> Iterator[FoundFile]:
        failures: list[OSError] = []
        for where, folders, names in os.walk(folder, onerror=failures.append):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(where, name)
                if name.startswith("."):
                    continue
                if _is_picture(file):
                    yield FoundFile(file)
                else:
                    self.left_out += 1
            for failure in failures:
                yield FoundFile(Path(failure.filename), failure.strerror or str(failure))
            failures.clear()
        for failure in failures:
            yield FoundFile(Path(failure.filename), failure.strerror or str(failure))


def _is_picture(file: Path) -> bool:
    """Whether a file of a folder is a picture by its name or its content; never opens what is no regular file."""
    if file.exists() and not file.is_file():
        return False
    if file.suffix.lower() in PICTURE_SUFFIXES:
        return True
    try:
        with file.open("rb") as stream:
            return is_accepted_format(stream.read(FORMAT_HEAD))
    except OSError:
        return False


def _is_packed_picture(member: ZipMember) -> bool:
    if Path(member.name).suffix.lower() in PICTURE_SUFFIXES:
        return True
    try:
        return is_accepted_format(member.read(FORMAT_HEAD))
    except OSError:
        return False


def read_picture(file: str | os.PathLike[str], limits: ImageLimits = _DEFAULT_LIMITS) -> Image.Image:
    """Read a picture file as an upload is read: by content, with its limits, upright.

    Args:
        file: its path.
        limits: no more of the file is read than they allow.

    Returns:
        See `decode_image`.

    Raises:
        ImageError: see `decode_image`.
        OSError: there is no such file, or it cannot be read.
    """
    with Path(file).open("rb") as stream:
        return _decode(stream.read(limits.max_bytes + 1), limits)


def _decode(data: bytes, limits: ImageLimits) -> Image.Image:
    if len(data) > limits.max_bytes:
        raise ImageError("too_large", f"the file has more than {limits.max_bytes / 1e6:.1f} MB, which is the most")
    return decode_image(data, limits)


def open_picture(source: ImageSource) -> Image.Image:
    """A Pillow picture in mode L or RGB, from the path of a file, a picture or an array.

    Args:
        source: the path of a picture file, or what `as_picture` takes.

    Raises:
        ImageError: see `decode_image` and `as_picture`; "bad_values" for anything else, with what to pass.
        OSError: there is no such file, or it cannot be read.
    """
    if isinstance(source, str | os.PathLike):
        return read_picture(source)
    if isinstance(source, list | tuple):
        return as_picture(_array_of(source))
    if not isinstance(source, Image.Image) and not hasattr(source, "__array__"):
        given: object = source
        note = "; decode_image(data) makes a picture of a file's bytes" if isinstance(given, bytes) else ""
        raise ImageError("bad_values", f"{_kind_of(source)} is no picture: {_WANTED}{note}")
    return as_picture(source)


def open_pictures(sources: Sequence[ImageSource]) -> list[Image.Image]:
    """The pictures of a batch, see `open_picture`.

    Raises:
        ImageError: the first unusable picture; or the batch is a single picture or path.
        OSError: the first file that cannot be read.
    """
    if isinstance(sources, str | bytes | os.PathLike | Image.Image) or not hasattr(sources, "__iter__"):
        raise ImageError("bad_values", f"{_kind_of(sources)} is no list of pictures; `read` reads a single one")
    return [open_picture(source) for source in sources]


def _array_of(values: Sequence[Any]) -> NDArray[Any]:
    if any(isinstance(value, str | os.PathLike | Image.Image) for value in values):
        raise ImageError(
            "bad_values", f"{_kind_of(values)} that holds pictures is no picture; `read_batch` reads several"
        )
    try:
        return np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise ImageError(
            "bad_values", f"{_kind_of(values)} with rows of different lengths is no picture: {_WANTED}"
        ) from error


def _kind_of(value: object) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"
