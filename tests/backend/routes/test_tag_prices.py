"""A price seen on a tag is kept beside a label, offered with its day, and goes with the label."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backend.prices.tag_prices import TagPrices
from backend.settings import Settings


def read(client: TestClient, png: bytes) -> str:
    return str(client.post("/v1/predictions", files={"image": ("a.png", png)}).json()["id"])


def form(**fields: str) -> dict[str, Any]:
    return {name: (None, value) for name, value in fields.items()}


def label(client: TestClient, prediction: str, **fields: str) -> Any:
    return client.post(f"/v1/predictions/{prediction}/label", files=form(**fields))


def keep(client: TestClient, prediction: str, **fields: str) -> Any:
    return client.post(f"/v1/predictions/{prediction}/tag-price", files=form(**fields))


@pytest.fixture
def labelled(client: TestClient, png: bytes) -> str:
    """The id of a prediction whose label says `ART GW2871`."""
    prediction = read(client, png)
    assert label(client, prediction, status="accepted").status_code == 200
    return prediction


def offers(client: TestClient, code: str) -> list[dict[str, Any]]:
    products: list[dict[str, Any]] = client.get("/v1/products", params={"code": code}).json()["products"]
    return products


def test_a_confirmed_price_is_an_offer_with_its_day(client: TestClient, labelled: str) -> None:
    answer = keep(client, labelled, price="139000")
    assert answer.status_code == 200
    today = datetime.now(UTC).date().isoformat()
    assert answer.json() == {"code": "GW2871", "price": 139000, "currency": "KRW", "seen_on": today}
    (offer,) = offers(client, "ART GW2871")
    assert offer == {
        "name": "GW2871",
        "image": None,
        "price": 139000,
        "currency": "KRW",
        "mall": "",
        "url": None,
        "provider": "Tags",
        "fetched_at": f"{today}T00:00:00Z",
        "is_match": True,
        "size": "",
        "source": "tag",
    }


def test_cents_are_kept(client: TestClient, labelled: str) -> None:
    assert keep(client, labelled, price="89.95", currency="EUR").json()["price"] == 89.95
    assert [(offer["price"], offer["currency"]) for offer in offers(client, "GW2871")] == [(89.95, "EUR")]


def test_without_a_label_nothing_is_kept(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png)
    answer = keep(client, prediction, price="139000")
    assert (answer.status_code, answer.json()["kind"]) == (409, "no-label")
    assert label(client, prediction, status="unreadable").status_code == 200
    assert keep(client, prediction, price="139000").json()["kind"] == "no-label"
    assert TagPrices(settings.catalogue).all() == ()


def test_an_unproven_label_carries_no_price(client: TestClient, png: bytes) -> None:
    prediction = "0123456789abcdefghijklmn"
    parts = form(status="corrected", text="GW2871", read_text="GW2B71") | {"image": ("a.png", png)}
    answer = client.post(f"/v1/predictions/{prediction}/label", files=parts)
    assert (answer.status_code, answer.json()["proven"]) == (200, False)
    assert keep(client, prediction, price="139000").json()["kind"] == "no-label"


def test_undoing_the_label_deletes_the_price(client: TestClient, labelled: str) -> None:
    keep(client, labelled, price="139000")
    assert client.delete(f"/v1/predictions/{labelled}/label").json() == {"deleted": True}
    assert offers(client, "GW2871") == []


def test_the_price_alone_can_be_deleted(client: TestClient, labelled: str) -> None:
    keep(client, labelled, price="139000")
    path = f"/v1/predictions/{labelled}/tag-price"
    assert [client.delete(path).json()["deleted"] for _ in range(2)] == [True, False]
    assert client.delete(f"/v1/predictions/{labelled}/label").json() == {"deleted": True}


def test_another_verdict_takes_the_price_along(client: TestClient, labelled: str) -> None:
    keep(client, labelled, price="139000")
    assert label(client, labelled, status="corrected", text="ART CP9448").status_code == 200
    assert offers(client, "GW2871") == []
    assert [offer["price"] for offer in offers(client, "CP9448")] == [139000]
    assert label(client, labelled, status="unreadable").status_code == 200
    assert offers(client, "CP9448") == []


@pytest.mark.parametrize(
    "fields",
    [
        {"price": "0"}, {"price": "-5"}, {"price": "abc"}, {"price": ""}, {"price": "NaN"}, {"price": "1e9"},
        {"price": "9999999999"}, {"price": "1.999"}, {}, {"price": "5", "currency": "won"},
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused(client: TestClient, labelled: str, fields: dict[str, str]) -> None:
    answer = keep(client, labelled, **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_that_cannot_be_used(start: Callable[..., TestClient], settings: Settings, png: bytes) -> None:
    client = start()
    prediction = read(client, png)
    settings.catalogue.write_text("I am a letter, not a database." * 100)
    assert label(client, prediction, status="accepted").status_code == 200  # whatever becomes of prices
    for answer in (keep(client, prediction, price="5"), client.delete(f"/v1/predictions/{prediction}/label")):
        assert (answer.status_code, answer.json()["kind"]) == (503, "prices-unavailable")
        assert "sqlite" not in answer.text
