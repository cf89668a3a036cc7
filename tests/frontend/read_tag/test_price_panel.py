from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.client.answers import Product
from frontend.read_tag.price_panel import lowest_labels, moment, order_offers, printed_line
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


def priced(price: float | None, currency: str = "KRW") -> Product:
    return offer("sure", None, is_match=True).model_copy(update={"price": price, "currency": currency})


def test_each_currency_stands_together_and_won_come_first() -> None:
    offers = (priced(120, "USD"), priced(2, "EUR"), priced(None), priced(89_000), priced(99.5, "usd"), priced(79_000))
    assert [(product.price, product.currency) for product in order_offers(offers)] == [
        (79_000, "KRW"),
        (89_000, "KRW"),
        (2, "EUR"),
        (99.5, "usd"),
        (120, "USD"),
        (None, "KRW"),
    ]


def test_the_lowest_of_each_currency_is_called_so() -> None:
    offers = order_offers((priced(120, "USD"), priced(89_000), priced(99.5, "USD"), priced(79_000), priced(2, "EUR")))
    assert lowest_labels(offers, tuple(offers), ENGLISH) == [
        "Lowest of 2 prices in won",
        "",
        "",
        "Lowest of 2 prices in US dollars",
        "",
    ]
    assert lowest_labels(offers[:2], tuple(offers[:2]), KOREAN) == ["2개 중 최저가", ""]
    # Those that are not shown count, too.
    assert lowest_labels(offers[:1], tuple(offers[:2]), KOREAN) == ["2개 중 최저가"]


def test_one_price_is_not_the_lowest_of_any() -> None:
    for others in ((), (offer("other", 1, is_match=False),), (priced(None),), (priced(5, "USD"),)):
        offers = order_offers((priced(89_000), *others))
        assert set(lowest_labels(offers, tuple(offers), ENGLISH)) == {""}
    doubtful = [offer("a", 1, is_match=False), offer("b", 2, is_match=False)]
    assert lowest_labels(doubtful, tuple(doubtful), ENGLISH) == ["", ""]


def test_a_shopper_reads_of_no_key() -> None:
    for texts in (KOREAN, ENGLISH):
        for sentence in (*texts.price_reasons.values(), texts.price_reason_other, texts.price_missing):
            assert "key" not in sentence
            assert "키" not in sentence


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


def test_the_line_of_a_typed_code_is_shown_in_the_characters_of_tags() -> None:
    assert printed_line("ART CW2288ㅡ112", "CW2288ㅡ112", "CW2288-112") == "ART CW2288-112"
    assert printed_line("CW2288 112", "CW2288 112", "CW2288-112") == "CW2288 112"
