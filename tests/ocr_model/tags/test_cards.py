import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.codes.text import match_key
from ocr_model.tags.cards import cards_of
from ocr_model.tags.tag import Barcode, Corners, Field, TagCard, TextLine
from tests.ocr_model.tags.printed_tags import TAGS, PrintedTag, line_of, lines_of
from tests.ocr_model.tags.strategies import photos

SIZE = (1200, 900)


def cards(lines: Sequence[TextLine], *barcodes: Barcode) -> tuple[TagCard, ...]:
    return cards_of(lines, barcodes, SIZE)


def value(field: Field | None) -> str | None:
    return None if field is None else field.value


@pytest.mark.parametrize("tag", TAGS, ids=[tag.name for tag in TAGS])
def test_the_fields_of_a_printed_tag(tag: PrintedTag) -> None:
    first, *others = cards(tag.lines)
    assert not others
    assert value(first.code) == tag.code
    assert tag.brand in (None, value(first.brand))
    assert {size.unit: size.value for size in first.sizes} == tag.sizes
    assert value(first.colour) == tag.colour or tag.colour is None
    assert tag.price in (None, first.price and (first.price.value, first.price.unit))


def test_field_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    """The table that a change of the rules is judged by: `pytest -s -k field_accuracy`."""
    right, wanted = Counter[str](), Counter[str]()
    for tag in TAGS:
        first = cards(tag.lines)[0]
        sizes = {(size.unit, size.value) for size in first.sizes}
        checks = [("code", tag.code, value(first.code)), ("brand", tag.brand, value(first.brand))]
        checks += [("colour", tag.colour, value(first.colour))]
        checks += [("price", tag.price, first.price and (first.price.value, first.price.unit))]
        checks += [("size", size, size if size in sizes else None) for size in tag.sizes.items()]
        for name, expected, found in checks:
            wanted[name] += expected is not None
            right[name] += expected is not None and found == expected
    with capsys.disabled():
        print("\nfield   right of")
        for name in wanted:
            print(f"{name:7} {right[name]:5} {wanted[name]:2}")
    assert right["code"] >= 0.97 * wanted["code"]
    assert right.total() >= 0.95 * wanted.total()


@pytest.mark.parametrize("copies", [2, 5])
@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag.code][::4], ids=lambda tag: tag.name)
def test_a_shelf_has_one_card_for_each_tag(tag: PrintedTag, copies: int) -> None:
    """Tags of one kind in a row, six lines' heights apart."""
    width = max(x for line in tag.lines for x, _ in line.corners) + 120.0
    shelf = [line for place in range(copies) for line in lines_of(tag.print, left=place * width)]
    found = cards(shelf)
    assert [value(card.code) for card in found] == [tag.code] * copies
    assert sorted(i for card in found for i in card.lines) == list(range(len(shelf)))


def test_a_stack_of_boxes() -> None:
    box = "NIKE\nCN8490-{0}\nSIZE {1}\nWHITE/BLACK"
    stack = [
        line for place in range(4) for line in lines_of(box.format(100 + place, 240 + 5 * place), top=place * 150.0)
    ]
    found = {value(card.code): [size.value for size in card.sizes] for card in cards(stack)}
    assert found == {f"CN8490-{100 + place}": [str(240 + 5 * place)] for place in range(4)}


def test_the_card_in_the_middle_of_equal_ones_is_first() -> None:
    shelf = [line for place in range(3) for line in lines_of(f"NIKE\nCN8490-10{place}", 500.0 * place, 400.0)]
    assert value(cards(shelf)[0].code) == "CN8490-101"


def test_a_sure_reading_is_before_a_doubtful_one() -> None:
    doubtful, sure = lines_of("CN8490-100", 0.0, 430.0), lines_of("CN8490-101", 1000.0, 430.0)
    lines = [replace(line, prediction=replace(line.prediction, confidence=0.3)) for line in doubtful] + [*sure]
    assert [value(card.code) for card in cards(lines)] == ["CN8490-101", "CN8490-100"]


def test_a_tag_with_a_code_is_before_one_without() -> None:
    found = cards([*lines_of("^3 ADIDAS\nSIZE 260", 500.0, 400.0), *lines_of("GW6173", 0.0, 0.0)])
    assert value(found[0].code) == "GW6173"


def test_the_fields_point_to_their_lines() -> None:
    lines = [*lines_of("ART\nCP9448\n\nSIZE   250\nCOLOR:BLACK")]
    card = cards(lines)[0]
    assert card.code == Field("CP9448", "", (0, 1), 0.9)
    assert card.sizes == (Field("250", "KR", (2, 3), 0.9),)
    assert card.colour == Field("BLACK", "", (4,), 0.9)


def test_a_fields_confidence_is_that_of_its_values_line() -> None:
    name, number = lines_of("ART\nCP9448")
    doubtful = replace(name, prediction=replace(name.prediction, confidence=0.2))
    code = cards([doubtful, number])[0].code
    assert code is not None
    assert code.confidence == 0.9


def test_one_line_with_several_fields() -> None:
    card = cards([*lines_of("SN 117504 COLOR:BLK")])[0]
    assert (value(card.code), value(card.colour)) == ("117504", "BLK")


def test_only_a_format_with_letters_tells_a_brand_that_is_not_printed() -> None:
    assert cards([*lines_of("217224-39")])[0].brand is None
    assert value(cards([*lines_of("PUMA\n217224-39")])[0].brand) == "Puma"
    assert value(cards([*lines_of("VN0A4BV4KIG")])[0].brand) == "Vans"


def test_an_unsure_reading_of_a_known_format_does_not_lead_before_a_sure_number() -> None:
    article, lot = lines_of("^2 95746\n\nC21202")
    unsure = replace(lot, prediction=replace(lot.prediction, confidence=0.4))
    assert value(cards([article, unsure])[0].code) == "95746"
    assert value(cards([article, lot])[0].code) == "C21202"


def test_a_number_that_is_as_good_as_not_read_is_no_code() -> None:
    (only,) = lines_of("2U140 UJ")
    assert cards([replace(only, prediction=replace(only.prediction, confidence=0.04))]) == ()


@pytest.mark.parametrize(
    ("print_", "sizes"),
    [
        ("11.5\nEUR 45.5", {"US": "11.5", "EU": "45.5"}),
        ("1Y\nUK 13.5\nCM 20", {"US": "1Y", "UK": "13.5", "CM": "20"}),
        ("US 13C\n31", {"US": "13C", "EU": "31"}),
        ("270\n27", {"KR": "270", "CM": "27"}),
        ("EUR 45.5\n25", {"EU": "45.5"}),
    ],
)
def test_a_number_alone_is_the_size_that_fits_to_the_others(print_: str, sizes: dict[str, str]) -> None:
    (card,) = cards([*lines_of(print_)])
    assert {size.unit: size.value for size in card.sizes} == sizes


@pytest.mark.parametrize(("brand", "code"), [("NIKE", "100008-492"), ("REEBOK", "100008492")])
def test_the_brand_decides_how_a_code_is_spelt(brand: str, code: str) -> None:
    assert value(cards([*lines_of(f"{brand}\n100008492")])[0].code) == code


def test_a_crop_is_a_photo_with_one_line() -> None:
    only = line_of("CW2288-111", ((0.0, 0.0), (300.0, 0.0), (300.0, 60.0), (0.0, 60.0)))
    assert value(cards([only])[0].code) == "CW2288-111"


def test_no_lines_are_no_cards() -> None:
    assert cards([]) == ()
    assert cards([*lines_of("THE QUICK BROWN FOX")]) == ()


def box(x: float, y: float) -> Corners:
    return ((x, y), (x + 150.0, y), (x + 150.0, y + 40.0), (x, y + 40.0))


def test_a_barcode_belongs_to_the_nearest_tag() -> None:
    lines = [*lines_of("CN8490-100", 0.0, 0.0), *lines_of("CN8490-101", 800.0, 0.0)]
    right, left = (
        Barcode("EAN-13", "8801456723015", box(800.0, 40.0)),
        Barcode("EAN-13", "8804567123453", box(0.0, 40.0)),
    )
    found = {value(card.code): card.barcodes for card in cards(lines, right, left)}
    assert found == {"CN8490-100": (1,), "CN8490-101": (0,)}


def test_a_barcode_belongs_to_the_tag_that_prints_its_digits() -> None:
    lines = [*lines_of("CN8490-100\n8801456723015", 0.0, 0.0), *lines_of("CN8490-101", 420.0, 60.0)]
    found = {
        value(card.code): card.barcodes for card in cards(lines, Barcode("EAN-13", "8801456723015", box(230.0, 60.0)))
    }
    assert found == {"CN8490-100": (0,), "CN8490-101": ()}


@given(photos(), st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 800)), max_size=3))
def test_cards_of_any_lines(lines: list[TextLine], places: list[tuple[int, int]]) -> None:
    barcodes = [Barcode("Code 128", f"X{number}", box(x, y)) for number, (x, y) in enumerate(places)]
    found = cards(lines, *barcodes)
    all_lines = [i for card in found for i in card.lines]
    assert len(all_lines) == len(set(all_lines))
    assert set(all_lines) <= set(range(len(lines)))
    all_barcodes = [i for card in found for i in card.barcodes]
    assert sorted(all_barcodes) == (list(range(len(barcodes))) if lines else [])
    for card in found:
        fields = [field for field in (card.code, card.brand, card.colour, card.price, *card.sizes) if field]
        assert fields or card.barcodes
        for field in fields:
            assert field.value
            assert field.lines
            assert set(field.lines) <= set(card.lines)
            assert field.confidence in {lines[i].prediction.confidence for i in field.lines}
        assert len({size.unit for size in card.sizes}) == len(card.sizes)
        assert card.code is None or match_key(card.code.value)


@given(photos(), st.randoms(use_true_random=False))
def test_the_order_of_the_lines_makes_no_difference(lines: list[TextLine], random: "object") -> None:
    order = list(range(len(lines)))
    random.shuffle(order)
    shuffled = cards([lines[i] for i in order])
    again = [replace(card, **_in_order(card, order)) for card in shuffled]
    assert again == [*cards(lines)]


def _in_order(card: TagCard, order: list[int]) -> dict[str, object]:
    def back(field: Field | None) -> Field | None:
        return field and replace(field, lines=tuple(sorted(order[i] for i in field.lines)))

    return {
        "lines": tuple(sorted(order[i] for i in card.lines)),
        "code": back(card.code),
        "brand": back(card.brand),
        "colour": back(card.colour),
        "price": back(card.price),
        "sizes": tuple(map(back, card.sizes)),
    }


@pytest.mark.parametrize("corner", [math.nan, math.inf, 0.0])
def test_corners_that_make_no_sense(corner: float) -> None:
    lines = [line_of(line.text, ((corner, corner),) * 4) for line in TAGS[0].lines]
    assert value(cards(lines)[0].code)


def test_a_code_of_which_the_end_is_missing_is_not_the_code() -> None:
    first, *_ = cards(list(lines_of("MODEL NO. FS1KRZ1180X EM\nFS1KRZ1180X-EMJ\nKR 260")))
    assert value(first.code) == "FS1KRZ1180X-EMJ"


def test_a_code_with_a_size_behind_it_is_not_the_code() -> None:
    first, *_ = cards(list(lines_of("2609113\nKR 26S\n2609113-285")))
    assert value(first.code) == "2609113"


def test_a_number_longer_than_any_code_gives_way_to_a_part_of_it() -> None:
    long, short = lines_of("09849220000/000127834705", 0.0, 0.0), lines_of("9849220", 0.0, 60.0)
    assert [value(card.code) for card in cards([*long, *short])] == ["9849220"]
