"""The recognizer's answers: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr_model.codes.lines import FormatMatch


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The model that made a reading."""

    name: str
    version: str
    # Confidence, 0..1, from which its readings may be accepted without asking; None if it was never measured.
    accept_threshold: float | None = field(default=None, compare=False)
    device: str = field(default="cpu", compare=False)  # what computes: `cpu`, or `cuda`


@dataclass(frozen=True, slots=True)
class Character:
    """One character as read."""

    text: str  # exactly one character
    confidence: float  # of this character given those before it, 0..1, NOT calibrated: for tinting only


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading of the whole line. The confidences of a crop's candidates are at most 1 together."""

    text: str  # the line as read, spaces kept (`SN 117504 COLOR:BLK`); empty for "there is no text"
    code: str  # the code to search for (`117504`)
    confidence: float  # calibrated probability, 0..1, that the whole text is right; spaces do not count


@dataclass(frozen=True, slots=True)
class Prediction:
    """The reading of one crop."""

    text: str  # the most probable line, spaces kept as read; empty if there is no text
    code: str  # the code to search for; empty if there is none
    confidence: (
        float  # calibrated probability, 0..1, that the whole text is right; of an empty text: that there is none
    )
    characters: tuple[Character, ...]  # one per character of `text`, in order
    # This reading first, then at most five others, or all others where a text has one character at most; no two differ
    # in spaces only.
    candidates: tuple[Candidate, ...]
    formats: tuple[FormatMatch, ...]  # the brands' code formats that the text fits; empty if none does
    model: ModelInfo
    milliseconds: Mapping[str, float]  # by step: prepare, encode, decode, total; in a batch the average per crop
    turn: int = 0  # clockwise quarter turns, 0..3, by which the crop was turned before it was read
    # The best reading by the picture alone, if the brands' formats decided for another one; it is among the candidates.
    # None where both agree.
    picture_text: str | None = None
    second_reader: str | None = None  # name of the reader whose opinion is in this reading; None where ours read alone
