from __future__ import annotations

import pytest

from frontend.price_words import plain_number, price_words, printed_amount, printed_price_words


@pytest.mark.parametrize(
    ("price", "currency", "korean", "english"),
    [
        (129000, "KRW", "129,000원", "₩129,000"),
        (89, "usd", "USD 89", "USD 89"),
        (1289.5, "EUR", "EUR 1,289.50", "EUR 1,289.50"),
        (0, "", "0원", "₩0"),
    ],
)
def test_prices_are_written_as_people_write_them(price: float, currency: str, korean: str, english: str) -> None:
    assert price_words(price, currency, "ko") == korean
    assert price_words(price, currency, "en") == english


@pytest.mark.parametrize(
    ("value", "unit", "number", "amount", "words"),
    [
        ("129,000", "KRW", "129000", 129000, "₩129,000"),
        ("89.90", "EUR", "89.90", 89.9, "EUR 89.90"),
        ("99", "USD", "99", 99, "USD 99"),
        ("12.345,00", "EUR", None, None, "EUR 12.345,00"),
        ("FREE", "", None, None, "FREE"),
        ("", "KRW", None, None, "KRW"),
        ("12345678901", "KRW", None, None, "KRW 12345678901"),
    ],
)
def test_a_price_on_a_tag_is_a_number_only_if_it_is_written_as_one(
    value: str, unit: str, number: str | None, amount: float | None, words: str
) -> None:
    assert plain_number(value) == number
    assert printed_amount(value) == amount
    assert printed_price_words(value, unit, "en") == words
