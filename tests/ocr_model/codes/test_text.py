import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.text import CHARSET, edit_distance, label_text, match_key, normalize_text, upside_down_text


def test_charset_is_fixed_because_models_number_their_classes_by_it() -> None:
    assert CHARSET == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:()+& "
    assert len(set(CHARSET)) == len(CHARSET) == 46


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cw2288-111", "CW2288-111"),
        ("ＣＷ２２８８－１１１", "CW2288-111"),
        ("  SN \t117504\n COLOR:BLK ", "SN 117504 COLOR:BLK"),
        ("style №　12", "STYLE NO 12"),
        ("ＳＴＹＬＥ＃１", "STYLE#1"),
        ("CW\u200b2288\ufeff", "CW2288"),
        ("품번 gw2871", "품번 GW2871"),
        ("", ""),
        (" \u3000 ", ""),
    ],
)
def test_normalize_text(typed: str, expected: str) -> None:
    assert normalize_text(typed) == expected


def test_every_unicode_dash_becomes_a_hyphen() -> None:
    dashes = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Pd"]
    assert len(dashes) > 20
    for dash in [*dashes, "\u2212", "\u02d7", "\u207b", "ー"]:
        assert normalize_text(f"A{dash}1") == "A-1", f"U+{ord(dash):04X}"


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalize_text(text)
    assert normalize_text(once) == once
    assert "  " not in once
    assert once == once.strip()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_takes_a_shorter_way_to_the_same_text(text: str) -> None:
    assert normalize_text(text) == normalize_text(text + "\u200b")  # an invisible character: the long way


@given(st.text(CHARSET))
def test_what_the_recognizer_reads_is_already_normal_but_for_spaces(text: str) -> None:
    assert normalize_text(text) == " ".join(text.split())


@given(st.text(CHARSET))
def test_label_text_keeps_everything_but_spaces(text: str) -> None:
    assert label_text(text) == text.replace(" ", "")


def test_match_key_keeps_only_letters_and_digits() -> None:
    assert match_key("sn 117504 COLOR:BLK") == "SN117504COLORBLK"
    assert match_key("CW2288-111") == match_key("CW2288 111") == match_key("CW2288111")
    assert match_key("CW2288-111") != match_key("CW2288-11I")
    assert match_key("품번") == ""


@pytest.mark.parametrize(
    ("text", "turned"),
    [("90989", "68606"), ("XS 9160-HN", "NH-0916 SX"), ("WOW", "MOM"), ("CW2288", None), ("8.0", None), ("", None)],
)
def test_some_texts_read_as_another_upside_down(text: str, turned: str | None) -> None:
    assert upside_down_text(text) == turned
    assert turned is None or upside_down_text(turned) == text


def test_the_edit_distance_counts_what_differs() -> None:
    assert edit_distance("CW2288", "CW228") == 1
    assert edit_distance("", "AB") == 2
    assert edit_distance("AB", "BA") == 2


SHORT = st.text("AB1-", max_size=6)


@given(SHORT, SHORT, SHORT)
def test_edit_distance_is_a_distance(a: str, b: str, c: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


def test_edit_distance_of_known_words() -> None:
    assert edit_distance("KITTEN", "SITTING") == 3
