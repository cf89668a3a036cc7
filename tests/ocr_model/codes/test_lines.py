import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.formats import FORMATS
from ocr_model.codes.lines import (
    code_and_formats,
    codes_in,
    complete_line,
    extract_code,
    match_formats,
    searched_code,
)
from ocr_model.codes.text import CHARSET, label_text, match_key, normalize_text

PRINTED = re.compile(f"[{re.escape(CHARSET)}]*")


def brands(text: str) -> set[str]:
    return {match.brand for match in match_formats(text)}


@given(st.data())
def test_every_string_of_every_format_is_found(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(FORMATS))
    text = data.draw(st.from_regex(re.compile(entry.pattern, re.ASCII), fullmatch=True))
    assert PRINTED.fullmatch(text)
    assert entry.brand in brands(text)
    assert match_key(extract_code(text)) in match_key(text)


@given(st.data())
def test_a_field_name_in_front_does_not_hide_the_code(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(FORMATS))
    text = data.draw(st.from_regex(re.compile(entry.pattern, re.ASCII), fullmatch=True))
    field = data.draw(
        st.sampled_from(["STYLE NO. ", "STYLE: ", "MODEL ", "MTL# ", "품번 ", "품번:", "ITEM NO.", "P/N "])
    )
    assert entry.brand in brands(field + text)
    assert extract_code(field + text) == extract_code(text)


@given(st.text(CHARSET + "품번a–", max_size=40))
def test_any_text_gets_a_code_out_of_its_own_characters(text: str) -> None:
    code = extract_code(text)
    assert match_key(code) in match_key(text)
    for match in match_formats(text):
        assert match_key(match.code) in match_key(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ARTCP9448", "CP9448"),
        ("ART CP9448", "CP9448"),
        ("ART. CP9448", "CP9448"),
        ("ARTICLE NO.: CP9448", "CP9448"),
        ("MTL#VN0A38F7PXP", "VN0A38F7PXP"),
        ("mtl# vn0a38f7pxp", "VN0A38F7PXP"),
        ("SN117504COLOR:BLK", "117504"),
        ("SN 117504 COLOR:BLK", "117504"),
        ("STYLE NO. CW2288-111", "CW2288-111"),
        ("STYLENO.CW2288-111", "CW2288-111"),
        ("STYLECW2288-111", "CW2288-111"),
        ("STYLE#CW2288-111 COLOR:BLK", "CW2288-111"),
        ("품번:GW2871", "GW2871"),
        ("품번GW2871", "GW2871"),
        ("모델명 CW2288-111", "CW2288-111"),
        ("GW2871 MADE IN VIETNAM", "GW2871"),
        ("PO#4500123 GW2871", "GW2871"),
        ("GW2871COLOR:BLK", "GW2871"),
        # no format fits
        ("STYLE# QZX77", "QZX77"),
        ("STYLE7731", "7731"),
        ("MODEL ABC-123", "ABC-123"),
        ("QQ-XX999-1N-Z0009", "QQ-XX999-1N-Z0009"),
        ("AB 12 C", "AB12C"),
        ("ARTIST", "ARTIST"),
        # nothing to search for
        ("STYLE NO.", ""),
        ("품번", ""),
        ("COLOR:BLK", ""),
        ("MADE IN VIETNAM", ""),
        ("", ""),
    ],
)
def test_extract_code(text: str, code: str) -> None:
    assert extract_code(text) == code


@pytest.mark.parametrize(
    "printed", ["CW2288-111", "CW2288 111", "CW2288111", "CW2288 - 111", "cw2288–111", "CW 2288-111"]
)
def test_nike_is_spelled_with_a_dash_however_it_is_printed(printed: str) -> None:
    assert extract_code(printed) == "CW2288-111"
    assert brands(printed) == {"Nike"}


def test_a_separator_is_evidence_and_never_invented() -> None:
    assert brands("315122111") == {"Nike", "Reebok"}
    assert extract_code("315122111") == "315122111"
    assert brands("315122 111") == {"Nike"}
    assert extract_code("315122 111") == "315122-111"
    assert brands("37491501") == {"Puma", "Dr. Martens"}
    assert extract_code("37491501") == "37491501"
    assert brands("374915 01") == {"Puma"}
    assert extract_code("374915 01") == "374915-01"


def test_one_entry_per_brand_and_code() -> None:
    matches = match_formats("100033442")
    assert [(one.brand, one.name) for one in matches if one.brand == "Reebok"] == [("Reebok", "material number")]


@pytest.mark.parametrize(
    "text", ["8801234567893", "XGW2871", "GW28711", "QQ-GW2871-1", "US 9", "", "품번", "ＡＢ", "G\u0664W2871"]
)
def test_the_inside_of_something_longer_is_no_code(text: str) -> None:
    assert match_formats(text) == ()


@pytest.mark.parametrize(
    ("read", "typed", "completed"),
    [
        ("ARTCP9448", "CP9449", "ARTCP9449"),
        ("ART CP9448", "cp9449", "ART CP9449"),
        ("ARTCP94A8", "CP9448", "ARTCP9448"),
        ("SN 117504 COLOR:BLK", "117505", "SN 117505 COLOR:BLK"),
        ("SN117504COLOR:BLK", "SN117505", "SN117505COLOR:BLK"),
        ("SN117504COLOR:BLK", "117505COLOR:BLK", "SN117505COLOR:BLK"),
        ("STYLE NO. CW2288111", "CW2288-111", "STYLE NO. CW2288-111"),
        ("MTL#VN0A38F7PXP", "VN0A38F7PXQ", "MTL#VN0A38F7PXQ"),
        # the whole line was typed
        ("ARTCP9448", "ART CP9449", "ART CP9449"),
        ("CW2288-111", "CW2288-112", "CW2288-112"),
        ("SN1175", "SN1176", "SN1176"),
        # more than a field name may be the mistake itself
        ("1CP9448", "CP9448", "CP9448"),
        ("CP9448 GW2871", "CP9448", "CP9448"),
        # nothing in common
        ("ARTCP9448", "315122-111", "315122-111"),
        ("", "CW2288-111", "CW2288-111"),
        ("ARTCP9448", "", ""),
    ],
)
def test_complete_line(read: str, typed: str, completed: str) -> None:
    assert complete_line(read, typed) == completed


@given(
    st.sampled_from(["ART", "ART ", "STYLE NO. ", "MTL#", "SN ", "품번:"]),
    st.data(),
    st.sampled_from(["", "COLOR:BLK"]),
)
def test_typing_the_code_gives_the_line_back(before: str, data: st.DataObject, after: str) -> None:
    entry = data.draw(st.sampled_from([one for one in FORMATS if one.brand not in ("Skechers", "adidas")]))
    code = data.draw(st.from_regex(re.compile(entry.pattern, re.ASCII), fullmatch=True))
    line = before + code + after
    assert complete_line(line, code) == normalize_text(line)


@given(st.text(CHARSET, max_size=100), st.text(CHARSET, max_size=100))
def test_nothing_typed_is_lost(read: str, typed: str) -> None:
    assert label_text(typed) in label_text(complete_line(read, typed))
    assert complete_line(typed, typed) == normalize_text(typed)


@given(st.text(CHARSET, max_size=24))
def test_code_and_formats_together_are_those_asked_one_by_one(text: str) -> None:
    assert code_and_formats(text) == (extract_code(text), match_formats(text))


def test_code_and_formats_of_a_known_code() -> None:
    code, formats = code_and_formats("STYLE NO. CP9449")
    assert code == "CP9449"
    assert formats == match_formats("CP9449") != ()


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("ART CP9448", "CP9448"),
        ("ART. B75571", "B75571"),
        ("SN 117504 COLOR:BLK", "117504"),
        ("Style No. CW2288-111", "CW2288-111"),
        ("CW2288-111 GREY", "CW2288-111"),
        # Without a known format, only what is plainly a field is cut off.
        ("STYLE NO. XYZ99", "XYZ99"),
        ("품번: XYZ99", "XYZ99"),
        ("P/N: 550", "550"),
        ("ART 12345", "12345"),
        ("12345 COLOR:BLK", "12345"),
        ("PN 550", "PN 550"),
        ("PN550", "PN550"),
        ("REF1234", "REF1234"),
        ("AIR MAX 90", "AIR MAX 90"),
        ("COLOR:BLK", "COLOR:BLK"),
    ],
)
def test_the_code_that_a_line_is_looked_up_by(printed: str, code: str) -> None:
    assert searched_code(printed) == code
    assert searched_code(code) == code


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("CW2288-111", ("CW2288-111",)),
        ("315122-111", ("315122-111",)),  # Nike or Reebok: one code
        ("CW2288-111/CW2288-112", ("CW2288-111", "CW2288-112")),
        ("GW2871, CW2288 111 GW2871", ("GW2871", "CW2288 111")),
        ("SN 117504 COLOR:BLK", ("117504",)),
        ("PN550", ()),
    ],
)
def test_every_code_of_a_line(line: str, codes: tuple[str, ...]) -> None:
    assert codes_in(line) == codes
