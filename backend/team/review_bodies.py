"""The bodies of the routes by which the team gives second looks, as documented in OpenAPI."""

from __future__ import annotations

from pydantic import BaseModel, Field

from backend.schemas import ModelNameBody, Probability
from backend.team.explore_bodies import FoundBody
from datasets.samples.review import Reason


class ReviewItemBody(BaseModel):
    """A picture whose labels wait for a second look; a second look at any of them settles it."""

    sample: str = Field(description="Names the crop.")
    reasons: list[Reason] = Field(description="Why it waits; a contradiction first.")
    labels: list[FoundBody] = Field(description="All labels of the crop that count, the latest first.")


class ReviewBody(BaseModel):
    """Pictures that wait for a second look."""

    waiting: int
    items: list[ReviewItemBody] = Field(description="The one with the latest label first.")


class ReadingNowBody(BaseModel):
    """How the model that serves now reads a confirmed crop."""

    text: str
    confidence: Probability
    model: ModelNameBody
