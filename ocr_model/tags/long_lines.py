"""Reads long lines in parts.

The recognizer sees every crop at one size, so the characters of a long line come out narrow, and it spells 24 of them
at most. Such a line is cut at its widest gaps; where the parts together are read more surely than the whole, their text
is the line's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from ocr_model.codes.lines import code_and_formats, extract_code
from ocr_model.codes.text import label_text
from ocr_model.reading.prediction import Candidate, Character, Prediction
from ocr_model.tags.common_turn import TurnedReader
from ocr_model.tags.cutting import cut_line, side_lengths
from ocr_model.tags.tag import TextLine

_LONG = 7.0  # length over height from which a line is long
_PART = 5.0  # heights that a part should have at most
_DOUBT = 0.85  # confidence below which a long line is read in parts
_EMPTY = 0.15  # confidence that parts need where a line read as no text
_GAP = 0.2  # least width of a gap between words, in heights
_INK = 0.35  # share of the contrast in most columns from which a column has ink
_WIDE = 1.5  # how much nearer to the wanted place a cut counts for each pixel of its gap
_MOST_CANDIDATES = 6
_MOST_PARTS = 8  # of a line: a longer one is of a page, and its text would be longer than that of a label
_MOST_READ = 200  # parts of one photo; the lines that stand out come first


def read_long_lines(reader: TurnedReader, photo: Image.Image, lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines, long ones in doubt read in parts where that is surer.

    Args:
        reader: reads the parts.
        photo: mode RGB or L.
        lines: of the photo, as they were read whole.
    """
    cut: dict[int, list[Image.Image]] = {}
    left = _MOST_READ
    for at, line in enumerate(lines):
        if _is_in_doubt(line) and 1 < len(parts := _parts(photo, line)) <= left:
            cut[at] = parts
            left -= len(parts)
    readings = iter(
        reader.read_batch([part for parts in cut.values() for part in parts], find_turn=False) if cut else ()
    )
    found = list(lines)
    for at, parts in cut.items():
        joined = _joined(list(itertools.islice(readings, len(parts))), lines[at].prediction)
        whole = lines[at].prediction
        if label_text(joined.text) == label_text(whole.text):
            continue  # the whole knows better where the words end: a gap may be inside of a code
        if joined.text and joined.confidence > (whole.confidence if whole.text else _EMPTY):
            found[at] = replace(lines[at], prediction=joined)
    return found


def _is_in_doubt(line: TextLine) -> bool:
    length, height = side_lengths(line.corners)
    return _LONG * height < length <= _MOST_PARTS * _PART * height and (
        not line.text or line.prediction.confidence < _DOUBT
    )


def _parts(photo: Image.Image, line: TextLine) -> list[Image.Image]:
    """The line's crop, cut at gaps into about equal parts; the crop alone where it has no gaps."""
    crop = cut_line(photo, line.corners)
    gaps = _gaps(crop)
    wanted = math.ceil(crop.width / crop.height / _PART)
    cuts = set()
    for number in range(1, wanted if gaps else 1):
        place = crop.width * number / wanted
        begin, end = min(gaps, key=lambda gap: abs(sum(gap) / 2 - place) - _WIDE * (gap[1] - gap[0]))
        cuts.add((begin + end) // 2)
    edges = [0, *sorted(cuts), crop.width]
    return [crop.crop((left, 0, right, crop.height)) for left, right in itertools.pairwise(edges)]


def _gaps(crop: Image.Image) -> list[tuple[int, int]]:
    """Where a line has no ink over at least the width of a space: first column, and the one behind the last."""
    grey = np.asarray(crop.convert("L"), dtype=np.float32)
    edge = grey.shape[0] // 10  # rows of neighbouring lines
    dark, bright = np.percentile(grey[edge : grey.shape[0] - edge], (5, 95), axis=0)
    contrast = bright - dark
    has_ink = np.concatenate(([True], contrast > _INK * np.percentile(contrast, 90), [True]))
    changes = np.flatnonzero(np.diff(has_ink.astype(np.int8)))
    runs = zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)
    least = max(1.0, _GAP * crop.height)
    return [(begin, end) for begin, end in runs if begin > 0 and end < crop.width and end - begin >= least]


def _joined(parts: Sequence[Prediction], whole: Prediction) -> Prediction:
    """The prediction of a line from those of its parts, in order; parts without text are left out."""
    read = [part for part in parts if part.text]
    text = " ".join(part.text for part in read)
    confidence = math.prod(part.confidence for part in parts)
    code, formats = code_and_formats(text)
    characters: list[Character] = []
    for part in read:
        characters += [Character(" ", part.confidence), *part.characters] if characters else part.characters
    by_picture = " ".join(part.picture_text or part.text for part in read)
    return replace(
        whole,
        text=text,
        code=code,
        confidence=confidence,
        characters=tuple(characters),
        candidates=(Candidate(text, code, confidence), *_others(read, text, confidence)),
        formats=formats,
        picture_text=None if by_picture == text else by_picture,
    )


def _others(parts: Sequence[Prediction], text: str, confidence: float) -> list[Candidate]:
    """Readings of the line in which one part reads otherwise, the likeliest first."""
    others: dict[str, Candidate] = {}
    for at, part in enumerate(parts):
        for candidate in part.candidates[1:]:
            words = [other.text for other in parts[:at]] + [candidate.text] + [other.text for other in parts[at + 1 :]]
            changed = " ".join(word for word in words if word)
            odds = confidence * candidate.confidence / max(part.confidence, 1e-9)
            others.setdefault(label_text(changed), Candidate(changed, extract_code(changed), odds))
    others.pop(label_text(text), None)
    return sorted(others.values(), key=lambda candidate: -candidate.confidence)[: _MOST_CANDIDATES - 1]
