"""Which characters vanish, which become a separator, and how all others are named."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.characters import describe, without_ignorable
from ocr_model.codes.text import CHARSET, label_text, normalize_text

# Python's unicodedata lacks the property. UAX #44 derives it so: Other_Default_Ignorable_Code_Point + Cf +
# Variation_Selector - White_Space - FFF9..FFFB - Egyptian format controls - Prepended_Concatenation_Mark.
OTHER_DEFAULT_IGNORABLE = [
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFF9), 0xE0000,
    *range(0xE0002, 0xE0020), *range(0xE0080, 0xE0100), *range(0xE01F0, 0xE1000),
]  # fmt: skip
VARIATION_SELECTORS = [0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
PREPENDED = [*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD]
KEPT_FORMATS = {*PREPENDED, *range(0xFFF9, 0xFFFC), *range(0x13430, 0x13440)}
FORMATS = {code for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"}
IGNORABLE = {*OTHER_DEFAULT_IGNORABLE, *VARIATION_SELECTORS, *FORMATS} - KEPT_FORMATS


def test_the_ignorable_characters_are_those_of_unicode() -> None:
    assert len(IGNORABLE) == 4174  # the total of DerivedCoreProperties.txt
    assert {code for code in range(0x110000) if not without_ignorable(chr(code))} == IGNORABLE


@given(st.text() | st.text(st.sampled_from([*map(chr, sorted(IGNORABLE)), *CHARSET, "ㅎ", "ㅡ"])))
def test_no_ignorable_character_survives(text: str) -> None:
    normal = normalize_text(text)
    assert not IGNORABLE & set(map(ord, normal))
    assert normalize_text(normal) == normal


@pytest.mark.parametrize("invisible", ["\u3164", "\uffa0", "\ufe0f", "\u034f", "\u00ad", "\u2064", "\U000e0041"])
def test_what_cannot_be_seen_does_not_count(invisible: str) -> None:
    assert normalize_text(invisible.join(f"{invisible}CW2288-112{invisible}")) == "CW2288-112"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("CW2288ㅡ112", "CW2288-112"),  # the long dash of Korean telephones
        ("CW2288 ㅡ 112", "CW2288 - 112"),
        ("CW2288─112", "CW2288-112"),
        ("CW2288━112", "CW2288-112"),
        ("CW2288ー112", "CW2288-112"),
        ("CW2288‒112", "CW2288-112"),
        ("59·98919", "59.98919"),
        ("59・98919", "59.98919"),
        ("59ㆍ98919", "59.98919"),
        ("59。98919", "59.98919"),
        ("P∕N∶12", "P/N:12"),
        ("P⁄N：12", "P/N:12"),
        ("MTL♯12", "MTL#12"),
        ("〔12〕➕1", "(12)+1"),
        ("1️⃣2️⃣🅰Ⓑ🇨", "12ABC"),
        ("٣۴५６", "3456"),
        ("CW2288⠀112", "CW2288 112"),
    ],
)
def test_signs_become_what_is_printed(typed: str, printed: str) -> None:
    assert normalize_text(typed) == printed
    assert set(label_text(typed)) <= set(CHARSET)


def test_every_keyboard_of_digits_types_digits() -> None:
    for code in range(0x110000):
        if (value := unicodedata.decimal(chr(code), None)) is not None:
            assert normalize_text(chr(code)) == str(value)


@pytest.mark.parametrize("letter", [*"СВОРЕАНКМТХУІЅЈ", *"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", *"ꓐꓑꓓᎪᏴⲞ", *"ノ丿一ㄱ", *"ßØĐŁÉ"])
def test_no_other_letter_becomes_one_of_a_code(letter: str) -> None:
    line = normalize_text(f"{letter}W2288-111")
    assert len(line) == 10
    assert line[0] not in CHARSET


def test_a_vowel_is_only_a_dash_where_it_can_be_nothing_else() -> None:
    for typed in ("ㅡ990", "츠990", "CW2288ㅡ", "ㅡ", "Aㅡㅣ1"):
        assert not set(normalize_text(typed)) <= set(CHARSET)


@pytest.mark.parametrize(
    ("character", "words"),
    [
        ("С", "'С' (Cyrillic)"),
        ("Σ", "'Σ' (Greek)"),
        ("호", "'호' (Korean)"),
        ("\u1112", "'ㅎ' (Korean)"),
        ("品", "'品' (Chinese)"),
        ("ノ", "'ノ' (Japanese)"),
        ("É", "'É'"),
        ("€", "'€'"),
        ("😀", "'😀'"),
        ("ꓐ", "'ꓐ' (Lisu)"),
        ("ᠠ", "'ᠠ' (MONGOLIAN LETTER A)"),
        ("\u0301", "U+0301 COMBINING ACUTE ACCENT"),
        ("￣", "'￣' (FULLWIDTH MACRON)"),
        ("´", "'´' (ACUTE ACCENT)"),
        ("\ue000", "U+E000"),
        ("\ud800", "U+D800"),
    ],
)
def test_a_strange_character_is_named_even_where_there_is_nothing_to_see(character: str, words: str) -> None:
    assert str(describe(character)) == words


@pytest.mark.parametrize("sign", [*"￣´¨¯˘˜‾"])
def test_accents_that_stand_alone_stay_what_was_typed(sign: str) -> None:
    assert normalize_text(f"CW2288{sign}112") == f"CW2288{sign}112"
