import json
from pathlib import Path

from ocr_model.tags.answers import COLUMNS, error_row, tag_rows, tag_sentences, tag_values
from ocr_model.tags.tag import Barcode, Corners, Field, Tag, TagCard
from tests.ocr_model.tags.printed_tags import line_of

BOX: Corners = ((1.04, 2.0), (11.0, 2.0), (11.0, 6.0), (1.0, 6.0))
FILE = Path("a.jpg")


def field(value: str, unit: str = "", confidence: float = 0.98765) -> Field:
    return Field(value, unit, (0,), confidence)


CARD = TagCard(
    code=field("CW2288-111"),
    brand=field("Nike"),
    sizes=(field("250", "KR"), field("40", "EU"), field("7")),
    colour=field("-WHITE"),
    price=field("129,000", "KRW"),
    barcodes=(0,),
    lines=(0,),
)
EMPTY = TagCard(None, None, (), None, None, (), (0,))
LINE = line_of("CW2288-111", BOX)


def tag(*cards: TagCard, lines: bool = True) -> Tag:
    bars = (Barcode("EAN-13", "0191888123456", BOX),)
    return Tag((LINE,) if lines else (), bars, cards, 20, 10, {"total": 12.345})


def test_json_names_lines_by_index_and_rounds_corners() -> None:
    values = json.loads(json.dumps(tag_values(FILE, tag(CARD))))
    assert values["cards"][0]["code"] == {"value": "CW2288-111", "unit": "", "confidence": 0.98765, "lines": [0]}
    assert [size["unit"] for size in values["cards"][0]["sizes"]] == ["KR", "EU", ""]
    assert values["lines"][0]["text"] == "CW2288-111"
    assert values["lines"][0]["corners"][0] == [1.0, 2.0]
    assert values["barcodes"][0]["format"] == "EAN-13"
    assert (values["width"], values["height"], values["milliseconds"]) == (20, 10, {"total": 12.3})


def test_a_table_has_a_row_per_card() -> None:
    first, second = tag_rows(FILE, tag(CARD, EMPTY))
    assert tuple(first) == COLUMNS
    assert first | {"colour": ""} == {
        **dict.fromkeys(COLUMNS, ""),
        "file": "a.jpg",
        "card": "1",
        "cards": "2",
        "code": "CW2288-111",
        "confidence": "0.988",
        "brand": "Nike",
        "size_kr": "250",
        "size_eu": "40",
        "size": "7",
        "price": "129,000",
        "currency": "KRW",
        "barcode": "0191888123456",
    }
    assert (second["card"], second["code"]) == ("2", "")
    assert tag_rows(FILE, tag()) == [{**dict.fromkeys(COLUMNS, ""), "file": "a.jpg", "card": "0", "cards": "0"}]


def test_no_cell_begins_a_formula() -> None:
    assert tag_rows(FILE, tag(CARD))[0]["colour"] == "'-WHITE"
    assert error_row(Path("=1+1.jpg"), "@ no")["file"] == "'=1+1.jpg"
    assert error_row(FILE, "@ no")["error"] == "'@ no"


def test_words() -> None:
    assert tag_sentences(FILE, tag(CARD)) == [
        "a.jpg: CW2288-111  98.8%  Nike  size 250 KR, 40 EU, 7  colour -WHITE  price 129,000 KRW  EAN-13 0191888123456"
    ]
    assert tag_sentences(FILE, tag()) == ["a.jpg: no code; CW2288-111"]
    assert tag_sentences(FILE, tag(lines=False)) == ["a.jpg: (no text)"]
