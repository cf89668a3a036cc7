"""The answer to a photo: the reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Probability = Annotated[float, Field(ge=0, le=1)]


class CharacterBody(BaseModel):
    """One character of the line as read."""

    text: str = Field(description="Exactly one character.")
    confidence: Probability = Field(description="Probability of this character alone; for tinting.")


class CandidateBody(BaseModel):
    """Another reading of the same crop."""

    text: str = Field(description="The whole line.")
    code: str = Field(description="The code to search for.")
    confidence: Probability = Field(description="Calibrated probability that this whole line is right.")


class FormatBody(BaseModel):
    """A brand whose code format the line fits."""

    brand: str
    name: str = Field(description="Tells the formats of one brand apart.")
    code: str = Field(description="The code in this brand's usual spelling.")


class ModelNameBody(BaseModel):
    """The model that has read."""

    name: str
    version: str


class MillisecondsBody(BaseModel):
    """Where the time went."""

    decode: float = Field(description="From the file's bytes to upright pixels.")
    crop: float = Field(description="Turning and cutting.")
    recognize: float = Field(description="Reading.")
    total: float = Field(description="Everything from the complete upload to the answer, waiting included.")


_PREDICTION: JsonDict = {
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

    model_config = ConfigDict(json_schema_extra={"examples": [_PREDICTION]})

    id: str = Field(description="Cannot be guessed; the label request needs it.")
    text: str = Field(description="Everything printed on the line; empty when there is no text.")
    code: str = Field(description="The code to search for; empty when there is none.")
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
