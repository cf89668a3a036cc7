"""A shopper's verdict on a reading, as it is kept, and the error of one that makes no sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ocr_model.codes.characters import StrangeCharacter
from ocr_model.errors import ReaderError

VerdictStatus = Literal["accepted", "corrected", "unreadable"]


class VerdictError(ReaderError):
    """A verdict that makes no sense.

    Attributes:
        kind: "text-required", "bad-text" or "text-differs".
        characters: those of a bad text that its domain has not.
        suggestions: lines that may have been meant by it, the likeliest first.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        characters: tuple[StrangeCharacter, ...] = (),
        suggestions: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.characters = characters
        self.suggestions = suggestions


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict as it is kept."""

    status: VerdictStatus
    text: str  # the whole line, its spaces kept; "" for unreadable
    is_completed: bool = False  # only the code was typed, and the rest of the line comes from the reading
