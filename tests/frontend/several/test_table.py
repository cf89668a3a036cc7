from __future__ import annotations

from typing import Any

from frontend.client.answers import Kept
from frontend.client.failures import BackendUnreachableError
from frontend.client.tag_answers import TagAnswer
from frontend.several.batch import Row
from frontend.several.files import FileError, PhotoFile, RefusedFile
from frontend.several.photo_table import table_html
from frontend.several.table import COLUMNS, entries, refused_cells
from frontend.several.texts import SEVERAL_TEXTS
from tests.frontend.fake_backend import card, card_field, tag, tag_line

TEXTS = SEVERAL_TEXTS["en"]


def row(answer: dict[str, Any] | None = None, failure: Any = None, name: str = "a.jpg") -> Row:
    if answer is None:
        return Row(PhotoFile(name, bytes), "waiting" if failure is None else "failed", failure=failure)
    lines = [{"id": f"l{number}"} | line for number, line in enumerate(answer["lines"])]
    return Row(PhotoFile(name, bytes), "read", tag=TagAnswer.model_validate(answer | {"lines": lines}))


def two_tags() -> dict[str, Any]:
    lines = [tag_line(), tag_line("00123456"), tag_line("129,000", "price")]
    corners = lines[0]["corners"]
    full = card(
        code=card_field("CW2288-111", 0),
        brand=card_field("Nike", 0),
        sizes=[card_field("270", 2, "KR"), card_field("9", 2, "US"), card_field("275", 2, "KR"), card_field("M", 2)],
        colour=card_field("BLACK", 2),
        price=card_field("129,000", 2, "KRW"),
        barcodes=[0],
    )
    bars = {"format": "EAN-13", "text": "0194501234567", "corners": corners, "code": None, "agrees": True}
    return tag(lines=lines, cards=[full, card(code=card_field("00123456", 1))], barcodes=[bars], first_line=0)


def test_a_photo_has_a_row_per_tag_and_a_failed_one_says_why() -> None:
    failed = row(failure=FileError("zip-encrypted"), name="c.jpg")
    gone = row(failure=BackendUnreachableError("gone"), name="d.jpg")
    rows = [row(two_tags()), row(tag(cards=[])), row(tag(lines=[], cards=[], first_line=None)), failed, gone, row()]
    cells = [entry.cells({}, TEXTS) for entry in entries(rows)]
    assert [tuple(found.get(column, "") for column in ("file", "code", "outcome", "error")) for found in cells] == [
        ("a.jpg", "CW2288-111", "read", ""),
        ("a.jpg", "00123456", "", ""),
        ("a.jpg", "", "read", TEXTS.without_code),
        ("a.jpg", "", "no text", "no text"),
        ("c.jpg", "", "failed", TEXTS.file_faults["zip-encrypted"]),
        ("d.jpg", "", "failed", TEXTS.unreachable),
        ("a.jpg", "", "", TEXTS.waiting),
    ]
    first = cells[0]
    assert {column: first[column] for column in ("size_kr", "size_us", "size", "price", "currency", "barcode")} == {
        "size_kr": "270 275",
        "size_us": "9",
        "size": "M",
        "price": 129000,
        "currency": "KRW",
        "barcode": "0194501234567",
    }
    assert set(first) - {"sizes"} <= set(COLUMNS)


def test_a_confirmed_label_counts_and_not_what_was_read() -> None:
    (entry,) = entries([row(tag())])
    kept = Kept(prediction_id="l1", status="corrected", text="CW2288-112", code="CW2288-112", completed=False)
    cells = entry.cells({"l1": kept}, TEXTS)
    assert (cells["code"], cells["confirmed"], cells.get("confidence")) == ("CW2288-112", TEXTS.is_confirmed, None)
    unreadable = Kept(prediction_id="l1", status="unreadable", completed=False)
    assert entry.cells({"l1": unreadable}, TEXTS)["code"] == ""


def test_a_file_of_which_nothing_was_read_has_failed() -> None:
    assert refused_cells(RefusedFile("b.zip", "zip-empty"), TEXTS) == {
        "file": "b.zip",
        "outcome": "failed",
        "error": TEXTS.file_faults["zip-empty"],
    }


def test_the_page_writes_prices_as_everywhere() -> None:
    assert "<td" in (html := table_html([row(two_tags())], None, {}, SEVERAL_TEXTS["ko"]))
    assert "129,000원" in html


def test_a_barcode_whose_code_is_known_stands_for_a_code_that_is_not_read() -> None:
    bars = {"format": "EAN-13", "text": "0194501234567", "corners": tag_line()["corners"], "code": "CW2288-111"}
    (entry,) = entries([row(tag(barcodes=[bars], cards=[card(barcodes=[0])]))])
    assert entry.cells({}, TEXTS)["code"] == "CW2288-111"


def test_names_are_escaped_on_the_page_and_only_what_was_read_opens() -> None:
    rows = [row(two_tags(), name="<b>.jpg"), row()]
    html = table_html(rows, rows[0], {}, TEXTS)
    assert "&lt;b&gt;.jpg" in html
    assert html.count("<button") == 1
    assert 'data-row="0" aria-pressed="true">CW2288-111 (+1)' in html
