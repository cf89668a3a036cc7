"""The answer to a product code: offers and searches."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from backend.prices.provider import ReasonKind


class ProductBody(BaseModel):
    """An offer of a shop."""

    name: str
    image: str | None = Field(description="Address of a picture.")
    price: int | None = Field(description="Whole units of the currency.")
    currency: str = Field(description="ISO 4217.")
    mall: str
    url: str = Field(description="http or https only.")
    provider: str
    fetched_at: datetime
    is_match: bool = Field(description="False: the title does not hold the code; possibly another product.")


class NoPriceBody(BaseModel):
    """Why there is no product."""

    kind: ReasonKind
    message: str


class SearchBody(BaseModel):
    """A ready-made search for the code."""

    name: str
    url: str


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
                        }
                    ],
                    "reason": None,
                    "searches": _SEARCHES,
                },
                {
                    "code": "CW2288-111",
                    "products": [],
                    "reason": {"kind": "no_key", "message": "No key for Naver Shopping is set."},
                    "searches": _SEARCHES,
                },
            ]
        }
    )

    code: str = Field(description="The code that was asked for, normalised.")
    products: list[ProductBody] = Field(description="Certain matches first, then by price.")
    reason: NoPriceBody | None = Field(default=None, description="Why there is no product; null if there is.")
    searches: list[SearchBody]
