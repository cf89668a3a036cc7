"""What the recognizer answers: plain, immutable values without any way to compute."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocr_model.codes.lines import FormatMatch

__all__ = ["Candidate", "Character", "ModelInfo", "Prediction"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model has read.

    Attributes:
        name: of the model.
        version: of the model.
        accept_threshold: confidence, 0..1, from which its readings may be accepted without asking; None if nobody has
            measured one.
    """

    name: str
    version: str
    accept_threshold: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Character:
    """One character as read.

    Attributes:
        text: exactly one character.
        confidence: probability of this character given everything left of it, 0..1, NOT calibrated: it tints
            the character, it is no promise.
    """

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible reading of the whole line.

    Attributes:
        text: the line as read, spaces kept (`SN 117504 COLOR:BLK`); empty for "there is no text".
        code: what to search for (`117504`).
        confidence: calibrated probability, 0..1, that the whole text is right (spaces do not count). Those of all
            candidates of a crop are at most 1 together.
    """

    text: str
    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The reading of one crop.

    Attributes:
        text: the most probable line, spaces kept as read; empty if there is no text.
        code: what to search for; empty if there is nothing to search for.
        confidence: calibrated probability, 0..1, that the whole text is right. For an empty text: that there
            is none.
        characters: one entry per character of `text`, in order.
        candidates: the best reading (this one) first, then others, at most six, no two equal but for spaces.
        formats: the brands' code formats that the text fits; empty if none does.
        model: who has read.
        milliseconds: time spent by step: "prepare", "encode", "decode", "total". In a batch: the average per
            crop.
        turn: clockwise quarter turns, 0..3, that the crop was turned by before this was read.
        picture_text: what the picture alone says, where the brands' formats decided for another reading; it is
            among the candidates. None where both agree.
    """

    text: str
    code: str
    confidence: float
    characters: tuple[Character, ...]
    candidates: tuple[Candidate, ...]
    formats: tuple[FormatMatch, ...]
    model: ModelInfo
    milliseconds: Mapping[str, float]
    turn: int = 0
    picture_text: str | None = None
