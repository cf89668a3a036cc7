"""Hangul that was typed on a two-set keyboard without switching to Latin letters: `ㅎㅉ2871` for `GW2871`."""

from __future__ import annotations

import unicodedata

# KS X 5002 (두벌식), by key; the shifted jamo share the key, and compound jamo take two.
_KEYS = {
    "ㅂ": "Q", "ㅃ": "Q", "ㅈ": "W", "ㅉ": "W", "ㄷ": "E", "ㄸ": "E", "ㄱ": "R", "ㄲ": "R", "ㅅ": "T", "ㅆ": "T",
    "ㅛ": "Y", "ㅕ": "U", "ㅑ": "I", "ㅐ": "O", "ㅒ": "O", "ㅔ": "P", "ㅖ": "P", "ㅁ": "A", "ㄴ": "S", "ㅇ": "D",
    "ㄹ": "F", "ㅎ": "G", "ㅗ": "H", "ㅓ": "J", "ㅏ": "K", "ㅣ": "L", "ㅋ": "Z", "ㅌ": "X", "ㅊ": "C", "ㅍ": "V",
    "ㅠ": "B", "ㅜ": "N", "ㅡ": "M",
    "ㅘ": "HK", "ㅙ": "HO", "ㅚ": "HL", "ㅝ": "NJ", "ㅞ": "NP", "ㅟ": "NL", "ㅢ": "ML",
    "ㄳ": "RT", "ㄵ": "SW", "ㄶ": "SG", "ㄺ": "FR", "ㄻ": "FA", "ㄼ": "FQ", "ㄽ": "FT", "ㄾ": "FX", "ㄿ": "FV",
    "ㅀ": "FG", "ㅄ": "QT",
}  # fmt: skip
# The final consonants of a syllable, in Unicode's order; the initial ones and the vowels are NFKC's forms of the above.
_FINALS = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_EU = "\u1173"  # the key M, or a long dash

_KEYS_BY_JAMO = {unicodedata.normalize("NFKC", jamo): keys for jamo, keys in _KEYS.items()} | {
    chr(0x11A8 + at): _KEYS[final] for at, final in enumerate(_FINALS)
}


def typed_keys(text: str, *, eu: str = "M") -> str:
    """The text with the Latin keys that were hit in place of its Hangul; other characters stay.

    Args:
        text: Any text; syllables are taken apart.
        eu: What the vowel `ㅡ` stands for: its key, or a dash.
    """
    jamo = unicodedata.normalize("NFKD", text)
    return "".join(eu if letter == _EU else _KEYS_BY_JAMO.get(letter, letter) for letter in jamo)
