"""Characters that keyboards and web pages give in place of those that tags print, and names for all others.

Two kinds are changed: characters that cannot be seen vanish, and signs that look like a separator of a tag become that
separator. A letter of another script is never changed, however much it looks like a Latin one: a Cyrillic С in a code
is a mistake, and `describe` names it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt (https://www.unicode.org/Public/UCD/latest/ucd/), unchanged
# from Unicode 6.3 to 17: fillers of Hangul, variation selectors, joiners, marks of direction, tags.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)

# Punctuation and symbols that Unicode's confusables.txt (https://www.unicode.org/Public/security/latest/) or a keyboard
# puts beside a separator, as far as NFKC leaves them alone and they are no dash punctuation ("Pd") anyway.
_LOOKALIKES = {
    "-": "\u02d7\u2043\u2053\u2212\u2796\u23af\u23e4\u31d0"  # minus signs, the hyphen bullet, lines
    "\u2500\u2501\u2504\u2505\u2508\u2509\u254c\u254d\u2574\u2576\u2578\u257a"  # lines of boxes: ─ on Korean keyboards
    "\u30fc",  # the long-vowel mark that a Japanese keyboard types in place of a dash
    ".": "\u00b7\u2022\u2027\u2219\u22c5\u2e31\u2e33\u3002\u30fb\ua60e",
    "/": "\u1735\u2041\u2044\u2215\u2571\u27cb\u29f8\u31d3\U0001d23a\U0001f67c",
    ":": "\u02d0\u02f8\u0589\u05c3\u0703\u0704\u16ec\u1803\u1809\u205a\u2236\u2982\ua789",
    "(": "\u2768\u276a\u2772\u27ee\u3014\ufd3e",
    ")": "\u2769\u276b\u2773\u27ef\u3015\ufd3f",
    "+": "\u16ed\u2795",
    "#": "\u22d5\u266f",
    "&": "\U0001f674\U0001f675",
    " ": "\u2800",  # the empty Braille pattern
    "": "\u20e3",  # the frame of a keycap emoji
    # Python's upper case is SS, which would hide that a B was meant.
    "\u1e9e": "\u00df",
}
_PLAIN = {lookalike: sign for sign, lookalikes in _LOOKALIKES.items() for lookalike in lookalikes}
# Letters A to Z as emoji, in the order of the alphabet: negative circled, negative squared, regional indicators.
_PLAIN |= {chr(first + at): chr(0x41 + at) for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)}

# Accents and lines that stand alone. NFKC makes a space with a combining mark of them, which was not typed.
_ALONE = (
    "\u00a8\u00af\u00b4\u00b8\u02d8-\u02dd\u037a\u0384\u0385\u1fbd\u1fbf-\u1fc1\u1fcd-\u1fcf\u1fdd-\u1fdf\u1fed-\u1fef"
    "\u1ffd\u1ffe\u2017\u203e\ufe49-\ufe4c\uffe3"
)
_SIGN_ALONE = re.compile(f"([{_ALONE}])")

# The vowel eu, `ㅡ`, is the long dash of Korean telephones, and the old vowel `ㆍ` the middle dot of Korean keyboards
# (here as NFKC writes them). Between letters and digits they can be nothing else.
_HANGUL_SIGNS = {"\u1173": "-", "\u119e": "."}
_HANGUL_SIGN = re.compile(f"(?<=[0-9A-Z])( ?)([{''.join(_HANGUL_SIGNS)}]+)( ?)(?=[0-9A-Z])")

_SCRIPTS = {
    "ARABIC": "Arabic",
    "ARMENIAN": "Armenian",
    "CHEROKEE": "Cherokee",
    "CJK": "Chinese",
    "COPTIC": "Coptic",
    "CYRILLIC": "Cyrillic",
    "DEVANAGARI": "Devanagari",
    "GEORGIAN": "Georgian",
    "GREEK": "Greek",
    "HANGUL": "Korean",
    "HEBREW": "Hebrew",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "LISU": "Lisu",
    "THAI": "Thai",
}  # by the first word of the letters' names
_COMPATIBILITY_JAMO = range(0x3131, 0x318F)  # what keyboards type and every font has


@dataclass(frozen=True, slots=True)
class StrangeCharacter:
    """A character that no tag prints, as a person can recognise it."""

    glyph: str  # "" where there is nothing to see
    name: str  # the script of a letter, else Unicode's name; "" where the glyph says all

    def __str__(self) -> str:
        if not self.glyph:
            return self.name
        return f"'{self.glyph}' ({self.name})" if self.name else f"'{self.glyph}'"


def without_ignorable(text: str) -> str:
    """The text without the characters that no program draws."""
    return _IGNORABLE.sub("", text)


def compatible_form(text: str) -> str:
    """The text in NFKC form, except of accents and lines that stand alone."""
    return "".join(
        part if at % 2 else unicodedata.normalize("NFKC", part) for at, part in enumerate(_SIGN_ALONE.split(text))
    )


def plain_character(character: str) -> str:
    """The character of a tag that a character of NFKC form stands for; itself if there is none."""
    if character in _PLAIN:
        return _PLAIN[character]
    category = unicodedata.category(character)
    if category == "Pd":
        return "-"
    if category == "Cf":  # invisible, though not all of them are ignorable
        return ""
    if category in ("Cc", "Zl", "Zp"):
        return " "
    digit = unicodedata.digit(character, None)  # Arabic, Indian and Thai keyboards type their own; framed ones
    return character if digit is None else str(digit)


def plain_hangul_signs(text: str) -> str:
    """Upper-case text of NFKC form with `-` and `.` for the Hangul vowels that were typed in their place."""
    return _HANGUL_SIGN.sub(
        lambda found: found[1] + "".join(_HANGUL_SIGNS[vowel] for vowel in found[2]) + found[3], text
    )


def describe(character: str) -> StrangeCharacter:
    """Name a character that no tag prints."""
    name = unicodedata.name(character, "")
    if not name:
        return StrangeCharacter("", f"U+{ord(character):04X}")
    category = unicodedata.category(character)
    if category[0] in "MCZ":
        return StrangeCharacter("", f"U+{ord(character):04X} {name}")
    if _SIGN_ALONE.match(character):
        return StrangeCharacter(character, name)
    script = _SCRIPTS.get(name.split(maxsplit=1)[0], "")
    if script == "Korean":
        character = _keyboard_jamo().get(character, character)
    if category[0] == "L" and not script and not name.startswith("LATIN"):
        return StrangeCharacter(character, name)
    return StrangeCharacter(character, script if category[0] == "L" else "")


def _keyboard_jamo() -> dict[str, str]:
    """Single jamo as a keyboard types them, by the form that NFKC makes of them."""
    return {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in _COMPATIBILITY_JAMO}
