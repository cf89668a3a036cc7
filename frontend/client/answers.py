"""The backend's answers to shoppers, as models; an answer that is not as documented does not validate."""

from __future__ import annotations

import base64
import io
from datetime import datetime
from typing import Annotated, Final, Literal

from PIL import Image
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

LabelStatus = Literal["accepted", "corrected", "unreadable"]
# A text that the backend may leave out, or send as null.
Text = Annotated[str, BeforeValidator(lambda text: "" if text is None else text)]

# Most pixels of a preview's longer side, as the backend documents it.
_MOST_PREVIEW_PIXELS: Final = 1280
_MOST_CANDIDATES = 5
# A reading that is less likely than this is not offered: what one tap keeps should have a chance to be right.
_LEAST_CONFIDENCE = 0.03


class Answer(BaseModel):
    """A part of an answer; fields that are not used here are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _decoded(picture: object) -> Image.Image:
    """The picture in a preview, RGB; its header is checked first, so that no answer can fill this process."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(str(picture), validate=True)), formats=("JPEG",)) as small:
            if max(small.size) > _MOST_PREVIEW_PIXELS:
                raise ValueError(f"a preview of {small.width} x {small.height} pixels")
            return small.convert("RGB")
    except (OSError, SyntaxError) as error:  # Pillow's for damaged files
        raise ValueError(f"no picture: {error}") from error


class PhotoPreview(Answer):
    """A photo as the backend reads it, upright and small."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    width: int = Field(gt=0)  # of the upright photo in original pixels
    height: int = Field(gt=0)
    picture: Annotated[Image.Image, BeforeValidator(_decoded)]  # RGB


class ModelName(Answer):
    """Which model read; as text, its full name."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Character(Answer):
    """One character and the probability that it is right."""

    text: str
    confidence: float


class Candidate(Answer):
    """Another reading of the same crop."""

    text: str
    code: str
    confidence: float


class BrandFormat(Answer):
    """A brand whose code format fits."""

    brand: str
    name: str
    code: str


class Milliseconds(Answer):
    """How long the backend took."""

    total: float = 0.0


def _offered(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    likely = (each for each in candidates if each.text and each.confidence >= _LEAST_CONFIDENCE)
    return tuple(likely)[:_MOST_CANDIDATES]


class Reading(Answer):
    """A reading: `text` is "" where the recognizer found none; confidences are probabilities."""

    id: str
    text: str
    code: str
    confidence: float
    characters: tuple[Character, ...]
    candidates: Annotated[tuple[Candidate, ...], AfterValidator(_offered)]
    formats: tuple[BrandFormat, ...]
    picture_text: str | None = None  # the best reading by the picture alone, where the formats decided for another one
    model: ModelName
    milliseconds: Milliseconds = Milliseconds()
    proof: str = ""  # the backend's signature of all this, for the label; "" from a backend that signs nothing


class Kept(Answer):
    """A label as the store holds it."""

    prediction_id: str
    status: LabelStatus
    text: Text = ""
    code: Text = ""
    completed: bool  # whether the backend added the rest of the line
    formats: tuple[BrandFormat, ...] = ()  # of the kept line


class Deletion(Answer):
    """The outcome of a request to delete a label, or the price beside it."""

    deleted: bool  # False when nothing was kept


class TagPrice(Answer):
    """A price seen on a tag, as it is kept."""

    code: str


class Product(Answer):
    """An offer, or a price that a shopper has seen on a tag."""

    name: str
    image: Text = ""
    price: int | float | None = None  # in `currency`, never converted; None when the shop names none
    currency: Text = ""  # "" is won
    mall: Text = ""
    url: Text = ""
    provider: Text = ""  # the source of the offer, such as "StockX"
    fetched_at: datetime | None = None  # of a price on a tag only the day counts, in UTC
    is_match: bool
    size: Text = ""  # of the shoe that costs this; "" when the price is for all
    source: str = "shop"  # "tag" for a price on a tag


class SearchLink(Answer):
    """A ready-made search for the code."""

    name: str
    url: str


class NoPrice(Answer):
    """Why there are no offers."""

    kind: str
    provider: Text = ""  # the source that failed; "" when all have answered


class MissingOffers(Answer):
    """A source whose offers are missing for the moment."""

    provider: str


class PriceAnswer(Answer):
    """Offers for a code, or why there are none, and search links in any case."""

    code: str
    formats: tuple[BrandFormat, ...] = ()  # that the code fits
    products: tuple[Product, ...]
    reason: NoPrice | None = None
    missing: tuple[MissingOffers, ...] = ()
    searches: tuple[SearchLink, ...]


class ModelInfo(Answer):
    """The model that reads."""

    # Confidence from which its readings may be believed unseen; None if it has not been measured.
    accept_threshold: float | None = None
