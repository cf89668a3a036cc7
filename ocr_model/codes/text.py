"""The text of a tag: which characters there are, and when two texts are the same.

Three spellings of one line, from the most to the least particular:

- `normalize_text`: what a person typed, in the characters that the recognizer knows: `"ｓn 117504–bk"` ->
  `"SN 117504-BK"`.
- `label_text`: the same without spaces; labels are stored and strictly compared in this form.
- `match_key`: only A-Z and 0-9; two readings count as an exact match when their keys are equal.
"""

from __future__ import annotations

import re
import unicodedata

CHARSET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:()+& "
"""Everything the recognizer can read. The order is fixed: an exported model's classes are numbered by it."""

# Dashes that Unicode does not file under "Pd" (dash punctuation): minus signs, the modifier minus, the hyphen
# bullet and the long-vowel mark that a Japanese keyboard types in place of a dash.
_OTHER_DASHES = frozenset("\u02d7\u2043\u2053\u2212\u2796\u30fc")
_SPACES = re.compile(r"\s+")
_PRINTABLE_ASCII = re.compile(r"[ -~]*")  # none of them has another form; the recognizer's own texts are of these
_NOT_KEY = re.compile(r"[^A-Z0-9]+")


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd" or character in _OTHER_DASHES:
        return "-"
    if category == "Cf":  # zero-width joiners, direction marks, soft hyphens: invisible, they come along with a paste
        return ""
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return character


def normalize_text(typed: str) -> str:
    """Bring typed or pasted text into the characters that tags print.

    Compatibility forms are unified (NFKC: full-width letters, `№` -> `NO`), every Unicode dash becomes `-`,
    letters become upper case, invisible characters disappear, and runs of white space become one space, none
    at the ends. Characters outside of `CHARSET` (such as Hangul) are kept: the caller
    decides about them.

    The result does not change when it is normalised again.
    """
    if _PRINTABLE_ASCII.fullmatch(typed):
        return " ".join(typed.upper().split())
    plain = "".join(_plain_character(character) for character in unicodedata.normalize("NFKC", typed))
    # Upper case can denormalise ("ŉ" -> "ʼN"), so compatibility forms are unified once more.
    upper = unicodedata.normalize("NFKC", plain.upper())
    return _SPACES.sub(" ", upper).strip()


def label_text(text: str) -> str:
    """The normalised text without spaces: the stored form of a label, and the strict "same text"."""
    return normalize_text(text).replace(" ", "")


def match_key(text: str) -> str:
    """Only the A-Z and 0-9 of the normalised text: equal keys are an exact match, the headline metric."""
    return _NOT_KEY.sub("", normalize_text(text))


def edit_distance(left: str, right: str) -> int:
    """Levenshtein distance: the fewest characters to insert, delete or replace."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
