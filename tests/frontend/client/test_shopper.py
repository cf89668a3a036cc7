from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from fastapi.responses import JSONResponse, PlainTextResponse
from PIL import Image

from benchmarks.drivers.tag_picture import encode
from frontend.client.answers import NoPrice
from frontend.client.connection import Connection
from frontend.client.failures import BackendRefusedError, BackendUnreachableError
from frontend.client.shopper import ShopperClient
from frontend.photos.photo import PREVIEW_SIDE, Box, Photo, Region
from tests.frontend.fake_backend import FakeBackend, card, card_field, prices, problem, reading, tag, tag_line

PICTURE = Image.new("RGB", (40, 100), "white")
REGION = Region(Photo(encode(PICTURE), PICTURE.size, PICTURE), 3, Box(5, 10, 60, 20))


@pytest.fixture
def client(fake: FakeBackend) -> ShopperClient:
    return ShopperClient(Connection(fake.url + "/", read_seconds=60))


def test_a_reading_arrives_whole(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(REGION)
    assert (found.text, found.code, found.confidence) == ("CW2288-111", "CW2288-111", 0.87)
    assert "".join(character.text for character in found.characters) == "CW2288-111"
    assert [candidate.text for candidate in found.candidates] == ["CW2288-1I1", "CW2Z88-111"]
    assert [brand.brand for brand in found.formats] == ["Nike", "Jordan"]
    assert found.picture_text is None
    assert str(found.model) == "trba 1"
    assert found.milliseconds.total == 12.4
    assert fake.photos == [REGION.photo.data]
    assert fake.regions == [("5,10,60,20", 3)]


def test_a_file_arrives_upright_and_small_with_the_size_of_the_original(client: ShopperClient) -> None:
    wide = Image.new("RGB", (3000, 2000), "white")
    wide.paste("red", (0, 0, 1500, 1000))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise once
    data = encode(wide, "JPEG", exif=exif)
    photo = client.open_photo(data)
    assert (photo.data, photo.size) == (data, (2000, 3000))
    small = photo.preview(0)
    assert small.size == (666, PREVIEW_SIDE)
    red, white = small.getpixel((500, 200)), small.getpixel((100, 200))
    assert red[1] < 50 < 200 < white[1]


@pytest.mark.parametrize("side", [1281, 40_000])
def test_a_preview_that_is_larger_than_documented_is_refused_before_it_is_decoded(
    client: ShopperClient, fake: FakeBackend, side: int
) -> None:
    picture = base64.b64encode(encode(Image.new("L", (side, 1)), "JPEG")).decode()
    fake.refusals["POST /v1/previews"] = JSONResponse({"width": side, "height": 1, "picture": picture})
    with pytest.raises(BackendRefusedError, match="preview of"):
        client.open_photo(b"a file")


@pytest.mark.parametrize(
    "answer",
    [
        {"width": 40, "height": 10, "picture": "no base64!"},
        {"width": 40, "height": 10, "picture": base64.b64encode(b"no picture").decode()},
        {"width": 40, "height": 10, "picture": base64.b64encode(encode(PICTURE, "PNG")).decode()},
        {"width": 40, "height": 10, "picture": base64.b64encode(encode(PICTURE, "JPEG")[:-200]).decode()},
        {"width": 0, "height": 10, "picture": base64.b64encode(encode(PICTURE, "JPEG")).decode()},
        {"width": 40, "height": 10},
    ],
    ids=["no base64", "no picture", "no JPEG", "half a picture", "no width", "nothing"],
)
def test_a_preview_that_is_not_as_documented_is_refused_and_not_a_crash(
    client: ShopperClient, fake: FakeBackend, answer: dict[str, object]
) -> None:
    fake.refusals["POST /v1/previews"] = JSONResponse(answer)
    with pytest.raises(BackendRefusedError, match="not as documented"):
        client.open_photo(b"a file")


def test_a_whole_photo_arrives_with_its_lines_and_cards(client: ShopperClient, fake: FakeBackend) -> None:
    bars = {"format": "EAN-13", "text": "8801234567893", "corners": [[0, 0], [9, 0], [9, 5], [0, 5]]}
    fake.tag = tag(barcodes=[bars | {"code": None, "agrees": False}])
    fake.first_line = tag_line()
    first: list[str] = []
    answer = client.read_tag(REGION.photo, 3, lambda line: first.append(line.code))
    assert first == ["CW2288-111"]
    assert fake.tags == [(REGION.photo.data, 3)]
    assert [line.role for line in answer.lines] == ["size", "code", "country"]
    assert answer.lines[1].corners == ((170.0, 270.0), (730.0, 270.0), (730.0, 370.0), (170.0, 370.0))
    assert answer.first_line == 1
    (found,) = answer.cards
    assert (found.code.value if found.code else "", found.sizes[0].unit, found.brand) == ("CW2288-111", "US", None)
    (barcode,) = answer.barcodes
    assert (barcode.code, barcode.agrees) == ("", False)


@pytest.mark.parametrize(
    "changes",
    [
        {"first_line": 3},
        {"cards": [card(lines=[7])]},
        {"cards": [card(brand=card_field("Nike", -1))]},
        {"cards": [card(barcodes=[0])]},
        {"width": 0},
        {"lines": [tag_line() | {"corners": [[0, 0]]}]},
    ],
    ids=["first line", "line of a card", "line of a field", "barcode", "width", "corners"],
)
def test_a_tag_that_points_to_nothing_is_refused(
    client: ShopperClient, fake: FakeBackend, changes: dict[str, object]
) -> None:
    fake.tag = tag(**changes)
    with pytest.raises(BackendRefusedError, match="not as documented"):
        client.read_tag(REGION.photo, 0, lambda line: None)


def test_an_answer_that_breaks_off_is_none(client: ShopperClient, fake: FakeBackend) -> None:
    fake.tag = PlainTextResponse("")
    with pytest.raises(BackendUnreachableError):
        client.read_tag(REGION.photo, 0, lambda line: None)
    fake.tag = problem(503, "overloaded")
    with pytest.raises(BackendRefusedError, match="overloaded"):
        client.read_tag(REGION.photo, 0, lambda line: None)


def test_the_label_of_a_line_carries_its_corners_once_the_reading_has_expired(
    client: ShopperClient, fake: FakeBackend
) -> None:
    line = client.read_tag(REGION.photo, 1, lambda line: None).lines[1]
    fake.expired = True
    client.label(line, "accepted", line.text, Region(REGION.photo, 1, line.corners), barcode="8801234567893")
    assert fake.label_corners == [None, "170.0,270.0,730.0,270.0,730.0,370.0,170.0,370.0"]
    assert fake.label_regions[1] == (None, 1)
    assert fake.barcodes == ["8801234567893"] * 2


def test_what_the_picture_alone_says_arrives(client: ShopperClient, fake: FakeBackend) -> None:
    fake.reading = reading(picture_text="CW2Z88-111")
    assert client.read(REGION).picture_text == "CW2Z88-111"


def test_more_than_five_other_candidates_are_cut_off(client: ShopperClient, fake: FakeBackend) -> None:
    many = [{"text": str(n), "code": str(n), "confidence": 0.04} for n in range(9)]
    fake.reading = reading(candidates=many)
    assert len(client.read(REGION).candidates) == 5


def test_a_candidate_that_is_hardly_possible_is_not_offered(client: ShopperClient, fake: FakeBackend) -> None:
    unlikely = [{"text": str(n), "code": str(n), "confidence": n / 100} for n in range(5)]
    fake.reading = reading(candidates=unlikely)
    assert [candidate.text for candidate in client.read(REGION).candidates] == ["3", "4"]


def test_a_label_goes_without_the_picture_while_the_backend_knows_it(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(REGION)
    kept = client.label(found, "corrected", "cw2288-112", REGION)
    assert (kept.prediction_id, kept.status, kept.text) == (found.id, "corrected", "CW2288-112")
    assert fake.label_requests == [
        {
            "id": found.id,
            "status": "corrected",
            "text": "cw2288-112",
            "image": False,
            "read_text": "CW2288-111",
            "read_confidence": 0.87,
        }
    ]


def test_the_models_threshold_is_asked_for(client: ShopperClient, fake: FakeBackend) -> None:
    assert client.accept_threshold() is None
    fake.accept_threshold = 0.97
    assert client.accept_threshold() == 0.97


def test_a_label_carries_the_photo_again_once_the_reading_has_expired(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(REGION)
    fake.expired = True
    assert client.label(found, "accepted", found.text, REGION).text == "CW2288-111"
    assert fake.label_pictures == [None, REGION.photo.data]
    assert fake.label_regions[1] == fake.regions[0] == ("5,10,60,20", 3)
    assert fake.labels[found.id] == {"status": "accepted", "text": "CW2288-111"}


@pytest.mark.parametrize("proof", ["", "v1.signature"])
def test_a_label_carries_the_proof_of_its_reading_with_and_without_the_photo(
    client: ShopperClient, fake: FakeBackend, proof: str
) -> None:
    fake.reading = reading(**({"proof": proof} if proof else {}))
    found = client.read(REGION)
    fake.expired = True
    client.label(found, "accepted", found.text, REGION)
    assert [sent or "" for sent in fake.label_proofs] == [proof, proof]


def test_only_a_correction_sends_its_text(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(REGION)
    client.label(found, "unreadable", "ignored", REGION)
    assert fake.label_requests[0]["text"] is None


def test_what_was_kept_can_be_deleted_once(client: ShopperClient) -> None:
    found = client.read(REGION)
    client.label(found, "accepted", found.text, REGION)
    assert client.forget(found.id) is True
    assert client.forget(found.id) is False


def test_offers_arrive_with_their_times_and_links(client: ShopperClient) -> None:
    answer = client.products("CW2288-111 & more")
    assert answer.code == "CW2288-111 & more"
    first, second = answer.products
    assert (first.price, first.mall, first.is_match) == (129000, "신발나라", True)
    assert first.fetched_at == datetime(2026, 7, 1, 5, tzinfo=UTC)
    assert second.is_match is False
    assert [link.name for link in answer.searches] == ["Naver Shopping", "KREAM", "Google"]
    assert answer.reason is None


def test_the_reason_for_no_price_arrives(client: ShopperClient, fake: FakeBackend) -> None:
    fake.prices = prices(products=[], reason={"kind": "quota", "message": "no more today"})
    answer = client.products("X")
    assert (answer.products, answer.reason) == ((), NoPrice(kind="quota"))


def test_an_offer_without_price_picture_or_time_is_still_an_offer(client: ShopperClient, fake: FakeBackend) -> None:
    bare = {"name": "a shoe", "image": None, "price": None, "mall": None, "url": None, "is_match": False}
    fake.prices = prices(products=[bare])
    (product,) = client.products("X").products
    assert (product.price, product.image, product.mall, product.fetched_at) == (None, "", "", None)
