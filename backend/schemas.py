"""The bodies that the service answers with, as documented in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.prices.provider import ReasonKind

__all__ = [
    "CandidateBody",
    "ChampionBody",
    "ChampionFailureBody",
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
    "ShadowBody",
    "ShadowConfidenceBody",
    "ShadowLabelsBody",
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
    picture_text: str | None = Field(
        default=None,
        description="What the picture alone says, where the brands' formats decided for another reading; else null.",
    )
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
            "formats": [{"brand": "adidas", "name": "article", "code": "GW2871"}],
            "completed": True,
            "saved": True,
            "stored_at": "2026-01-31T09:01:12Z",
        }
    )

    prediction_id: str
    sample: str = Field(description="Names the crop by its pixels.")
    status: Literal["accepted", "corrected", "unreadable"] = Field(
        description="As it is kept: a correction that says what was read is kept as accepted."
    )
    text: str = Field(description="The whole line that is kept (kept without its spaces).")
    code: str = Field(description="What to search for.")
    formats: list[FormatBody] = Field(
        default_factory=list, description="Brands that print such codes; may be several or none."
    )
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


class ChampionBody(BaseModel):
    """An entry of the store's history of champions (or of challengers in shadow)."""

    number: int = Field(description="Its place in the history; the highest is the present one.")
    model: str = Field(description="Names the model by its content: the SHA-256 of its description.")
    dataset_version: str | None = Field(default=None, description="What it was trained on, if that is known.")
    promoted_at: datetime


class ChampionFailureBody(BaseModel):
    """Why the store's champion (or challenger) could not be taken; what read before goes on."""

    number: int | None = Field(description="Which entry; null when the store did not say which one it is.")
    kind: Literal["store-unavailable", "missing", "damaged", "no-room", "misreads", "unexpected"]
    message: str
    at: datetime = Field(description="When it was noticed first.")
    resolved: bool = Field(description="Whether it has gone well since.")


class ModelBody(BaseModel):
    """The model that reads, and what it may be given."""

    model_config = _examples(
        {
            "name": "trba",
            "version": "1.0",
            "charset": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./#:()+& ",
            "accept_threshold": 0.98,
            "image_formats": ["JPEG", "PNG", "WebP", "HEIC"],
            "image_max_bytes": 20971520,
            "image_max_pixels": 50000000,
            "serving_since": "2026-01-31T03:00:02Z",
            "champion": {
                "number": 3,
                "model": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "dataset_version": "v3.0",
                "promoted_at": "2026-01-31T02:59:58Z",
            },
            "is_behind": False,
            "last_failure": None,
        }
    )

    name: str
    version: str
    charset: str = Field(description="Every character that can be read and be corrected to.")
    accept_threshold: float | None = Field(
        description="Confidence from which a reading may be accepted without asking; null if nobody has measured one."
    )
    image_formats: list[str]
    image_max_bytes: int
    image_max_pixels: int
    serving_since: datetime = Field(description="When this model began to read on this backend.")
    champion: ChampionBody | None = Field(description="Which of the store's champions it is; null: the shipped model.")
    is_behind: bool = Field(description="The store names another champion, which could not be taken yet.")
    last_failure: ChampionFailureBody | None = Field(
        default=None, description="Why a champion could not be taken, the last time."
    )


class ShadowConfidenceBody(BaseModel):
    """Mean confidence on the crops that both have read."""

    champion: Probability | None = Field(description="Null before the first crop.")
    challenger: Probability | None


class ShadowLabelsBody(BaseModel):
    """Who had read what a shopper has confirmed or corrected, by letters and digits."""

    both: int
    champion: int = Field(description="The champion alone.")
    challenger: int = Field(description="The challenger alone.")
    neither: int


class ShadowBody(BaseModel):
    """What a challenger reads beside the champion, without anybody seeing it; counted by this backend alone."""

    model_config = _examples(
        {
            "challenger": {"name": "trba", "version": "1.1"},
            "entry": {
                "number": 2,
                "model": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                "dataset_version": None,
                "promoted_at": "2026-01-31T02:59:58Z",
            },
            "since": "2026-01-31T03:00:02Z",
            "champion": {"name": "trba", "version": "1.0"},
            "same": 96,
            "different": 4,
            "dropped": 2,
            "failed": 0,
            "confidence": {"champion": 0.91, "challenger": 0.93},
            "labels": {"both": 40, "champion": 0, "challenger": 3, "neither": 1},
            "last_failure": None,
        }
    )

    challenger: ModelNameBody | None = Field(description="Null: nobody reads in shadow.")
    entry: ChampionBody | None = Field(description="The entry of the store that names it.")
    since: datetime | None
    champion: ModelNameBody | None = Field(description="With whom it is compared; null before the first crop.")
    same: int = Field(description="Crops where both read the same line.")
    different: int
    dropped: int = Field(description="Crops left out because there was too much to do.")
    failed: int = Field(description="Crops that the challenger failed on.")
    confidence: ShadowConfidenceBody
    labels: ShadowLabelsBody
    last_failure: ChampionFailureBody | None = Field(
        default=None, description="Why it could not be taken, the last time."
    )


class HealthBody(BaseModel):
    """Whether the process lives or is ready."""

    model_config = _examples({"status": "ok"})

    status: Literal["ok", "ready"]
