"""Whether a product's title holds a code."""

from __future__ import annotations

import re
from functools import lru_cache

from ocr_model.codes.text import normalize_text

# Separators that shops write between a code's groups, and where letters turn to digits.
_SEPARATORS = r"[\s\-_./:#()+&]"
# Shorter codes occur in many titles by chance.
_SHORTEST = 4


@lru_cache(maxsize=256)
def _pattern(code: str) -> re.Pattern[str] | None:
    pattern = ""
    previous = ""
    is_gap = False
    length = 0
    for character in normalize_text(code):
        if not (character.isascii() and character.isalnum()):
            is_gap = True
            continue
        if previous:
            is_boundary = is_gap or previous.isdigit() != character.isdigit()
            pattern += f"{_SEPARATORS}{{0,3}}" if is_boundary else "[-_./]?"
        pattern += character
        previous, is_gap = character, False
        length += 1
    if length < _SHORTEST:
        return None
    # With more letters or digits, or more digits after one separator, it is another code:
    # neither 374915-01 in 374915-011 nor 374915 in 374915-01.
    before = r"(?<![A-Z0-9])" + (r"(?<![0-9][-_./])" if pattern[0].isdigit() else "")
    return re.compile(before + pattern + r"(?![A-Z0-9])(?![-_./][0-9])")


def title_holds(title: str, code: str) -> bool:
    """Tell whether a title names exactly this code.

    Case, dashes and spaces between the code's groups do not matter; a longer code that contains this one
    does not count.
    """
    pattern = _pattern(code)
    return pattern is not None and pattern.search(normalize_text(title)) is not None
