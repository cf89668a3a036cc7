import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.tags.roles import with_roles
from ocr_model.tags.tag import Corners, Role, TextLine
from tests.ocr_model.tags.printed_tags import TAGS, PrintedTag, line_of, lines_of
from tests.ocr_model.tags.strategies import photos


def roles(printed: str) -> dict[str, Role]:
    return {line.text: line.role for line in with_roles([*lines_of(printed)])}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("CW2288-111", "code"),
        ("SN 117504 COLOR:BLK", "code"),
        ("STYLE# KLT2046", "code"),
        ("품번 : CN8490-100", "code"),
        ("ART", "field"),
        ("SIZE", "field"),
        ("US UK EUR CM", "field"),
        ("US 9 UK 8 EUR 42.5", "size"),
        ("270", "size"),
        ("265 MM", "size"),
        ("XL", "size"),
        ("WHITE/BLACK", "colour"),
        ("COLOR: 901 WHITE", "colour"),
        ("₩129,000", "price"),
        ("129,000원", "price"),
        ("W129.000", "price"),
        ("KRW 129,000", "price"),
        ("129,000 WON", "price"),
        ("$ 99.95", "price"),
        ("99,95 €", "price"),
        ("8801456723015", "barcode"),
        ("8 801456 723015", "barcode"),
        ("0 12345 67890 5", "barcode"),
        ("2023.05.11", "date"),
        ("제조년월 : 2023년 5월", "date"),
        ("06/14/23 - 09/20/23", "date"),
        ("MADE IN VIETNAM", "country"),
        ("Fabriqué au Cambodge", "country"),
        ("제조국 : 베트남", "country"),
        ("NIKE", "brand"),
        ("Dr. Martens", "brand"),
        ("PO#4501882201", "order"),
        ("RN#71188", "order"),
        ("RN 71188 / CA 10442", "order"),
        ("FTY: AX3", "order"),
        ("LOT 11882", "order"),
        ("70%RAYON", "name"),
        ("UPPER: LEATHER", "name"),
        ("AIR MAX 90", "name"),
        ("DO NOT BLEACH", "other"),
        ("TEL 02-1234-5678", "other"),
        ("WASH WITH LIKE COLORS", "other"),
        ("PR0DUCT10N DATE 10/2021", "date"),
        ("KEEP OUT OF THE STYLE", "other"),
        ("3.40 KG", "other"),
        ("", "other"),
        ("-", "other"),
    ],
)
def test_the_role_of_a_line_alone(text: str, role: Role) -> None:
    assert with_roles([line_of(text, ((0.0, 0.0), (200.0, 0.0), (200.0, 20.0), (0.0, 20.0)))])[0].role == role


def test_a_name_left_of_its_value() -> None:
    assert roles("STYLE   4471") == {"STYLE": "field", "4471": "code"}


def test_a_name_above_its_value() -> None:
    assert roles("COLOR   STYLE\nTOFFEE  4471") == {
        "COLOR": "field",
        "TOFFEE": "colour",
        "STYLE": "field",
        "4471": "code",
    }


def test_an_internal_number_is_not_the_code() -> None:
    found = roles("M990GL6\nNBPDES137G\nPO# 7700129\nRN 71188")
    assert found == {"M990GL6": "code", "NBPDES137G": "order", "PO# 7700129": "order", "RN 71188": "order"}


def test_new_balance_korea_has_its_own_codes() -> None:
    assert roles("NEW BALANCE\nNBPDES137G")["NBPDES137G"] == "code"


@pytest.mark.parametrize(("brand", "code"), [("PUMA", "374915 01"), ("DR. MARTENS", "11822006"), ("HOKA", "1127895")])
def test_the_brand_decides_between_two_numbers(brand: str, code: str) -> None:
    numbers = ["374915 01", "11822006", "1127895"]
    found = roles("\n".join([brand, *numbers]))
    assert [number for number in numbers if found[number] == "code"] == [code]


def test_a_doubtful_reading_in_a_brands_format_is_not_the_code() -> None:
    corners = ((0.0, 0.0), (200.0, 0.0), (200.0, 20.0), (0.0, 20.0))
    beneath = ((0.0, 30.0), (200.0, 30.0), (200.0, 50.0), (0.0, 50.0))
    found = with_roles([line_of("LN3089-130", corners, 0.01), line_of("ITEM 5521", beneath)])
    assert [line.role for line in found] == ["order", "code"]


def test_the_code_and_its_copy_with_a_size() -> None:
    assert roles("1986852\nSIZE 285\n1986852-285")["1986852"] == "code"


def test_a_temperature_is_no_size() -> None:
    assert roles("100% COTTON\n40\nMACHINE WASH COLD")["40"] == "other"


def test_a_heading_of_units_above_a_row_of_numbers() -> None:
    assert roles("US UK EUR CM\n9 8 42.5 27") == {"US UK EUR CM": "field", "9 8 42.5 27": "size"}


@pytest.mark.parametrize("tag", TAGS, ids=[tag.name for tag in TAGS])
def test_every_printed_tag_has_one_code(tag: PrintedTag) -> None:
    codes = {line.text for line in with_roles(tag.lines) if line.role == "code"}
    only_registers = tag.name == "garment, only register numbers"
    assert len(codes) == (tag.code is not None and not only_registers)


@given(photos())
def test_any_lines_have_roles(lines: list[TextLine]) -> None:
    found = with_roles(lines)
    assert [(line.prediction, line.corners) for line in found] == [(line.prediction, line.corners) for line in lines]


def moved(lines: list[TextLine], turns: int, scale: float) -> list[TextLine]:
    def turned(corners: Corners) -> Corners:
        for _ in range(turns):
            corners = tuple((-y, x) for x, y in corners)
        return tuple((x * scale, y * scale) for x, y in corners)

    return [line_of(line.text, turned(line.corners), line.prediction.confidence) for line in lines]


@given(photos(), st.integers(0, 3), st.floats(0.05, 20.0))
def test_turning_or_scaling_a_photo_changes_no_role(lines: list[TextLine], turns: int, scale: float) -> None:
    before = [line.role for line in with_roles(lines)]
    assert [line.role for line in with_roles(moved(lines, turns, scale))] == before


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("tag", TAGS[::3], ids=lambda tag: tag.name)
def test_a_turned_tag_reads_alike(tag: PrintedTag, turns: int) -> None:
    before = [line.role for line in with_roles(tag.lines)]
    assert [line.role for line in with_roles(moved(tag.lines, turns, 0.37))] == before
