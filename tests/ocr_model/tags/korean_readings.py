"""Readings of the network for Korean, as it would give them."""

from functools import cache

import numpy as np

from ocr_model.tags.korean_model import DIGIT, HANGUL, KINDS, LETTER, MARK, KoreanReading, is_hangul
from ocr_model.tags.vocabulary import vocabulary


@cache
def alphabet() -> str:
    words = vocabulary()
    groups = (words.field_names, words.countries, words.colours, words.currencies)
    return "".join(
        sorted({c for group in groups for word in group for c in word if is_hangul(c)} | set("극결픔년월금물세탁"))
    )


def reading_of(
    printed: str, confidence: float = 0.95, doubts: dict[int, tuple[float, str]] | None = None
) -> KoreanReading:
    """A text as it is read: a syllable is twice as wide as other print; spaces are as wide as that.

    Args:
        printed: the line; `□` stands for a syllable that is in no word.
        confidence: of every glyph; the rest is shared by all classes.
        doubts: by index in `printed`, the confidence of a glyph, and the one that has nearly all of the rest.
    """
    classes = alphabet() + KINDS
    rows = []
    for at, character in enumerate(printed):
        width = 2 if is_hangul(character) or character == HANGUL else 1
        columns = np.full((2 * width, 1 + len(classes)), 1e-6)
        columns[:, 0] = 0.99
        if character != " ":
            sure, other = (doubts or {}).get(at, (confidence, ""))
            columns[0] = (1.0 - sure) / len(classes) / (10 if other else 1)
            columns[0, 1 + classes.index(kind_of(character))] = sure
            if other:
                columns[0, 1 + classes.index(other)] = 0.9 * (1.0 - sure)
        rows.append(columns)
    scores = np.log(np.concatenate(rows)) if rows else np.zeros((1, 1 + len(classes)))
    return KoreanReading.of(scores.astype(np.float32), classes)


def kind_of(character: str) -> str:
    if is_hangul(character) or character in KINDS[:1]:
        return character if character in alphabet() else HANGUL
    return DIGIT if character.isdigit() else LETTER if character.isalpha() else MARK
