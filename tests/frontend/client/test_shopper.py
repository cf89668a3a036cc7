from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PIL import Image

from benchmarks.drivers.tag_picture import encode
from frontend.client.answers import NoPrice
from frontend.client.connection import Connection
from frontend.client.shopper import ShopperClient
from frontend.photos.pictures import Cut
from tests.frontend.fake_backend import FakeBackend, prices, reading

CUT = Cut(encode(Image.new("RGB", (40, 10))), "image/png", 3)


@pytest.fixture
def client(fake: FakeBackend) -> ShopperClient:
    return ShopperClient(Connection(fake.url + "/", read_seconds=5))


def test_a_reading_arrives_whole(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(CUT)
    assert (found.text, found.code, found.confidence) == ("CW2288-111", "CW2288-111", 0.87)
    assert "".join(character.text for character in found.characters) == "CW2288-111"
    assert [candidate.text for candidate in found.candidates] == ["CW2288-1I1", "CW2Z88-111", "CW2288-110"]
    assert [brand.brand for brand in found.formats] == ["Nike", "Jordan"]
    assert found.picture_text is None
    assert str(found.model) == "trba 1"
    assert found.milliseconds.total == 12.4
    assert fake.sizes == [(40, 10)]
    assert fake.turns == [3]


def test_what_the_picture_alone_says_arrives(client: ShopperClient, fake: FakeBackend) -> None:
    fake.reading = reading(picture_text="CW2Z88-111")
    assert client.read(CUT).picture_text == "CW2Z88-111"


def test_more_than_five_other_candidates_are_cut_off(client: ShopperClient, fake: FakeBackend) -> None:
    many = [{"text": str(n), "code": str(n), "confidence": 0.01} for n in range(9)]
    fake.reading = reading(candidates=many)
    assert len(client.read(CUT).candidates) == 5


def test_a_label_goes_without_the_picture_while_the_backend_knows_it(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(CUT)
    kept = client.label(found, "corrected", "cw2288-112", CUT)
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


def test_a_label_carries_the_picture_again_once_the_reading_has_expired(
    client: ShopperClient, fake: FakeBackend
) -> None:
    found = client.read(CUT)
    fake.expired = True
    assert client.label(found, "accepted", found.text, CUT).text == "CW2288-111"
    assert [request["image"] for request in fake.label_requests] == [False, True]
    assert fake.labels[found.id] == {"status": "accepted", "text": "CW2288-111"}


def test_only_a_correction_sends_its_text(client: ShopperClient, fake: FakeBackend) -> None:
    found = client.read(CUT)
    client.label(found, "unreadable", "ignored", CUT)
    assert fake.label_requests[0]["text"] is None


def test_what_was_kept_can_be_deleted_once(client: ShopperClient) -> None:
    found = client.read(CUT)
    client.label(found, "accepted", found.text, CUT)
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
