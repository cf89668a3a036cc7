"""Visits from passages: a vehicle comes in, and goes out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ocr_model.plates.passages import Direction


@dataclass(frozen=True)
class Seen:
    """When a vehicle passed, and which way."""

    text: str
    at: float  # seconds since 1970
    direction: Direction


@dataclass(frozen=True)
class Visit:
    """A vehicle that came, went, or both."""

    text: str
    came: float | None  # None: it was not seen to come
    went: float | None  # None: it was not seen to go
    is_inside: bool = False  # whether it came and has not gone

    @property
    def is_paired(self) -> bool:
        """Whether it was seen to come and to go."""
        return self.came is not None and self.went is not None


def visits_of(passages: Iterable[Seen]) -> list[Visit]:
    """Pair passages in the order of time: in and the next out of the same vehicle.

    A vehicle that comes twice without going was not seen to go once: it is inside only once.
    """
    visits: list[Visit] = []
    inside: dict[str, float] = {}
    for passage in sorted(passages, key=lambda seen: seen.at):
        if passage.direction == "in":
            if passage.text in inside:
                visits.append(Visit(passage.text, inside[passage.text], None))
            inside[passage.text] = passage.at
        elif passage.direction == "out":
            visits.append(Visit(passage.text, inside.pop(passage.text, None), passage.at))
    return visits + [Visit(text, came, None, is_inside=True) for text, came in inside.items()]


def next_direction(before: Direction | None) -> Direction:
    """Which way a vehicle goes at a gate that cannot tell: the other way than when it was seen before."""
    return "out" if before == "in" else "in"
