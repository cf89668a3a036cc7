"""Makes words of what the network for Korean reads: names of fields, known values, and where other print stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ocr_model.tags.korean_model import DIGIT, HANGUL, KINDS, LETTER, MARK, Glyph, KoreanReading, is_hangul
from ocr_model.tags.vocabulary import vocabulary

# Syllables of which a line with Hangul has at least so many, each counted by its confidence, and their mean confidence.
_WITH_NAME, _WITHOUT_NAME = (1.2, 0.5), (1.5, 0.6)
_BULLET = re.compile(rf"(?:{DIGIT}?{MARK})+(?=[가-힣{HANGUL}])")
_WORD = re.compile(
    rf"[가-힣{HANGUL}]{{2}}|[가-힣]{MARK}[가-힣]|{DIGIT}{{1,3}}{MARK}?{DIGIT}{{3}}원|{DIGIT}년{DIGIT}{{1,2}}월"
)
_LONE = re.compile(
    rf"(?<=[{LETTER}{DIGIT}{MARK}])(?![년월일원])[가-힣{HANGUL}](?=[{LETTER}{DIGIT}])"
)  # a letter misread
_LEAST_ODDS = -3.0  # log odds for each syllable of a word, against what the line seems to say
_SURE_ODDS = -2.0  # log odds from which on a name of so many syllables is no other word's beginning
_DISTINCT = 3
_NUMBERED = ("번호", "코드")  # behind the names of numbers
_NUMBERS = ("code", "order", "lot", "colour", "barcode")  # kinds of field whose value may be one


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line: Korean words or marks as they are read, or other print that is still to be read."""

    text: str = ""
    place: tuple[float, float] | None = None  # of other print, from 0 to 1 of the line's length; None for words


def pieces_of(reading: KoreanReading) -> tuple[Piece, ...]:
    """The parts of a line with Hangul from left to right; none for a line without.

    Args:
        reading: of the line.
    """
    if not _has_hangul(reading, *_WITH_NAME):
        return ()
    glyphs, text = reading.glyphs, _LONE.sub(LETTER, reading.text)
    name, end = _name_at(reading, _start(text))
    if not name and not (_has_hangul(reading, *_WITHOUT_NAME) and _is_mostly_hangul(text)):
        return ()
    pieces = [Piece(name)] if name else []
    while end < len(glyphs):
        start, end = end, _end_of_run(text, end)
        is_behind_name = len(pieces) == 1 and bool(name)
        if not _is_other(text[start]):
            pieces += [Piece(" ")] * is_behind_name + [Piece(_known_word(reading, start, end))]
        elif text[start:end].strip(MARK):
            pieces += [Piece(": ")] * is_behind_name + [Piece(place=_place(glyphs, start, end))]
        else:
            pieces.append(Piece(": " if is_behind_name else "/"))
    return tuple(pieces)


def field_name(reading: KoreanReading) -> str:
    """The Korean name of a field that a line begins with, as the vocabulary writes it; "" if there is none."""
    return _name_at(reading, _start(reading.text))[0] if _has_hangul(reading, *_WITH_NAME) else ""


def _start(text: str) -> int:
    """Where a line begins behind its bullet or number."""
    return found.end() if (found := _BULLET.match(text)) else 0


def _has_hangul(reading: KoreanReading, certainty: float, confidence: float) -> bool:
    """Whether at least two syllables side by side are seen surely enough, or one behind an amount."""
    if not _WORD.search(reading.text):
        return False
    confidences = [glyph.confidence for glyph in reading.glyphs if not _is_other(glyph.text)]
    least = confidence if reading.text.endswith("원") else certainty
    return sum(confidences) >= max(least, confidence * len(confidences))


def _is_mostly_hangul(text: str) -> bool:
    """Whether a line without a name has more syllables than letters; some letters look like syllables."""
    return sum(not _is_other(glyph) for glyph in text) > text.count(LETTER)


def _end_of_run(text: str, start: int) -> int:
    """Where a run of Hangul or of other print ends."""
    end = start + 1
    while end < len(text) and _is_other(text[end]) == _is_other(text[start]):
        end += 1
    return end


def _is_other(character: str) -> bool:
    return character in (LETTER, DIGIT, MARK)


def _place(glyphs: tuple[Glyph, ...], start: int, end: int) -> tuple[float, float]:
    """Where other print begins and ends, without the marks before it."""
    first = start
    while glyphs[first].text == MARK:
        first += 1
    return glyphs[first].start if first > 0 else 0.0, glyphs[end].start if end < len(glyphs) else 1.0


# --- Words ---


def _name_at(reading: KoreanReading, start: int) -> tuple[str, int]:
    """The likeliest field's name that begins there, and where it ends, by glyphs; "" if none is likely."""
    glyphs, text = reading.glyphs, reading.text
    if start >= len(glyphs):
        return "", start
    before = glyphs[start - 1].column + 1 if start else 0
    names = _names(reading.classes)
    odds, columns = names.odds(reading.scores[before:])
    beginning = "", start
    for at in np.argsort(-odds, kind="stable"):
        if odds[at] < _LEAST_ODDS * names.lengths[at]:
            continue
        end = start
        while end < len(glyphs) and glyphs[end].column <= before + columns[at]:
            end += 1
        is_whole = end == len(glyphs) or _is_other(text[end]) or _is_apart(glyphs, start, end)
        if is_whole or _known_word(reading, end, _end_of_run(text, end)) in _known():
            return names.written[at], end
        if not beginning[0] and names.lengths[at] >= _DISTINCT and odds[at] >= _SURE_ODDS:
            beginning = names.written[at], end
    return beginning


def _is_apart(glyphs: tuple[Glyph, ...], start: int, end: int) -> bool:
    """Whether a space stands before a glyph, beside the distances in the word before it."""
    steps = [glyphs[at + 1].start - glyphs[at].start for at in range(start, end - 1)]
    return bool(steps) and glyphs[end].start - glyphs[end - 1].start > 1.3 * max(steps)


def _known_word(reading: KoreanReading, start: int, end: int) -> str:
    """The likeliest word of the vocabulary for a run of syllables, else the run as read."""
    run = reading.text[start:end]
    if run in _known() or len(run) < 2:
        return run
    starts = [glyph.column for glyph in reading.glyphs[start:end]]
    behind = reading.glyphs[end].column if end < len(reading.glyphs) else len(reading.scores)
    scores = np.stack(
        [reading.scores[one:other].max(axis=0) for one, other in zip(starts, [*starts[1:], behind], strict=True)]
    )
    relative = scores - scores[:, 1:].max(axis=1, keepdims=True)
    best, word = _LEAST_ODDS * len(run), run
    for known in _known():
        if len(known) == len(run) and all(syllable in reading.classes for syllable in known):
            odds = float(sum(relative[at, 1 + reading.classes.index(known[at])] for at in range(len(run))))
            best, word = max((best, word), (odds, known))
    return word


@dataclass(frozen=True, slots=True)
class _Names:
    """Field names in the network's classes."""

    written: tuple[str, ...]
    lengths: NDArray[np.int64]  # of each, in classes
    states: NDArray[np.int64]  # (names, 2 L): the classes with a blank before each; blanks to the end of a short one
    may_skip: NDArray[np.bool_]  # (names, 2 L): the blank before this class may be left out

    def odds(self, scores: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """How much less likely a line begins with each name than with what it seems to begin with, and where it ends.

        The likeliest alignment of CTC (Graves et al., ICML 2006), of a beginning: what follows may be anything.

        Args:
            scores: log probabilities (columns, classes).

        Returns:
            Log odds, 0 or less, and the column in which the name's last syllable begins, for every name.
        """
        relative = scores - scores.max(axis=1, keepdims=True)
        count = len(self.written)
        last = 2 * self.lengths - 1
        paths = np.full(self.states.shape, -np.inf)
        best, ends = np.full(count, -np.inf), np.zeros(count, np.int64)
        for column, row in enumerate(relative):
            here = row[self.states]
            if column == 0:
                paths[:, :2] = here[:, :2]
            else:
                from_before = np.pad(paths[:, :-1], ((0, 0), (1, 0)), constant_values=-np.inf)
                skipping = np.pad(paths[:, :-2], ((0, 0), (2, 0)), constant_values=-np.inf)
                skipping[~self.may_skip] = -np.inf
                paths = np.maximum(np.maximum(paths, from_before), skipping) + here
            done = paths[np.arange(count), last]
            better = done > best
            best[better], ends[better] = done[better], column
        return best, ends


@cache
def _names(classes: str) -> _Names:
    """The field names that these classes spell, the longest first."""
    numbers = {character: number for number, character in enumerate(classes, start=1)}
    written = [
        name + ending
        for name, kind in vocabulary().field_names.items()
        if any(map(is_hangul, name))
        for ending in ("", *(_NUMBERED if kind in _NUMBERS and not name.endswith(_NUMBERED) else ()))
    ]
    spelt = {_classes(name): name for name in written if numbers.keys() >= set(_classes(name))}
    entries = sorted(spelt.items(), key=lambda entry: (-len(entry[0]), entry[0]))
    longest = max((len(read) for read, _ in entries), default=1)
    states, may_skip = np.zeros((len(entries), 2 * longest), np.int64), np.zeros((len(entries), 2 * longest), np.bool_)
    for row, (read, _) in enumerate(entries):
        for at, character in enumerate(read):
            states[row, 2 * at + 1] = numbers[character]
            may_skip[row, 2 * at + 1] = at > 0 and read[at - 1] != character
    lengths = np.array([len(read) for read, _ in entries], np.int64)
    return _Names(tuple(name for _, name in entries), lengths, states, may_skip)


@cache
def _known() -> frozenset[str]:
    words = vocabulary()
    groups = (words.field_names, words.countries, words.colours, words.materials, words.brands, words.currencies)
    return frozenset(word for group in groups for word in _korean(group))


def _korean(words: Iterable[str]) -> list[str]:
    return [word for word in words if any(map(is_hangul, word))]


def _classes(name: str) -> str:
    """A name with its letters, digits and marks by their kind, as a reading has them."""
    read = (
        c if is_hangul(c) or c in KINDS[:1] else DIGIT if c.isdigit() else LETTER if c.isalpha() else MARK
        for c in name
        if c != " "
    )
    return "".join(read)
