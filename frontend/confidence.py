"""Confidence in words: levels for a whole line and for one character, and how a probability is written."""

from __future__ import annotations

from typing import Final, Literal

LineLevel = Literal["sure", "likely", "check", "doubtful"]
CharacterLevel = Literal["sure", "check", "doubtful"]

# The confidence from which a line counts as sure where it has not been measured for the model.
SURE: Final = 0.95


def line_level(confidence: float, sure: float = SURE) -> LineLevel:
    """The word for a probability in [0, 1] that the whole line is right, `sure` from the given one on."""
    if confidence >= sure:
        return "sure"
    if confidence >= 0.8:
        return "likely"
    return "check" if confidence >= 0.5 else "doubtful"


def character_level(confidence: float) -> CharacterLevel:
    """The tint for a probability in [0, 1] that one character is right."""
    if confidence >= 0.9:
        return "sure"
    return "check" if confidence >= 0.6 else "doubtful"


def percent(confidence: float) -> str:
    """A probability as people read it: rounded down, and never a promise ("<1%" to "99%")."""
    return "<1%" if confidence < 0.01 else f"{min(99, int(confidence * 100 + 1e-9))}%"
