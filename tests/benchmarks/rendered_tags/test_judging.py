"""A photo is judged by what is printed on it whole."""

from typing import Any

from benchmarks.rendered_tags.judging import judge

Values = dict[str, Any]


def box(left: float, top: float, right: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def printed(text: str, role: str, row: int, *, tag: int = 0, cut: bool = False) -> Values:
    left, top = 10 + 500 * tag, 10 + 30 * row
    return {
        "tag": tag,
        "text": text,
        "role": role,
        "turn": 0,
        "corners": box(left, top, left + 200, top + 20),
        "cut": cut,
    }


def record(*lines: Values, tags: int = 1, fields: tuple[tuple[str, str, str], ...] = ()) -> Values:
    values = [{"role": role, "text": text, "unit": unit} for role, text, unit in fields]
    return {
        "file": "photos/000000.jpg",
        "scene": "close",
        "damage": "",
        "tags": [
            {
                "layout": "shoe label",
                "bend": "arc",
                "corners": box(500 * tag, 0, 400 + 500 * tag, 400),
                "fields": values if tag == 0 else [],
            }
            for tag in range(tags)
        ],
        "lines": list(lines),
        "barcodes": [
            {"tag": 0, "format": "UPC-A", "text": "012345678905", "cut": False},
            {"tag": 0, "format": "EAN-13", "text": "8801234567893", "cut": True},
        ],
    }


def read(text: str, role: str, row: int, *, tag: int = 0, wider: float = 0.0) -> Values:
    line = printed(text, role, row, tag=tag)
    left, top = line["corners"][0]
    return {"text": text, "role": role, "corners": box(left, top - 2, left + 200 + wider, top + 22)}


def card(lines: list[int], **fields: Any) -> Values:
    said: Values = {"code": None, "brand": None, "sizes": [], "colour": None, "price": None, "lines": lines}
    for name, (value, unit) in fields.items():
        said |= {name: {"value": value, "unit": unit}}
    return said


def test_fields_of_the_card_that_stands_on_the_tag() -> None:
    fields = (("code", "CW2288-111", ""), ("brand", "Nike", ""), ("size", "265", "KR"), ("price", "99,95", "EUR"))
    on_it = card([0], code=("CW2288111", ""), brand=("NIKE", ""), price=("99.95", "EUR"))
    on_it["sizes"] = [{"value": "8.5", "unit": "US"}, {"value": "265", "unit": "KR"}]
    beside = card([1], code=("GW6173", ""))
    said = {
        "cards": [beside, on_it],
        "lines": [read("CW2288-111", "code", 0), read("GW6173", "code", 0, tag=1)],
        "barcodes": [{"text": "0012345678905"}],
        "milliseconds": {"total": 7.0},
    }
    photo = judge(record(printed("CW2288-111", "code", 0), tags=2, fields=fields), said)
    tag = photo.tags[0]
    assert [(field.role, field.is_right) for field in tag.fields] == [(role, True) for role, _, _ in fields]
    assert tag.code is not None and tag.code.said == "CW2288111"
    assert (tag.barcodes, tag.barcodes_read, photo.milliseconds) == (1, 1, 7.0)
    assert tag.groups == {"layout": "shoe label", "scene": "close", "damage": "none", "bend": "arc", "turn": "0°"}
    assert photo.first_is_right is False


def test_one_of_the_values_that_are_printed_is_enough() -> None:
    fields = (("colour", "WHITE/BLACK", ""), ("colour", "WBK", ""))
    said = {"cards": [card([0], colour=("WBK", ""))], "lines": [read("WBK", "colour", 0)], "barcodes": []}
    photo = judge(record(printed("WBK", "colour", 0), fields=fields), said)
    assert [(field.printed, field.is_right) for field in photo.tags[0].fields] == [("WHITE/BLACK | WBK", True)]


def test_units_count() -> None:
    fields = (("size", "265", "KR"), ("price", "129,000", "KRW"))
    on_it = card([0], price=("129,000", "")) | {"sizes": [{"value": "265", "unit": ""}]}
    said = {"cards": [on_it], "lines": [read("265", "size", 0)], "barcodes": []}
    photo = judge(record(printed("265", "size", 0), fields=fields), said)
    assert [field.is_right for field in photo.tags[0].fields] == [False, False]
    assert photo.first_is_right is None


def test_lines_that_are_read_as_part_of_a_longer_one() -> None:
    truth = record(
        printed("US 9", "size", 0),
        printed("UK 8", "size", 1),
        printed("색상 BLACK", "colour", 2),
        printed("CUT", "other", 3, cut=True),
    )
    said = {
        "cards": [],
        "barcodes": [],
        "lines": [read("us 9 KR 270", "size", 0, wider=300.0), read("UK 85", "order", 1)],
    }
    lines = judge(truth, said).tags[0].lines
    assert [(line.is_found, line.is_read, line.has_hangul) for line in lines] == [
        (True, True, False),
        (True, False, False),
        (False, False, True),
    ]
    assert [line.role == line.role_said for line in lines] == [True, False, False]


def test_a_photo_that_could_not_be_read_says_nothing() -> None:
    photo = judge(record(printed("CW2288-111", "code", 0), fields=(("code", "CW2288-111", ""),)), {"error": "cut"})
    assert photo.first_is_right is False
    assert not photo.tags[0].fields[0].is_right and not photo.tags[0].lines[0].is_found
