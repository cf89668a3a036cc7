"""Hangul as the Latin keys that were hit."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.keyboard import typed_keys

# The keys of a syllable's parts in Unicode's order, as the input method of a two-set keyboard has them.
LEADS = tuple("RRSEEFAQQTTDWWCZXVG")
VOWELS = (*"KOIOJPUPH", "HK", "HO", "HL", *"YN", "NJ", "NP", "NL", *"BM", "ML", "L")
FINALS = ("", *"RR", "RT", "S", "SW", "SG", *"EF", "FR", "FA", "FQ", "FT", "FX", "FV", "FG", *"AQ", "QT", *"TTDWCZXVG")
UNSHIFTED = dict(zip("QWERTYUIOPASDFGHJKLZXCVBNM", "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ", strict=True))
SHIFTED = UNSHIFTED | dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))


def test_every_syllable_is_the_keys_that_compose_it() -> None:
    for at in range(11172):
        keys = LEADS[at // 588] + VOWELS[at % 588 // 28] + FINALS[at % 28]
        assert typed_keys(chr(0xAC00 + at)) == keys


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), st.sampled_from([UNSHIFTED, SHIFTED]))
def test_keyboards_round_trip(text: str, layout: dict[str, str]) -> None:
    typed = "".join(layout.get(key, key) for key in text)
    for form in ("NFC", "NFKC", "NFKD"):  # as single jamo, and as syllables
        assert typed_keys(unicodedata.normalize(form, typed)) == text


@pytest.mark.parametrize(
    ("typed", "keys"), [("ㅎㅉ2871", "GW2871"), ("호", "GH"), ("값", "RKQT"), ("ㅄㅘ", "QTHK"), ("GW2871", "GW2871")]
)
def test_keys_of_what_was_typed(typed: str, keys: str) -> None:
    assert typed_keys(typed) == keys


def test_the_vowel_eu_may_be_a_dash() -> None:
    assert typed_keys("ㅎㅡ1") == "GM1"
    assert typed_keys("ㅎㅡ1", eu="-") == "G-1"
