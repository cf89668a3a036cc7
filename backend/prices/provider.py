"""The interface of price providers, and their offers."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal, Protocol
from urllib.parse import urlsplit

# What the operator is told, by metrics and log; shoppers are told less (`backend.prices.lookup`).
FailureKind = Literal["key_refused", "quota", "service_ended", "unavailable"]
OfferSource = Literal["shop", "tag"]

_LONGEST_ADDRESS = 2048
_LONGEST_TITLE = 300
_TAG = re.compile(r"<[^<>]*>")
_MOST_DIGITS = 12  # of a price, before the point
_CENT = Decimal("0.01")
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Offer:
    """A product that a shop sells, or a price that stood on a tag."""

    name: str  # plain text, without tags and entities
    image: str | None  # web address of a picture
    price: Decimal | None  # in the currency that the shop names, never converted; None when it is not known
    currency: str  # ISO 4217
    mall: str  # the shop; "" for a price on a tag
    url: str | None  # web address (http or https only); None for a price on a tag
    provider: str  # name of the price provider
    fetched_at: datetime  # when the price was so, as far as the provider tells, else when it was fetched; with a zone
    is_match: bool  # whether the product certainly has the code of the query
    size: str = ""  # of the shoe that costs this, as the shop writes it; "" when the price is for all
    source: OfferSource = "shop"  # where the price stood


class PriceError(Exception):
    """A provider has no answer for a code.

    Attributes:
        kind: Why, as a word for programs.
        message: Why, as a sentence for the operator.
        is_about_query: Whether the provider works and only this query got no answer.
    """

    def __init__(self, kind: FailureKind, message: str, *, is_about_query: bool = False) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.message = message
        self.is_about_query = is_about_query


class PriceProvider(Protocol):
    """A source of offers for product codes."""

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        ...

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return the offers for a code, the best first; none if the provider knows none.

        Args:
            code: Product code in its usual spelling.
            gtin: Digits of the barcode beside it (EAN or UPC), for providers that find products by it.

        Raises:
            PriceError: When the provider cannot answer.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


def offer_order(offer: Offer) -> tuple[bool, bool, bool, str, Decimal]:
    """Sort key: certain matches first, then known prices; of these each currency together, won first, by price."""
    return (not offer.is_match, offer.price is None, offer.currency != "KRW", offer.currency, offer.price or Decimal(0))


def exact_price(value: object) -> Decimal | None:
    """Return a price of an answer; None when there is none: services write 0, nothing, or null.

    Args:
        value: A whole number, a Decimal, or digits with or without a point; cents beyond the second are rounded.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    text = str(value).strip()
    if len(text) > 2 * _MOST_DIGITS or _NUMBER.fullmatch(text) is None:
        return None
    try:
        price = Decimal(text)
        if price.adjusted() >= _MOST_DIGITS:
            return None
        price = price.quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return price or None


def currency_code(value: object) -> str | None:
    """Return a currency of an answer in capitals (ISO 4217), or None."""
    text = value.strip().upper() if isinstance(value, str) else ""
    return text if _CURRENCY.fullmatch(text) else None


def plain_text(value: object) -> str:
    """Return a title without tags, entities, control characters and doubled spaces."""
    if not isinstance(value, str):
        return ""
    text = _TAG.sub("", html.unescape(_TAG.sub("", value)))
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:_LONGEST_TITLE]


def web_address(value: object) -> str | None:
    """Return an http or https address that is safe to put behind a link, else None.

    `javascript:` and `data:` addresses, addresses with credentials, and anything with spaces or control
    characters are not.
    """
    if not isinstance(value, str):
        return None
    address = value.strip()
    if not address or len(address) > _LONGEST_ADDRESS:
        return None
    if any(character.isspace() or unicodedata.category(character)[0] == "C" for character in address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    is_plain = not set(parts.netloc) & set("@\\")
    return address if parts.scheme in {"http", "https"} and parts.hostname and is_plain else None
