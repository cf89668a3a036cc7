"""Reads the Korean words of a photo's lines, and lets the recognizer read the print between them once more.

The recognizer knows no Hangul: it takes the name of a field for letters, and is in doubt about the whole line, also
about which way up it stands. A network for the closed vocabulary of Korean labels looks at the lines in doubt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from ocr_model.errors import ModelError
from ocr_model.reading.prediction import Prediction
from ocr_model.tags.common_turn import TurnedReader
from ocr_model.tags.cutting import cut_line, side_lengths, turn_corners
from ocr_model.tags.korean_model import KOREAN, KoreanModel, fit_line
from ocr_model.tags.korean_words import Piece, pieces_of
from ocr_model.tags.tag import Corners, TextLine

_DOUBT = 0.9  # confidence of the recognizer under which a line may hold Hangul
_LOG = logging.getLogger(__name__)


def load_korean(threads: int, file: Path = KOREAN) -> KoreanModel | None:
    """The network that comes with the package; None, with a line in the log, where it is missing or damaged."""
    try:
        return KoreanModel.load(file, threads=threads)
    except ModelError as error:
        _LOG.warning("Korean words are not read: %s", error)
        return None


@dataclass(frozen=True, slots=True)
class _KoreanLine:
    """A line with Hangul in the direction in which it is read."""

    at: int  # index among the lines
    corners: Corners
    turn: int  # clockwise quarter turns that put it upright
    pieces: tuple[Piece, ...]

    @property
    def places(self) -> list[tuple[float, float]]:
        """Of the print that is to be read again."""
        return [piece.place for piece in self.pieces if piece.place is not None]

    def said(self, texts: Sequence[str]) -> str:
        """The whole line; `texts` are of its other print."""
        rest = iter(texts)
        said = "".join(piece.text if piece.place is None else next(rest) for piece in self.pieces)
        return " ".join(said.split())


def with_korean(
    model: KoreanModel, recognizer: TurnedReader, photo: Image.Image, lines: Sequence[TextLine]
) -> tuple[TextLine, ...]:
    """The lines of a photo with their Korean words.

    Args:
        model: reads Hangul.
        recognizer: reads what stands between the Korean words, or the line in its right direction.
        photo: upright, mode RGB or L.
        lines: of the photo, as the recognizer read them.

    Returns:
        The same lines in the same order. Of a line with Hangul, `korean` says the whole, and corners and turn are those
        in which it was read; where letters and digits stand in one place of it, its reading is of these alone.

    Raises:
        ModelError: a model computes no numbers.
    """
    found = _korean_lines(model, photo, lines)
    pictures, counts = [], []
    for line in found:
        parts = line.places or ([(0.0, 1.0)] if line.turn != lines[line.at].turn else [])
        counts.append(len(parts))
        pictures += [cut_line(photo, _part(line.corners, part)) for part in parts]
    predictions = iter(recognizer.read_batch(pictures, find_turn=False) if pictures else [])
    read = list(lines)
    for line, count in zip(found, counts, strict=True):
        again = [next(predictions) for _ in range(count)]
        read[line.at] = _line(lines[line.at], line, again)
    return tuple(read)


def _line(before: TextLine, line: _KoreanLine, again: Sequence[Prediction]) -> TextLine:
    korean = line.said([prediction.text for prediction in again] if line.places else ())
    # Of several readings the surest stands for the line: one of dates, whose year says more than its month.
    best = max(again, key=lambda prediction: prediction.confidence, default=before.prediction)
    return replace(
        before,
        prediction=replace(best, turn=line.turn),
        corners=line.corners,
        turn=line.turn,
        korean=korean,
    )


def _korean_lines(model: KoreanModel, photo: Image.Image, lines: Sequence[TextLine]) -> list[_KoreanLine]:
    """Those lines in doubt that hold Hangul, along their length in one direction or the other."""
    doubtful = [at for at, line in enumerate(lines) if line.prediction.confidence < _DOUBT]
    if not doubtful:
        return []
    directed = []
    for at in doubtful:
        length, height = side_lengths(lines[at].corners)
        quarter = 1 if height > length else 0  # the recognizer turned what it could not read
        directed.append((turn_corners(lines[at].corners, quarter), (lines[at].turn + quarter) % 4))
    cut = [cut_line(photo, corners) for corners, _ in directed]
    upside_down = [picture.transpose(Image.Transpose.ROTATE_180) for picture in cut]
    readings = model.read([fit_line(picture) for picture in (*cut, *upside_down)])
    found = []
    for number, (at, (corners, turn)) in enumerate(zip(doubtful, directed, strict=True)):
        upright, turned = readings[number], readings[number + len(doubtful)]
        if turned.certainty > upright.certainty:
            upright, corners, turn = turned, turn_corners(corners, 2), (turn + 2) % 4
        if pieces := pieces_of(upright):
            found.append(_KoreanLine(at, corners, turn, pieces))
    return found


def _part(corners: Corners, part: tuple[float, float]) -> Corners:
    """The corners of a part of a line, from 0 to 1 of its length."""
    a, b, c, d = corners
    (left, right) = part

    def along(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
        return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share

    return along(a, b, left), along(a, b, right), along(d, c, right), along(d, c, left)
