"""Prices as people write them: on the page, in its tables and in the browser's history."""

from __future__ import annotations

from typing import Final

from frontend.language import Language

WON: Final = "KRW"


def price_words(amount: float, currency: str, language: Language) -> str:
    """A price in words.

    Args:
        amount: In units of the currency; cents are written where it has some.
        currency: ISO 4217; "" is won.
        language: Of the page.
    """
    number = f"{amount:,}" if isinstance(amount, int) else f"{amount:,.2f}"
    if currency.upper() in (WON, ""):
        return f"{number}원" if language == "ko" else f"₩{number}"
    return f"{currency.upper()} {number}"


def printed_price_words(value: str, currency: str, language: Language) -> str:
    """A price that is printed on a tag, in words; as it stands there if it is no number."""
    number = printed_amount(value)
    return f"{currency} {value}".strip() if number is None else price_words(number, currency, language)


def printed_amount(value: str) -> int | float | None:
    """A printed amount as a number, an `int` where it has no cents; None if it is none."""
    number = plain_number(value)
    if number is None:
        return None
    return float(number) if "." in number else int(number)


def plain_number(value: str) -> str | None:
    """A printed amount as a plain decimal number, `129000` or `89.90`; None if it is none."""
    number = value.replace(",", "").replace(" ", "")
    whole, _, cents = number.partition(".")
    is_number = whole.isascii() and whole.isdigit() and len(whole) <= 9
    return number if is_number and (not cents or (cents.isascii() and cents.isdigit() and len(cents) <= 2)) else None
