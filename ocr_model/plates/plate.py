"""A number plate on a photo: a plain, immutable value."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_model.codes.lines import FormatMatch
from ocr_model.tags.tag import Corners


@dataclass(frozen=True, slots=True)
class ReadPlate:
    """A plate as it was read on one picture."""

    text: str  # letters, digits and syllables, its rows joined: the domain's key
    shown: str  # as it is pressed: `123가 4567`
    confidence: float  # product of its rows' calibrated confidences, 0..1
    formats: tuple[FormatMatch, ...]  # those that the text fits; empty: a text that may be no plate
    corners: Corners  # around all of its rows, in pixels of the picture
    rows: tuple[Corners, ...]  # from top to bottom

    @property
    def is_of_known_format(self) -> bool:
        """Whether a country letters its plates so."""
        return bool(self.formats)

    @property
    def width(self) -> float:
        """Pixels from the left to the right edge."""
        xs = [x for x, _ in self.corners]
        return max(xs) - min(xs)

    @property
    def middle(self) -> tuple[float, float]:
        """Middle of the plate, pixels."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4
