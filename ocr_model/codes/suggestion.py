"""What a text holds that no tag prints, and which lines may have been meant by it."""

from __future__ import annotations

import re
import unicodedata

from ocr_model.codes.characters import StrangeCharacter, describe
from ocr_model.codes.keyboard import typed_keys
from ocr_model.codes.lines import match_formats, without_hangul_names
from ocr_model.codes.text import CHARSET, normalize_text

LONGEST_LINE = 64
"""Characters; the longest line seen on a tag has 19."""

_SYLLABLE = re.compile("[\uac00-\ud7a3]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318f\ua960-\ua97f\uac00-\ud7ff]+")
_BEHIND_DASH = re.compile(f"-(?={_HANGUL.pattern})")


def strange_characters(line: str) -> tuple[StrangeCharacter, ...]:
    """The characters of a normalised line that no tag prints, each once."""
    return tuple(dict.fromkeys(describe(character) for character in line if character not in CHARSET))


def suggested_lines(typed: str) -> tuple[str, ...]:
    """The lines that may have been meant by a text with characters that no tag prints.

    A field name (`품번`) is left out, and so are words around a known code. Other Hangul is read as the Latin keys of a
    two-set keyboard that was not switched. The vowel `ㅡ` is the key M or a long dash, so there may be several lines:
    those that fit a brand's format come first. No line lacks a digit that was typed.
    """
    bare = without_hangul_names(normalize_text(typed))
    raw = without_hangul_names(unicodedata.normalize("NFC", typed))  # its `ㅡ` are no dashes yet
    keys = dict.fromkeys(map(normalize_text, (typed_keys(raw), typed_keys(bare), typed_keys(bare, eu="-"))))
    lines = sorted(filter(_is_possible, keys), key=lambda line: not match_formats(line))
    known = _known_line(bare)
    if known is None:
        return tuple(lines)
    # Loose jamo and what follows a dash are more likely keys than words, if they complete a code.
    if _SYLLABLE.search(raw) is None or _BEHIND_DASH.search(bare):
        return tuple(dict.fromkeys((*filter(_is_whole_code, lines), known)))
    return (known,)


def _known_line(bare: str) -> str | None:
    """The normalised line without its words, if a known code and all digits are in the rest."""
    # The semicolon keeps what stands on both sides of Hangul from being one code.
    pieces = _BEHIND_DASH.sub(";", bare)
    words = [word for word in _HANGUL.sub(";", pieces).split() if any(map(str.isdigit, word)) or _is_printed(word)]
    line = " ".join(" ".join(words).replace(";", " ").split())
    return line if _is_possible(line) and match_formats(" ".join(words)) else None


def _is_printed(word: str) -> bool:
    return not strange_characters(word.replace(";", ""))


def _is_whole_code(line: str) -> bool:
    """Whether all digits of a line belong to one code of a known format."""
    return _digits(line) in {_digits(match.code) for match in match_formats(line)}


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_possible(line: str) -> bool:
    """Whether a tag may print the line: codes have digits, and no dash around them."""
    has_digit = any(character.isdigit() for character in line)
    return has_digit and line.strip("-") == line and len(line) <= LONGEST_LINE and not strange_characters(line)
