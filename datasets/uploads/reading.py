"""How the pictures of an upload are read: crops by the recognizer, whole photos line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from PIL import Image

from datasets.uploads.outcome import FaultError
from datasets.uploads.request import LinesKept
from ocr_model.codes.text import edit_distance, match_key
from ocr_model.domains.tags import TAGS
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import Recognizer
from ocr_model.tags.cutting import cut_line, snapped
from ocr_model.tags.detection import load_detector
from ocr_model.tags.korean import load_korean
from ocr_model.tags.tag import Role, Tag, TextLine
from ocr_model.tags.tag_reader import TagReader

_MAYBE_CODES: tuple[Role, ...] = ("code", "order", "name", "other")  # where no line is surely a code
# A picture is looked at as a photo where it is as high as this and no longer than so many heights ...
_LEAST_SIDE = 200  # pixels
_LONGEST = 2.5
_LEAST_LINES = 3  # ... and is one where so many lines are found, or where it has as many pixels:
_LARGE = 2_000_000
_MOST_WRONG = 0.25  # share of a label's characters that may be read otherwise on its line


class UploadReader(Protocol):
    """Reads pictures."""

    def read(self, picture: Image.Image) -> Prediction:
        """Read a crop."""
        ...

    def read_tag(self, picture: Image.Image) -> Tag:
        """Read a whole photo."""
        ...


class ModelReader:
    """Reads with an exported model; what reads whole photos is loaded with the first of them.

    Args:
        folder: of the model.
        threads: CPU threads of one reading.

    Raises:
        ModelError: the model cannot be loaded.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._threads = threads
        self._recognizer = Recognizer.load(folder, threads=threads)

    @cached_property
    def _tags(self) -> TagReader:
        recognizer = self._recognizer
        return TagReader(
            recognizer,
            load_detector(self._threads),
            quick=recognizer.for_many_lines(),
            glance=recognizer.at_a_glance(),
            korean=load_korean(self._threads),
        )

    def read(self, picture: Image.Image) -> Prediction:
        """Read a crop."""
        return self._recognizer.read(picture)

    def read_tag(self, picture: Image.Image) -> Tag:
        """Read a whole photo."""
        return self._tags.read_tag(picture)


@dataclass(frozen=True, slots=True)
class CutLine:
    """A line of a photo that is to be kept."""

    number: int  # among the lines of the photo
    crop: Image.Image  # upright
    prediction: Prediction
    text: str  # that is kept: as read, or as the label says


def may_be_photo(picture: Image.Image) -> bool:
    """Whether a picture is worth being looked at as a whole photo."""
    low, high = sorted(picture.size)
    return picture.width * picture.height >= _LARGE or (low >= _LEAST_SIDE and high <= _LONGEST * low)


def is_photo(tag: Tag) -> bool:
    """Whether a picture is a whole photo, by what was read on it."""
    found = sum(bool(match_key(line.text)) for line in tag.lines)
    return found >= _LEAST_LINES or (found > 0 and tag.width * tag.height >= _LARGE)


def cut_lines(picture: Image.Image, tag: Tag, kept: LinesKept) -> list[CutLine]:
    """The lines of a photo without a label that are kept.

    Raises:
        FaultError: "no-text": there is none.
    """
    lines = [(number, line) for number, line in enumerate(tag.lines) if match_key(line.text)]
    if not lines:
        raise FaultError("no-text", "no line of text was found")
    if kept == "codes":
        codes = [(number, line) for number, line in lines if line.role == "code"]
        maybe = [entry for entry in lines if entry[1].prediction.code and entry[1].role in _MAYBE_CODES]
        likeliest = sorted(maybe or lines, key=lambda entry: -entry[1].prediction.confidence)[:1]
        lines = codes or likeliest
    return [_cut(picture, number, line, line.text) for number, line in lines]


def labelled_line(picture: Image.Image, tag: Tag, label: str) -> CutLine:
    """The line of a photo that its label is about; a label that is the code alone is completed.

    Raises:
        FaultError: "text-not-found": no line says nearly that.
    """
    number = _likeliest(tag.lines, label)
    if number is None:
        raise FaultError("text-not-found", f"no line on the photo says {label}")
    line = tag.lines[number]
    return _cut(picture, number, line, TAGS.settle("corrected", line.text, label).text)


def _likeliest(lines: Sequence[TextLine], label: str) -> int | None:
    key = match_key(label)

    def distance(line: TextLine) -> int:
        codes = (line.text, line.prediction.code)
        return min(edit_distance(match_key(text), key) for text in codes)

    best = min(range(len(lines)), key=lambda number: distance(lines[number]), default=None)
    return None if best is None or distance(lines[best]) > _MOST_WRONG * len(key) else best


def _cut(picture: Image.Image, number: int, line: TextLine, text: str) -> CutLine:
    return CutLine(number, cut_line(picture, snapped(line.corners)), line.prediction, text)
