"""Reads the plates on a photo: lines by the detector, their texts by the plates' recognizer, plates by formats.

A plate of two rows is found as two lines, one above the other, which are read apart and joined from top to bottom.
What fits no format is a plate only where somebody says that the picture shows one (`read_crop`): a photo is full of
other print.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from ocr_model.domains.plates import PLATES
from ocr_model.errors import ModelError
from ocr_model.plates.plate import ReadPlate
from ocr_model.reading.files import ImageSource, open_picture
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import Recognizer
from ocr_model.tags.closer_look import find_lines
from ocr_model.tags.cutting import cut_line, side_lengths
from ocr_model.tags.detection import LineDetector, load_detector
from ocr_model.tags.tag import Corners

_MOST_LINES = 24  # of a photo that are read, the surest
_FLAT = 1.15  # length over height of the shortest row: two digits and a syllable
_CHARACTERS = range(4, 12)  # of a plate
_UNDER = 0.9  # row heights between two rows of one plate, at most
_SIDEWAYS = 0.35  # row lengths by which the middles of two rows differ, at most
_TALLER = 3.0  # ratio of two rows' heights, at most
_LEAST = 0.05  # confidence under which a find on a photo is no plate
_OTHER_TEXTS = 4  # of a line's candidates that may make a format fit where the best does not


class LineReader(Protocol):
    """The part of a recognizer that plates need."""

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        """One prediction per picture, in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Row:
    corners: Corners
    prediction: Prediction

    @property
    def length(self) -> float:
        return side_lengths(self.corners)[0]

    @property
    def height(self) -> float:
        return side_lengths(self.corners)[1]

    @property
    def middle(self) -> tuple[float, float]:
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4


class PlateReader:
    """A recognizer of plates and a detector of lines. One instance serves any number of threads at the same time.

    Args:
        recognizer: reads rows.
        detector: finds lines.
    """

    def __init__(self, recognizer: LineReader, detector: LineDetector) -> None:
        self._recognizer, self._detector = recognizer, detector

    @classmethod
    def load(cls, *, threads: int = 2, detector: LineDetector | None = None) -> PlateReader:
        """Load the recognizer of plates that comes with the package.

        Args:
            threads: CPU threads of one reading.
            detector: PP-OCRv6's small one if None.

        Raises:
            ModelError: it is missing or damaged.
        """
        if not (PLATES.shipped_model / "model.json").is_file():
            raise ModelError("no recognizer of number plates is installed")
        recognizer = Recognizer.load(PLATES.shipped_model, threads=threads, second=False)
        return cls(recognizer, load_detector(threads) if detector is None else detector)

    def read_photo(self, image: ImageSource) -> tuple[ReadPlate, ...]:
        """The plates on a photo, the surest first; only those of a known format.

        Args:
            image: as `Recognizer.read` takes it, upright.

        Raises:
            ImageError: (also a ValueError) the picture cannot be used.
            ModelError: the model computes no numbers for this picture.
        """
        photo = open_picture(image)
        plates = [plate for plate in self._plates(photo) if plate.is_of_known_format and plate.confidence >= _LEAST]
        return tuple(sorted(plates, key=lambda plate: plate.confidence, reverse=True))

    def read_crop(self, image: ImageSource) -> ReadPlate:
        """The plate that fills a picture, whatever its format; its text is empty where nothing is read.

        Args:
            image: a cut-out of one plate, of one row or two.

        Raises:
            ImageError: (also a ValueError) the picture cannot be used.
            ModelError: the model computes no numbers for this picture.
        """
        photo = open_picture(image)
        w, h = photo.size
        whole: Corners = ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))
        alone = _plate([_Row(whole, self._recognizer.read_batch([photo], find_turn=False)[0])])
        found = [plate for plate in self._plates(photo) if plate.text]
        best = max(found, key=lambda plate: (plate.is_of_known_format, plate.width * plate.confidence), default=alone)
        if best.is_of_known_format != alone.is_of_known_format:
            return best if best.is_of_known_format else alone
        if len(best.rows) > 1 and best.is_of_known_format and w < 3 * h:
            return best
        return max(alone, best, key=lambda plate: plate.confidence)

    def _plates(self, photo: Image.Image) -> list[ReadPlate]:
        lines = [
            line
            for line in find_lines(self._detector, photo).lines[:_MOST_LINES]
            if _is_flat(side_lengths(line.corners))
        ]
        if not lines:
            return []
        cuts = [cut_line(photo, line.corners) for line in lines]
        read = self._recognizer.read_batch(cuts, find_turn=False)
        rows = [_Row(line.corners, prediction) for line, prediction in zip(lines, read, strict=True)]
        rows = [row for row in rows if PLATES.key(row.prediction.text)]
        return _put_together(rows)


def _is_flat(sides: tuple[float, float]) -> bool:
    length, height = sides
    return height >= 4.0 and length >= _FLAT * height


def _put_together(rows: Sequence[_Row]) -> list[ReadPlate]:
    """Plates of one row, and of two where they fit a format together that neither fits alone."""
    plates: list[ReadPlate] = []
    used: set[int] = set()
    for upper in range(len(rows)):
        for lower in range(len(rows)):
            if {upper, lower} & used or upper == lower or not _is_above(rows[upper], rows[lower]):
                continue
            both = _plate([rows[upper], rows[lower]])
            alone = [_plate([rows[at]]) for at in (upper, lower)]
            if both.is_of_known_format and not any(plate.is_of_known_format for plate in alone):
                plates.append(both)
                used |= {upper, lower}
    plates += [_plate([row]) for at, row in enumerate(rows) if at not in used]
    return plates


def _is_above(upper: _Row, lower: _Row) -> bool:
    """Whether one row stands right above another, as on one plate."""
    heights = sorted((upper.height, lower.height))
    if heights[1] > _TALLER * heights[0]:
        return False
    (x0, y0), (x1, y1) = upper.middle, lower.middle
    gap = (y1 - y0) - (upper.height + lower.height) / 2
    between = abs(x1 - x0) <= _SIDEWAYS * max(upper.length, lower.length)
    return y1 > y0 and between and -0.35 * heights[1] <= gap <= _UNDER * heights[1]


def _plate(rows: Sequence[_Row]) -> ReadPlate:
    """A plate of these rows, from top to bottom: the best texts, or the likeliest others that fit a format."""
    best = "".join(row.prediction.text for row in rows)
    sure = math.prod(row.prediction.confidence for row in rows)
    text, confidence = best, sure
    if not PLATES.matches(best):
        others = [
            (sure / max(row.prediction.confidence, 1e-9) * candidate.confidence, at, candidate.text)
            for at, row in enumerate(rows)
            for candidate in row.prediction.candidates[1 : 1 + _OTHER_TEXTS]
        ]
        for likely, at, other in sorted(others, reverse=True):
            joined = "".join(other if number == at else row.prediction.text for number, row in enumerate(rows))
            # A text that a format forbids is doubted, but never replaced by one that the picture speaks against.
            if PLATES.matches(joined) and likely >= 0.2 * sure:
                text, confidence = joined, likely
                break
    key = PLATES.key(text)
    shown, formats = PLATES.take_apart(text)
    if len(key) not in _CHARACTERS:
        formats = ()
    return ReadPlate(key, shown, confidence, formats, _around(rows), tuple(row.corners for row in rows))


def _around(rows: Sequence[_Row]) -> Corners:
    """The corners around rows that stand one above the other."""
    if len(rows) == 1:
        return rows[0].corners
    xs = [x for row in rows for x, _ in row.corners]
    ys = [y for row in rows for _, y in row.corners]
    return (min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))
