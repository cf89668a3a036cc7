"""The bodies that the service answers with, as documented in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.prices.provider import ReasonKind

__all__ = [
    "CandidateBody",
    "CharacterBody",
    "DeletedBody",
    "FormatBody",
    "HealthBody",
    "LabelBody",
    "MillisecondsBody",
    "ModelBody",
    "ModelNameBody",
    "PredictionBody",
    "ProductBody",
    "ProductsBody",
    "ReasonBody",
    "SearchBody",
]

Probability = Annotated[float, Field(ge=0, le=1)]


class CharacterBody(BaseModel):
    """One character of the line as read."""

    text: str = Field(description="Exactly one character.")
    confidence: Probability = Field(description="Probability of this character alone; for tinting.")


class CandidateBody(BaseModel):
    """Another reading of the same crop."""

    text: str = Field(description="The whole line.")
    code: str = Field(description="What one would search for.")
    confidence: Probability = Field(description="Calibrated probability that this whole line is right.")


class FormatBody(BaseModel):
    """A brand whose code format the line fits."""

    brand: str
    name: str = Field(description="Tells the formats of one brand apart.")
    code: str = Field(description="The code in this brand's usual spelling.")


class ModelNameBody(BaseModel):
    """Which model has read."""

    name: str
    version: str


class MillisecondsBody(BaseModel):
    """Where the time went."""

    decode: float = Field(description="From the file's bytes to upright pixels.")
    crop: float = Field(description="Turning and cutting.")
    recognize: float = Field(description="Reading.")
    total: float = Field(description="Everything from the complete upload to the answer, waiting included.")


def _examples(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": list(examples)})


_PREDICTION = {
    "id": "kQ3vZ0u8x1dJr5nB2cYwLm7T",
    "text": "ART GW2871",
    "code": "GW2871",
    "confidence": 0.94,
    "characters": [{"text": "A", "confidence": 0.99}, {"text": "R", "confidence": 0.99}],
    "candidates": [{"text": "ART GW287I", "code": "GW287I", "confidence": 0.03}],
    "formats": [{"brand": "adidas", "name": "article", "code": "GW2871"}],
    "model": {"name": "trba", "version": "1.0"},
    "milliseconds": {"decode": 4.1, "crop": 0.2, "recognize": 14.8, "total": 21.0},
    "turn_found": 0,
    "expires_at": "2026-01-31T09:10:00Z",
}


class PredictionBody(BaseModel):
    """A reading that waits for the shopper's verdict."""

    model_config = _examples(_PREDICTION)

    id: str = Field(description="Cannot be guessed; the label request needs it.")
    text: str = Field(description="Everything printed on the line; empty when there is no text.")
    code: str = Field(description="What to search for; empty when there is nothing.")
    confidence: Probability = Field(
        description="Calibrated probability that the whole text is right; if empty: that there is none."
    )
    characters: list[CharacterBody]
    candidates: list[CandidateBody] = Field(description="Other readings, the best first; at most five.")
    formats: list[FormatBody] = Field(description="Brands that print such codes; may be several or none.")
    model: ModelNameBody
    milliseconds: MillisecondsBody
    turn_found: int = Field(
        default=0, ge=0, le=3, description="Clockwise quarter turns, after `turn`, that put the text upright."
    )
    expires_at: datetime = Field(description="Until then the label request need not carry the picture again.")


class LabelBody(BaseModel):
    """A verdict that is kept: crop and label are on the disk."""

    model_config = _examples(
        {
            "prediction_id": "kQ3vZ0u8x1dJr5nB2cYwLm7T",
            "sample": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "status": "corrected",
            "text": "ART GW2871",
            "code": "GW2871",
            "completed": True,
            "saved": True,
            "stored_at": "2026-01-31T09:01:12Z",
        }
    )

    prediction_id: str
    sample: str = Field(description="Names the crop by its pixels.")
    status: Literal["accepted", "corrected", "unreadable"]
    text: str = Field(description="The whole line that is kept (kept without its spaces).")
    code: str = Field(description="What to search for.")
    completed: bool = Field(description="Only the code was typed; the rest of the line was added.")
    saved: Literal[True] = True
    stored_at: datetime


class DeletedBody(BaseModel):
    """What an undo did."""

    model_config = _examples({"deleted": True})

    deleted: bool = Field(description="False when nothing was kept.")


class ProductBody(BaseModel):
    """Something that somebody sells."""

    name: str
    image: str | None = Field(description="Address of a picture.")
    price: int | None = Field(description="Whole units of the currency.")
    currency: str = Field(description="ISO 4217.")
    mall: str
    url: str = Field(description="http or https only.")
    provider: str
    fetched_at: datetime
    is_match: bool = Field(description="False: the title does not hold the code; possibly another product.")


class ReasonBody(BaseModel):
    """Why there is no product."""

    kind: ReasonKind
    message: str


class SearchBody(BaseModel):
    """A ready-made search for the code."""

    name: str
    url: str


_SEARCHES = [
    {"name": "Naver Shopping", "url": "https://search.shopping.naver.com/search/all?query=CW2288-111"},
    {"name": "KREAM", "url": "https://kream.co.kr/search?keyword=CW2288-111"},
    {"name": "Google", "url": "https://www.google.com/search?q=CW2288-111"},
]


class ProductsBody(BaseModel):
    """What is known about a code."""

    model_config = _examples(
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
    )

    code: str = Field(description="The code that was asked for, normalised.")
    products: list[ProductBody] = Field(description="Certain matches first, then by price.")
    reason: ReasonBody | None = Field(default=None, description="Why there is no product; null if there is.")
    searches: list[SearchBody]


class ModelBody(BaseModel):
    """The model that reads, and what it may be given."""

    model_config = _examples(
        {
            "name": "trba",
            "version": "1.0",
            "charset": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:()+& ",
            "image_formats": ["JPEG", "PNG", "WebP", "HEIC"],
            "image_max_bytes": 20971520,
            "image_max_pixels": 50000000,
        }
    )

    name: str
    version: str
    charset: str = Field(description="Every character that can be read and be corrected to.")
    image_formats: list[str]
    image_max_bytes: int
    image_max_pixels: int


class HealthBody(BaseModel):
    """Whether the process lives or is ready."""

    model_config = _examples({"status": "ok"})

    status: Literal["ok", "ready"]
