"""The answer to a product code: offers and searches."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from backend.prices.lookup import PassingKind, ReasonKind
from backend.prices.provider import OfferSource
from backend.schemas.readings import FormatBody


def whole_or_decimal(value: object) -> object:
    """Return a price as JSON has it: whole prices have no decimal point."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


class ProductBody(BaseModel):
    """An offer of a shop, or a price that a shopper has seen on a tag."""

    name: str
    image: str | None = Field(default=None, description="Address of a picture.")
    price: int | float | None = Field(default=None, description="In the currency that the shop names, never converted.")
    currency: str = Field(description="ISO 4217.")
    mall: str = Field(description="The shop; empty for a price on a tag.")
    url: str | None = Field(default=None, description="http or https only; null for a price on a tag.")
    provider: str
    fetched_at: datetime = Field(
        description="When the price was so, as far as that is known, else when it was fetched; a price on a tag has "
        "the day only."
    )
    is_match: bool = Field(description="False: the title does not hold the code; possibly another product.")
    size: str = Field(default="", description="Of the shoe that costs this; empty when the price is for all.")
    source: OfferSource = Field(default="shop", description="Where the price stood.")

    _as_number = field_validator("price", mode="before")(whole_or_decimal)


class NoPriceBody(BaseModel):
    """Why there is no product."""

    kind: ReasonKind
    message: str
    provider: str | None = Field(default=None, description="The provider that failed; null if all answered.")


class MissingBody(BaseModel):
    """A provider that was asked and has not answered; it may in a moment."""

    provider: str
    kind: PassingKind


class SearchBody(BaseModel):
    """A ready-made search for the code."""

    name: str
    url: str


_FORMATS: list[JsonValue] = [{"brand": "Nike", "name": "style", "code": "CW2288-111"}]
_SEARCHES: list[JsonValue] = [
    {"name": "Naver Shopping", "url": "https://search.shopping.naver.com/search/all?query=CW2288-111"},
    {"name": "KREAM", "url": "https://kream.co.kr/search?keyword=CW2288-111"},
    {"name": "Google", "url": "https://www.google.com/search?q=CW2288-111"},
]


class ProductsBody(BaseModel):
    """Offers for a code or the reason for none, and searches."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "CW2288-111",
                    "formats": _FORMATS,
                    "products": [
                        {
                            "name": "Nike Air Force 1 '07 White CW2288-111",
                            "image": "https://shop.example/cw2288-111.jpg",
                            "price": 129000,
                            "currency": "KRW",
                            "mall": "shop.example",
                            "url": "https://shop.example/cw2288-111",
                            "provider": "Catalogue",
                            "fetched_at": "2026-01-31T09:00:30Z",
                            "is_match": True,
                            "size": "",
                            "source": "shop",
                        },
                        {
                            "name": "CW2288-111",
                            "image": None,
                            "price": 139000,
                            "currency": "KRW",
                            "mall": "",
                            "url": None,
                            "provider": "Tags",
                            "fetched_at": "2026-01-15T00:00:00Z",
                            "is_match": True,
                            "size": "",
                            "source": "tag",
                        },
                    ],
                    "reason": None,
                    "missing": [{"provider": "eBay", "kind": "unavailable"}],
                    "searches": _SEARCHES,
                },
                {
                    "code": "CW2288-111",
                    "formats": _FORMATS,
                    "products": [],
                    "reason": {
                        "kind": "not_found",
                        "message": "No shop is known to sell this code.",
                        "provider": None,
                    },
                    "missing": [],
                    "searches": _SEARCHES,
                },
            ]
        }
    )

    code: str = Field(description="The code that was asked for, normalised.")
    formats: list[FormatBody] = Field(description="Brands whose code formats it fits.")
    products: list[ProductBody] = Field(
        description="Certain matches first, then each currency together, then by price."
    )
    reason: NoPriceBody | None = Field(default=None, description="Why there is no product; null if there is.")
    missing: list[MissingBody] = Field(
        default_factory=list, description="Providers whose offers are missing for the moment."
    )
    searches: list[SearchBody]


class TagPriceBody(BaseModel):
    """A price that is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "CW2288-111", "price": 139000, "currency": "KRW", "seen_on": "2026-01-15"}]
        }
    )

    code: str = Field(description="The label's code.")
    price: int | float
    currency: str = Field(description="ISO 4217.")
    seen_on: date = Field(description="The day, in UTC.")

    _as_number = field_validator("price", mode="before")(whole_or_decimal)


class TagPriceDeletedBody(BaseModel):
    """The outcome of taking a price back."""

    deleted: bool = Field(description="False when none was kept.")
