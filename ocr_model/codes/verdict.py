"""Settles a shopper's verdict on a reading: which line is kept, and under which status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ocr_model.codes.characters import StrangeCharacter
from ocr_model.codes.lines import complete_line
from ocr_model.codes.suggestion import LONGEST_LINE, strange_characters, suggested_lines
from ocr_model.codes.text import label_text, match_key, normalize_text
from ocr_model.errors import ReaderError

VerdictStatus = Literal["accepted", "corrected", "unreadable"]


class VerdictError(ReaderError):
    """A verdict that makes no sense.

    Attributes:
        kind: "text-required", "bad-text" or "text-differs".
        characters: those of a bad text that no tag prints.
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


def settle_verdict(status: VerdictStatus, read_text: str, typed: str | None, *, is_whole: bool = False) -> Verdict:
    """Settle which line and status a verdict keeps.

    A correction that leads to the line as read (only the code of a rightly read line was typed) finds no mistake, and
    is kept as accepted.

    Args:
        status: the verdict.
        read_text: the line as the recognizer read it.
        typed: the corrected line, or its code alone (see `typed_line`); the accepted line, or None; ignored for
            unreadable.
        is_whole: whether the typed text is the whole line: no field name of the reading is put back around it.

    Raises:
        VerdictError: "text-differs": another line than the one that was read is accepted.
    """
    if status == "unreadable":
        return Verdict(status, "")
    if status == "accepted":
        if typed is not None and label_text(typed) != label_text(read_text):
            raise VerdictError("text-differs", "accepted means the text as read; send corrected for another.")
        return Verdict(status, read_text)
    typed = typed_line(typed)
    line = typed if is_whole else complete_line(read_text, typed)
    is_completed = label_text(line) != label_text(typed)
    if label_text(line) == label_text(read_text):
        return Verdict("accepted", read_text, is_completed)
    return Verdict(status, line, is_completed)


def typed_line(text: str | None) -> str:
    """Return a typed correction, normalised.

    Raises:
        VerdictError: it is missing ("text-required"), or cannot be on a tag ("bad-text").
    """
    if text is None or not text.strip():
        raise VerdictError("text-required", "corrected needs text: the right line.")
    line = checked_line(text)
    if not match_key(line):
        raise VerdictError("bad-text", "The text has no letter and no digit.")
    return line


def checked_line(text: str) -> str:
    """Return a line, normalised.

    Raises:
        VerdictError: "bad-text": it is too long, or has characters that no code's line has.
    """
    line = normalize_text(text)
    if len(line) > LONGEST_LINE:
        raise VerdictError("bad-text", f"The text is longer than {LONGEST_LINE} characters.")
    if strange := strange_characters(line):
        names = ", ".join(map(str, strange))
        message = f"These characters cannot be on a code's line: {names}"
        raise VerdictError("bad-text", message, strange, suggested_lines(text))
    return line
