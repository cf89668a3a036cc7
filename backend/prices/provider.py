"""The interface of price providers, and their offers."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

ReasonKind = Literal["no_key", "key_refused", "quota", "service_ended", "not_found", "unavailable"]

_LONGEST_ADDRESS = 2048
_LONGEST_TITLE = 300
_TAG = re.compile(r"<[^<>]*>")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Offer:
    """A product that a shop sells."""

    name: str  # plain text, without tags and entities
    image: str | None  # web address of a picture
    price: int | None  # whole units of the currency (won have no smaller one); None when it is not known
    currency: str  # ISO 4217
    mall: str  # the shop
    url: str  # web address (http or https only)
    provider: str  # name of the price provider
    fetched_at: datetime  # when the provider fetched it, with a time zone
    is_match: bool  # whether the product certainly has the code of the query


class PriceError(Exception):
    """A provider has no answer for a code.

    Attributes:
        kind: Why, as a word for programs.
        message: Why, as a sentence for people.
        is_about_query: Whether the provider works and only this query got no answer.
    """

    def __init__(self, kind: ReasonKind, message: str, *, is_about_query: bool = False) -> None:
        super().__init__(message)
        self.kind: ReasonKind = kind
        self.message = message
        self.is_about_query = is_about_query


class PriceProvider(Protocol):
    """A source of offers for product codes."""

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        ...

    async def offers(self, code: str) -> tuple[Offer, ...]:
        """Return the offers for a code, the best first; none if the provider knows none.

        Args:
            code: Product code in its usual spelling.

        Raises:
            PriceError: When the provider cannot answer.
        """
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


def offer_order(offer: Offer) -> tuple[bool, bool, bool, int]:
    """Sort key: certain matches first, then known prices, those in won before others, then the cheapest."""
    return (not offer.is_match, offer.price is None, offer.currency != "KRW", offer.price or 0)


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
