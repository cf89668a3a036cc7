import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.formats import FORMATS
from ocr_model.tags.parts import Part, parts_at, parts_of, plain_line


def said(text: str) -> list[tuple[str, str]]:
    return [(part.role, part.value) for part in parts_of(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SN 117504 COLOR:BLK", [("code", "117504"), ("colour", "BLK")]),
        ("ARTCP9448", [("code", "CP9448")]),
        ("RN17730 VN1317080", [("order", "17730"), ("code", "VN1317-080")]),
        ("STYLE 9920 MADE IN CAMBODIA", [("code", "9920"), ("country", "CAMBODIA")]),
        ("CW2288-111 WHITE/BLACK", [("code", "CW2288-111"), ("colour", "WHITE/BLACK")]),
        ("NIKE AIR MAX 90", [("brand", "Nike"), ("name", "NIKE AIR MAX 90")]),
        ("SIZE 250 COLOR BLACK", [("size", "250"), ("colour", "BLACK")]),
        ("PROD:773-1 SEA:8", [("code", "773-1"), ("order", "8")]),
        ("DIS:1030 FDT:190624", [("order", "1030"), ("date", "190624")]),
        ("STYLE: OLD SKOOL", [("name", "OLD SKOOL")]),
        ("MATERIAL NO. 9849220", [("code", "9849220")]),
        ("MATERIAL: LEATHER", [("name", "LEATHER")]),
        ("품 번 : CN8490-100", [("code", "CN8490-100")]),
        ("STYLE# ISW 1638", [("code", "ISW1638")]),
        ("STYLE", [("field", "")]),
        ("OUT OF STYLE", []),
        ("|", []),
    ],
)
def test_what_a_line_says(text: str, parts: list[tuple[str, str]]) -> None:
    assert said(text) == parts


def test_a_line_is_made_plain() -> None:
    assert plain_line(" * Fabriqué au  Viêt Nam: ") == "FABRIQUE AU VIET NAM"
    assert plain_line("색 상") == "색 상"
    assert plain_line("UK 7-") == "UK 7-"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("SN", "149057", "149057"),
        ("COLOR", "PEACOAT", "PEACOAT"),
        ("SIZE", "M", "M"),
        ("PRICE", "129000", "129,000"),
        ("STYLE", "MADE IN CHINA", None),
        ("SIZE", "BLACK", None),
        ("DATE", "BLACK", None),
    ],
)
def test_the_value_of_a_name_beside_it(name: str, text: str, value: str | None) -> None:
    (field,) = parts_of(name)
    found = parts_at(field, text)
    assert (found and found[0].value) == value


def test_the_name_tells_the_brand_of_digits() -> None:
    (field,) = parts_of("SN")
    assert [part.formats[0].brand for part in parts_at(field, "149057") or ()] == ["Skechers"]


@pytest.mark.parametrize("line", [example for entry in FORMATS for example in entry.examples])
def test_the_code_of_every_known_format_is_found(line: str) -> None:
    (part,) = [part for part in parts_of(line) if part.role == "code"]
    assert part.formats


@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    for part in parts_of(text):
        assert isinstance(part, Part)
        assert part.value or part.role in ("field", "other", "name")
        assert part.role != "code" or any(map(str.isdigit, part.value))
