"""Which lines may have been meant by a text that no tag prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.suggestion import LONGEST_LINE, strange_characters, suggested_lines
from ocr_model.codes.text import normalize_text


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("ㅎㅉ2871", ("GW2871",)),
        ("호2871", ("GH2871",)),
        ("ART ㅎㅉ2871", ("ART GW2871",)),
        ("ㅊㅉ2288ㅡ112", ("CW2288-112", "CW2288M112")),  # the format decides which comes first
        ("ㅡ990히5", ("M990GL5",)),
        ("ㅊㅡ9901", ("CM9901", "C-9901")),
        ("품번 gw2871", ("GW2871",)),
        ("품번:ㅎㅌ1", ("GX1",)),
        ("모델명: ㅎㅉ2871", ("GW2871",)),
        ("나이키 CW2288-111 블랙", ("CW2288-111",)),
        ("CW2288-112번", ("CW2288-112",)),
        ("CW2288-112원", ("CW2288-112",)),
        ("CW2288-112입니다", ("CW2288-112",)),
        ("나이키CW2288-112", ("CW2288-112",)),
        ("CW2288 112번", ("CW2288 112",)),
        ("CW2288-112ㅋㅋ", ("CW2288-112",)),
        ("GW2871번 CW2288-112", ("GW2871 CW2288-112",)),
        ("ㅣ41086600", ("L41086600", "41086600")),
        ("1127895-ㅠㅠㅣㅊ", ("1127895-BBLC", "1127895")),
        ("S8060ㅁ2", ("S8060A2",)),  # no S80602
        ("CW2288￣112", ()),  # no CW2288: a digit that was typed is never left out
        ("CW2288´112", ()),
        ("CW2288¨112", ()),
        ("CW2288 ¥112", ()),
        ("CW2288-112 €", ("CW2288-112",)),
        ("못읽겠어요", ()),  # no code: it has no digit
        ("СW2288-111", ()),
        ("ㅁ1" * 40, ()),
    ],
)
def test_suggested_lines(typed: str, lines: tuple[str, ...]) -> None:
    assert suggested_lines(typed) == lines


@given(st.text(st.sampled_from("ㅎㅉ호ㅡA1- 품번:С€가힣ㄱㅏ"), max_size=12))
def test_a_suggestion_is_a_line_that_a_tag_can_print(typed: str) -> None:
    for line in suggested_lines(typed):
        assert line == normalize_text(line)
        assert 0 < len(line) <= LONGEST_LINE
        assert not strange_characters(line)
        assert all(line.count(digit) == normalize_text(typed).count(digit) for digit in "0123456789")


def test_strange_characters_are_named_once() -> None:
    assert [str(character) for character in strange_characters("가나가 GW2871€")] == [
        "'가' (Korean)",
        "'나' (Korean)",
        "'€'",
    ]
    assert strange_characters("ART GW2871 (1):2/3.4#5&6+7-8") == ()
