"""Reads a line again that seems to stand unlike the lines around it.

A line alone may look as likely on its head: short, in lower case, blurred. The lines of one tag are nearly all printed
one way up, so those that were read surely say how their neighbours stand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from PIL import Image

from ocr_model.codes.text import match_key
from ocr_model.reading.prediction import Prediction
from ocr_model.tags.cutting import cut_line, side_lengths, turn_corners
from ocr_model.tags.tag import TextLine

_SURE, _CHARACTERS = 0.6, 3  # least confidence and letters or digits of a line that says how others stand
_FLAT = 2.0  # length over height from which the long side of a line is surely the one along its text
_NEIGHBOURS = 6  # at most, the nearest
_REACH = 15.0  # line heights within which they are looked for
_LEAST = 2  # neighbours without which nothing is said
_AGREEMENT = 0.7  # length of their mean direction; 1 where all are alike
_ODDS = 0.1  # of the confidence as first read, from which the reading the other way up is believed
_TEXT_AFTER_ALL = 0.15  # least confidence of a text where the line read as no text


class TurnedReader(Protocol):
    """The part of a recognizer that lines of a photo need."""

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        """One prediction per picture, in order; whichever way up it is, or as it stands unless `find_turn`."""
        ...


@dataclass(frozen=True, slots=True)
class _Place:
    middle: complex
    direction: complex  # unit vector along the text
    length: float
    height: float

    @classmethod
    def of(cls, line: TextLine) -> _Place:
        a, b, c, d = (complex(x, y) for x, y in line.corners)
        along = b - a + c - d
        return cls((a + b + c + d) / 4, along / abs(along) if along else 1 + 0j, *side_lengths(line.corners))


def read_alike(reader: TurnedReader, photo: Image.Image, lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines, some of them turned as their neighbours stand, where they read about as well that way.

    Args:
        reader: reads the crops that are turned.
        photo: mode RGB or L.
        lines: of the photo, as they were read first.
    """
    places = [_Place.of(line) for line in lines]
    turned = [
        (at, _turned(lines[at], quarters)) for at, quarters in enumerate(_quarters_off(lines, places)) if quarters != 0
    ]
    if not turned:
        return list(lines)
    again = reader.read_batch([cut_line(photo, line.corners) for _, line in turned], find_turn=False)
    found = list(lines)
    for (at, line), prediction in zip(turned, again, strict=True):
        if _is_believed(prediction, lines[at].prediction):
            found[at] = replace(line, prediction=replace(prediction, turn=line.turn))
    return found


def _quarters_off(lines: Sequence[TextLine], places: Sequence[_Place]) -> list[int]:
    """Per line the clockwise quarter turns, 0..3, from its direction to that of its neighbours."""
    sure = [
        at
        for at, (line, place) in enumerate(zip(lines, places, strict=True))
        if line.prediction.confidence >= _SURE
        and len(match_key(line.text)) >= _CHARACTERS
        and place.length >= _FLAT * place.height
    ]
    middles = np.array([places[at].middle for at in sure])
    directions = np.array([places[at].direction for at in sure])
    weights = np.array([lines[at].prediction.confidence for at in sure])
    heights = np.array([places[at].height for at in sure])
    quarters = []
    for at, place in enumerate(places):
        apart = np.abs(middles - place.middle) / np.maximum(heights, place.height) if sure else np.empty(0)
        near = [other for other in np.argsort(apart, kind="stable") if apart[other] <= _REACH and sure[other] != at]
        near = near[:_NEIGHBOURS]
        mean = sum(weights[near] * directions[near]) / sum(weights[near]) if len(near) >= _LEAST else 0j
        quarters.append(_quarters(place, complex(mean)) if abs(mean) >= _AGREEMENT else 0)
    return quarters


def _quarters(place: _Place, direction: complex) -> int:
    off = direction / place.direction
    quarters = round(math.atan2(off.imag, off.real) / (math.pi / 2)) % 4
    # The box of a flat line shows its axis; only which end is first may be wrong.
    return 0 if quarters % 2 == 1 and place.length >= _FLAT * place.height else quarters


def _turned(line: TextLine, quarters: int) -> TextLine:
    """The line in a direction that is so many quarter turns further clockwise."""
    return replace(line, corners=turn_corners(line.corners, -quarters), turn=(line.turn - quarters) % 4)


def _is_believed(turned: Prediction, first: Prediction) -> bool:
    if not first.text:
        return bool(turned.text) and turned.confidence >= _TEXT_AFTER_ALL
    return bool(turned.text) and turned.confidence >= _ODDS * first.confidence
