"""Words that are known although some of their letters were misread: `BI#CK` is BLACK, `COIUMB18` is COLUMBIA.

Letters and signs that print, blur or fancy type makes alike count as one; beyond that a long word may have a letter
wrong, missing or too many, where no other known word is as near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

_ALIKE = str.maketrans("OQDUILJ|!BA#&SGC9ZTFPNH", "000011111888856662RRRMM")
_SEPARATORS = "I1JL|V/"  # what is read for the slash between two words
_SHORTEST = 5  # letters of a word that may have one wrong


def shape_of(word: str) -> str:
    """A word with one sign for all letters that are taken for each other."""
    return re.sub(r"[^0-9A-Z]", "", re.sub("[|!#&]", lambda sign: sign[0].translate(_ALIKE), word).translate(_ALIKE))


@dataclass(frozen=True)
class MisreadWords:
    """Known words, to be found again in misread ones.

    Args:
        meant: what each word stands for, by the word in capitals.
    """

    meant: Mapping[str, str]

    @classmethod
    def of(cls, words: Iterable[str]) -> MisreadWords:
        """Words that stand for themselves."""
        return cls({word: word for word in words})

    @cached_property
    def _by_shape(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for word, meant in self.meant.items():
            found.setdefault(shape_of(word), set()).add(meant)
        return found

    def alike(self, text: str) -> str | None:
        """The one word of at least three letters that looks like a text; None for none or several."""
        shape = shape_of(text)
        words = self._by_shape.get(shape, set()) if len(shape) >= 3 and not text.isdigit() else set()
        return next(iter(words)) if len(words) == 1 else None

    def nearest(self, text: str, wrong: int) -> str | None:
        """The one word that a text is, up to so many wrong letters, of each of which the word has five at least."""
        if found := self.alike(text):
            return found
        shape = shape_of(text)
        for most in range(1, wrong + 1):
            near = {
                meant
                for other, words in self._by_shape.items()
                if len(other) >= _SHORTEST * most and abs(len(other) - len(shape)) <= most
                if distance(shape, other, most) <= most
                for meant in words
            }
            if near:
                return near.pop() if len(near) == 1 else None
        return None

    def split(self, text: str) -> list[str] | None:
        """The words that a text consists of, where slashes between them are missing or read as letters."""
        if found := self.alike(text):
            return [found]
        for end in range(len(text) - 3, 3, -1):
            first = self.alike(text[:end])
            if first is None:
                continue
            for start in {end, end + 1} if text[end] in _SEPARATORS else {end}:
                if rest := self.split(text[start:]):
                    return [first, *rest]
        return None


@lru_cache(maxsize=8192)
def distance(text: str, other: str, most: int) -> int:
    """How many letters must be changed, added or left out to make one text of another; `most` + 1 if they are more."""
    row = list(range(len(other) + 1))
    for line, letter in enumerate(text, start=1):
        last, row = row, [line]
        for column, sign in enumerate(other, start=1):
            row.append(min(last[column] + 1, row[-1] + 1, last[column - 1] + (letter != sign)))
        if min(row) > most:
            return most + 1
    return row[-1]
