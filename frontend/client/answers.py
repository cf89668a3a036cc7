"""The backend's answers to shoppers, as models; an answer that is not as documented does not validate."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

LabelStatus = Literal["accepted", "corrected", "unreadable"]
# A text that the backend may leave out, or send as null.
Text = Annotated[str, BeforeValidator(lambda text: "" if text is None else text)]

_MOST_CANDIDATES = 5


class Answer(BaseModel):
    """A part of an answer; fields that are not used here are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


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
    return tuple(candidate for candidate in candidates if candidate.text)[:_MOST_CANDIDATES]


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
    milliseconds: Milliseconds


class Kept(Answer):
    """A label as the store holds it."""

    prediction_id: str
    status: LabelStatus
    text: Text = ""
    code: Text = ""
    completed: bool  # whether the backend added the rest of the line
    formats: tuple[BrandFormat, ...] = ()  # of the kept line


class Deletion(Answer):
    """The outcome of a request to delete a label."""

    deleted: bool  # False when nothing was kept


class Product(Answer):
    """An offer."""

    name: str
    image: Text = ""
    price: int | None = None  # whole units of `currency`; None when the shop names none
    currency: Text = ""  # "" is won
    mall: Text = ""
    url: Text = ""
    fetched_at: datetime | None = None
    is_match: bool


class SearchLink(Answer):
    """A ready-made search for the code."""

    name: str
    url: str


class NoPrice(Answer):
    """Why there are no offers."""

    kind: str


class PriceAnswer(Answer):
    """Offers for a code, or why there are none, and search links in any case."""

    code: str
    products: tuple[Product, ...]
    reason: NoPrice | None = None
    searches: tuple[SearchLink, ...]


class ModelInfo(Answer):
    """The model that reads."""

    # Confidence from which its readings may be believed unseen; None if it has not been measured.
    accept_threshold: float | None = None
