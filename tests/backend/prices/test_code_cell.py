"""A cell holds one code as printed; what a spreadsheet has made of it is named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.prices.code_cell import printed_code
from ocr_model.codes.formats import FORMATS
from ocr_model.codes.text import normalize_text


@given(st.data())
def test_every_code_of_every_format_is_taken_as_it_is(data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(FORMATS))
    text = data.draw(st.from_regex(re.compile(entry.pattern, re.ASCII), fullmatch=True))
    field = data.draw(st.sampled_from(["", "ART. ", "Style No. ", "품번: ", "P/N "]))
    assert printed_code(field + text) == normalize_text(field + text)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("ART CP9448", "ART CP9448"),
        ("SN 117504 COLOR:BLK", "SN 117504 COLOR:BLK"),
        ("cw2288ㅡ111\u3164", "CW2288-111"),
        ("11822006.0", "11822006"),
        ("11822006.00", "11822006"),
        ("11822006.000", "11822006"),
        ("CW2288 111", "CW2288 111"),
        ("1011A042.400", "1011A042.400"),
        ("315122 111", "315122 111"),
        ("374915 01", "374915 01"),
        ("374915.01", "374915.01"),
        ("430003 01001", "430003 01001"),
        ("59·98919", "59.98919"),
        ("GMF00102·F000318·10220", "GMF00102.F000318.10220"),
        ("429446 02JP0 9064", "429446 02JP0 9064"),
        ('="0051701"', "0051701"),  # how a CSV keeps leading zeros
        ("'0051701", "0051701"),
        ("59.98919", "59.98919"),
        ("501.173073", "501.173073"),
        ("374915-01/02", "374915-01/02"),
        ("CW2288-111/BLACK", "CW2288-111/BLACK"),
        ("MAR-12345", "MAR-12345"),
        ("SEP1234", "SEP1234"),
        ("1E2345", "1E2345"),
        ("2024-10-12345", "2024-10-12345"),
    ],
)
def test_codes_as_shops_write_them(cell: str, code: str) -> None:
    assert printed_code(cell) == code


@pytest.mark.parametrize("cell", ["1.00033E+08", "1E+08", "1,00033E+08", "1.23457E+14", "1.2e-05", "1.00033E08"])
def test_scientific_notation_is_named(cell: str) -> None:
    with pytest.raises(ValueError, match="is a number in scientific notation: Excel has changed it"):
        printed_code(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "Oct-12",
        "12-Oct",
        "12-Oct-24",
        "1-Jan-1900",
        "Oct 12",
        "October 12, 2024",
        "Saturday, October 12, 2024",
        "Sat 12 Oct 2024",
        "2024-10-12",
        "2024-10-12 0:00",
        "2024-10-12 00:00:00",
        "2024-10-12T00:00:00",
        "2024/10/12",
        "2024. 10. 12.",
        "2024. 10. 12. 오전 12:00:00",
        "2024-10-12 오후 3:00",
        "10/12/2024",
        "10/12/24 0:00",
        "12.10.2024",
        "10/12",
        "10-12-24",
        "12월 10일",
        "10월-24",
        "2024년 10월",
        "2024년 10월 12일",
        "2024년 10월 12일 토요일",
        "2024年10月12日",
        "0:00",
        "12:00:00 AM",
        "오전 12:00:00",
        "12-Okt-24",
        "Okt-12",
        "Dez 24",
        "12. März 2024",
        "12-oct.",
        "12-févr.-24",
        "août-24",
        "12-ene-24",
        "12 de octubre de 2024",
        "24-gen",
        "12 settembre 2024",
        "2024-10-12T00:00:00+09:00",
        "2024-10-12T00:00:00.000-0500",
    ],
)
def test_dates_in_any_of_excels_ways_are_named(cell: str) -> None:
    with pytest.raises(ValueError, match="is a date or a time: Excel has changed it"):
        printed_code(cell)


@pytest.mark.parametrize("cell", ["-118220060", "−118220060", "- 11822006.0", "(118220060)"])
def test_numbers_with_a_sign_are_named(cell: str) -> None:
    with pytest.raises(ValueError, match="is a number with a sign: Excel has changed it"):
        printed_code(cell)


@pytest.mark.parametrize("cell", ["45577.5", "45577.041666667", "118220060.5", "12345 1/2", "12345 11/16"])
def test_numbers_with_a_fraction_are_named(cell: str) -> None:
    with pytest.raises(ValueError, match="is a number with a fraction: Excel has changed it"):
        printed_code(cell)


@pytest.mark.parametrize(
    "cell",
    ["#NAME?", "#REF!", "#DIV/0!", "#VALUE!", "#N/A", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#이름?",
     "#######", "Err:502"],
)  # fmt: skip
def test_error_values_are_named(cell: str) -> None:
    with pytest.raises(ValueError, match="is an error: Excel has changed it"):
        printed_code(cell)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("CW2288-111/CW2288-112", "CW2288-111, CW2288-112"),
        ("CW2288-111 GW2871", "CW2288-111, GW2871"),
        ("CW2288-111\nCW2288-112", "CW2288-111, CW2288-112"),
        ("XYZ99123, XYZ99124; XYZ99125", "XYZ99123, XYZ99124, XYZ99125"),
        ("XYZ99123 / XYZ99124", "XYZ99123, XYZ99124"),
        ("CP9440·CP9441", "CP9440, CP9441"),
        ("CP9440ㆍCP9441", "CP9440, CP9441"),
        ("118220060.118220061", "118220060, 118220061"),
        ("CP9440.118220061", "CP9440, 118220061"),
        ("AB12345 AB12346", "AB12345, AB12346"),
        ("117504 117505", "117504, 117505"),
        ("AB12345&AB12346", "AB12345, AB12346"),
        ("AB12345+XYZ99123", "AB12345, XYZ99123"),
        ("CW2288-111 | 12345678", "CW2288-111, 12345678"),
    ],
)
def test_several_codes_are_named(cell: str, codes: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"holds several codes ({codes})")):
        printed_code(cell)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("СW2288-111", "has characters that no tag prints: 'С' (Cyrillic)"),
        ("나이키 CW2288-111", "'나' (Korean)"),
        ("11,822,006", "no tag prints: ','"),
        ("?W2288-111", "no tag prints: '?'"),
        ("TRUE", "has no digit"),
        ("nan", "has no digit"),
        ("", "has no letter or digit"),
        ("---", "has no letter or digit"),
        ("\u3164", "has no letter or digit"),
    ],
)
def test_what_is_no_code_is_named(cell: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        printed_code(cell)
