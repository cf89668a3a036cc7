"""The text of a tag: which characters there are, and when two texts are the same.

Three spellings of one line, from the most to the least particular:

- `normalize_text`: what a person typed, in the characters that the recognizer knows: `"ｓn 117504–bk"` ->
  `"SN 117504-BK"`.
- `label_text`: the same without spaces; labels are stored and strictly compared in this form.
- `match_key`: only A-Z and 0-9; two readings count as an exact match when their keys are equal.
"""

from __future__ import annotations

import re

from ocr_model.codes.characters import compatible_form, plain_character, plain_hangul_signs, without_ignorable

CHARSET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:()+& "
"""Everything the recognizer can read. The order is fixed: an exported model's classes are numbered by it."""

_SPACES = re.compile(r"\s+")
_PRINTABLE_ASCII = re.compile(r"[ -~]*")  # none of them has another form; the recognizer's own texts are of these
_NOT_KEY = re.compile(r"[^A-Z0-9]+")
_EITHER_WAY_UP = re.compile(r"[01689HIMNOSWXZ:+/ -]+")
_UPSIDE_DOWN = str.maketrans("69MW", "96WM")


def normalize_text(typed: str) -> str:
    """Bring typed or pasted text into the characters that tags print.

    Compatibility forms are unified (NFKC: full-width letters, `№` -> `NO`), every Unicode dash becomes `-`, and other
    signs the separator that they look like (`ocr_model.codes.characters`); letters become upper case, invisible
    characters disappear, and runs of white space become one space, none at the ends. Characters outside of `CHARSET`
    (such as Hangul) are kept: the caller decides about them.

    The result does not change when it is normalised again.
    """
    if _PRINTABLE_ASCII.fullmatch(typed):
        return " ".join(typed.upper().split())
    plain = "".join(map(plain_character, compatible_form(without_ignorable(typed))))
    # Upper case can denormalise ("ŉ" -> "ʼN"), so compatibility forms are unified once more.
    upper = compatible_form(plain.upper())
    return plain_hangul_signs(_SPACES.sub(" ", upper).strip())


def label_text(text: str) -> str:
    """The normalised text without spaces: the stored form of a label, and the strict "same text"."""
    return normalize_text(text).replace(" ", "")


def match_key(text: str) -> str:
    """Only the A-Z and 0-9 of the normalised text: equal keys are an exact match, the headline metric."""
    return _NOT_KEY.sub("", normalize_text(text))


def upside_down_text(text: str) -> str | None:
    """What normalised text reads as when it stands on its head: `68606` for `90989`; None if that is no text."""
    return text.translate(_UPSIDE_DOWN)[::-1] if _EITHER_WAY_UP.fullmatch(text) else None


def edit_distance(left: str, right: str) -> int:
    """Levenshtein distance: the fewest characters to insert, delete or replace."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
