"""Which model reads, and how a challenger compares with it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.reading.watch_failure import FailureKind
from backend.schemas.readings import ModelNameBody, Probability


class ChampionBody(BaseModel):
    """An entry of the store's history of champions (or of challengers in shadow)."""

    number: int = Field(description="Its place in the history; the highest is the present one.")
    model: str = Field(description="Names the model by its content: the SHA-256 of its description.")
    dataset_version: str | None = Field(default=None, description="Dataset version that it was trained on, if known.")
    promoted_at: datetime


class ChampionFailureBody(BaseModel):
    """Why the store's champion (or challenger) could not be taken; the model before goes on reading."""

    number: int | None = Field(description="The entry; null when the store did not name one.")
    kind: FailureKind
    message: str
    at: datetime = Field(description="When it was noticed first.")
    resolved: bool = Field(description="Whether it has been taken since.")


class ModelBody(BaseModel):
    """The model that reads, and the pictures and characters that it takes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
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
            ]
        }
    )

    name: str
    version: str
    charset: str = Field(description="Every character that can be read and be corrected to.")
    accept_threshold: float | None = Field(
        description="Confidence from which a reading may be accepted without asking; null if it has not been measured."
    )
    image_formats: list[str]
    image_max_bytes: int
    image_max_pixels: int
    serving_since: datetime = Field(description="When this model began to read on this backend.")
    champion: ChampionBody | None = Field(description="Which of the store's champions it is; null: the shipped model.")
    is_behind: bool = Field(description="The store names another champion, which could not be taken yet.")
    last_failure: ChampionFailureBody | None = Field(
        default=None, description="The latest reason why a champion could not be taken."
    )


class ShadowConfidenceBody(BaseModel):
    """Mean confidence on the crops that both have read."""

    champion: Probability | None = Field(description="Null before the first crop.")
    challenger: Probability | None


class ShadowLabelsBody(BaseModel):
    """Confirmed crops by the models that had read them right, by letters and digits."""

    both: int
    champion: int = Field(description="The champion alone.")
    challenger: int = Field(description="The challenger alone.")
    neither: int


class ShadowBody(BaseModel):
    """A challenger's readings beside the champion's, unseen by shoppers; counted by this backend alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
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
            ]
        }
    )

    challenger: ModelNameBody | None = Field(description="Null: no challenger reads in shadow.")
    entry: ChampionBody | None = Field(description="The entry of the store that names it.")
    since: datetime | None
    champion: ModelNameBody | None = Field(description="The champion beside it; null before the first crop.")
    same: int = Field(description="Crops where both read the same line.")
    different: int
    dropped: int = Field(description="Crops left out because the queue was full.")
    failed: int = Field(description="Crops that the challenger failed on.")
    confidence: ShadowConfidenceBody
    labels: ShadowLabelsBody
    last_failure: ChampionFailureBody | None = Field(
        default=None, description="The latest reason why it could not be taken."
    )


class CanarySideBody(BaseModel):
    """What became of one side's readings since the challenger began, on this backend alone."""

    read: int = Field(description="Crops and lines read.")
    failed: int = Field(description="Readings that failed; the champion has read them again.")
    confirmed: int = Field(description="Labels, the corrected ones among them; without unreadable crops.")
    corrected: int


class CanaryReturnBody(BaseModel):
    """Why a challenger answers no more."""

    challenger: ModelNameBody
    entry: int = Field(description="The entry of the store that had named it.")
    why: Literal["corrections", "failures"]
    at: datetime
    champion_counts: CanarySideBody = Field(description="As they were then.")
    challenger_counts: CanarySideBody


class CanaryBody(BaseModel):
    """A challenger that answers a share of requests; counted by this backend alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "challenger": {"name": "trba", "version": "1.1"},
                    "entry": {
                        "number": 2,
                        "model": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                        "dataset_version": None,
                        "promoted_at": "2026-01-31T02:59:58Z",
                    },
                    "since": "2026-01-31T03:00:02Z",
                    "share": 0.05,
                    "band": 0.02,
                    "champion_counts": {"read": 950, "failed": 0, "confirmed": 410, "corrected": 31},
                    "challenger_counts": {"read": 52, "failed": 0, "confirmed": 24, "corrected": 2},
                    "returned": None,
                    "last_failure": None,
                }
            ]
        }
    )

    challenger: ModelNameBody | None = Field(description="Null: the champion answers all requests.")
    entry: ChampionBody | None = Field(description="The entry of the store that names it.")
    since: datetime | None
    share: Probability = Field(description="Share of requests that a challenger answers.")
    band: Probability = Field(description="How far its corrections or failures may be above the champion's.")
    champion_counts: CanarySideBody
    challenger_counts: CanarySideBody
    returned: CanaryReturnBody | None = Field(
        description="The last challenger that was taken back here, until another one begins."
    )
    last_failure: ChampionFailureBody | None = Field(
        default=None, description="The latest reason why one could not be taken."
    )
