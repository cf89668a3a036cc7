from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.client.answers import Product
from frontend.read_tag.price_panel import amount, moment, names_the_lowest, order_offers
from frontend.read_tag.texts import TEXTS

KOREAN, ENGLISH = TEXTS["ko"], TEXTS["en"]


def offer(name: str, price: int | None, *, is_match: bool) -> Product:
    return Product(name=name, price=price, currency="KRW", mall="mall", url="https://shop.example", is_match=is_match)


def test_sure_matches_come_first_and_the_cheapest_first_among_them() -> None:
    offers = (
        offer("cheap other", 1, is_match=False),
        offer("dear", 300, is_match=True),
        offer("priceless", None, is_match=True),
        offer("cheap", 200, is_match=True),
        offer("dear other", 2, is_match=False),
    )
    assert [product.name for product in order_offers(offers)] == [
        "cheap",
        "dear",
        "priceless",
        "cheap other",
        "dear other",
    ]


def test_prices_in_several_currencies_are_not_compared() -> None:
    won, dollars = (
        offer("won", 89_000, is_match=True),
        offer("dollars", 120, is_match=True).model_copy(update={"currency": "USD"}),
    )
    assert [product.name for product in order_offers((dollars, won))] == ["won", "dollars"]
    assert names_the_lowest((won,))
    assert names_the_lowest((won, dollars.model_copy(update={"is_match": False})))
    assert not names_the_lowest((won, dollars))
    assert not names_the_lowest((won.model_copy(update={"price": None}),))


@pytest.mark.parametrize(
    ("price", "currency", "korean", "english"),
    [(129000, "KRW", "129,000원", "₩129,000"), (89, "usd", "USD 89", "USD 89"), (0, "", "0원", "₩0")],
)
def test_prices_are_written_as_people_write_them(price: int, currency: str, korean: str, english: str) -> None:
    assert amount(price, currency, KOREAN) == korean
    assert amount(price, currency, ENGLISH) == english


@pytest.mark.parametrize(
    ("timezone", "korean", "english"),
    [
        ("Asia/Seoul", "7월 1일 14:05", "1 Jul, 14:05"),
        ("America/New_York", "7월 1일 01:05", "1 Jul, 01:05"),
        (None, "7월 1일 14:05", "1 Jul, 14:05"),
        ("No/Where", "7월 1일 05:05", "1 Jul, 05:05"),
    ],
)
def test_times_are_on_the_shoppers_clock(timezone: str | None, korean: str, english: str) -> None:
    at = datetime(2026, 7, 1, 5, 5, tzinfo=UTC)
    assert moment(at, KOREAN, timezone, at) == korean
    assert moment(at, ENGLISH, timezone, at) == english


def test_times_of_another_year_say_so() -> None:
    at, now = datetime(2025, 12, 31, 15, 5, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
    assert moment(at, KOREAN, "UTC", now) == "2025년 12월 31일 15:05"
    assert moment(at, ENGLISH, "UTC", now) == "31 Dec 2025, 15:05"
    assert moment(at, KOREAN, "Asia/Seoul", now) == "1월 1일 00:05"  # 2026 there
