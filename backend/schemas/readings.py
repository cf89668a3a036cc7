"""The answer to a photo: the reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from backend.reading.pending import PendingPrediction

# A recognizer of lines gives at most five; one of single characters all that there are.
_MOST_CANDIDATES = 10

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
    "proof": "1.eyJhdCI6MTc2OTg1MDAwMH0.0p3mYb1yK0s1yqU5o0Jb3m1G2wq5m8cYt0QfY3o2v6E",
    "expires_at": "2026-01-31T09:10:00Z",
}


class ReadingBody(BaseModel):
    """A reading that waits for the shopper's verdict."""

    id: str = Field(description="Cannot be guessed; the label request needs it.")
    text: str = Field(description="Everything printed on the line; empty when there is no text.")
    code: str = Field(description="The code to search for; empty when there is none.")
    confidence: Probability = Field(
        description="Calibrated probability that the whole text is right; if empty: that there is none."
    )
    characters: list[CharacterBody]
    candidates: list[CandidateBody] = Field(
        description="Other readings, the best first; at most five, or of a single character all."
    )
    formats: list[FormatBody] = Field(description="Brands that print such codes; may be several or none.")
    picture_text: str | None = Field(
        default=None,
        description="What the picture alone says, where the brands' formats decided for another reading; else null.",
    )
    model: ModelNameBody
    turn_found: int = Field(
        default=0, ge=0, le=3, description="Clockwise quarter turns, after `turn`, that put the text upright."
    )
    proof: str = Field(
        description="Shows a backend that has forgotten this prediction what was read. Opaque; the label request sends "
        "it back."
    )
    expires_at: datetime = Field(description="Until then the label request need not carry the picture again.")


class PredictionBody(ReadingBody):
    """The reading of a crop."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PREDICTION]})

    milliseconds: MillisecondsBody


def reading_values(pending: PendingPrediction, proof: str, turn_found: int) -> dict[str, Any]:
    """Return the values of a `ReadingBody`.

    Args:
        pending: The reading.
        proof: Its proof.
        turn_found: Clockwise quarter turns that put the text upright.
    """
    prediction = pending.prediction
    return {
        "id": pending.id,
        "text": prediction.text,
        "code": prediction.code,
        "confidence": prediction.confidence,
        "characters": [
            CharacterBody.model_validate(character, from_attributes=True) for character in prediction.characters
        ],
        "candidates": [
            CandidateBody.model_validate(candidate, from_attributes=True)
            for candidate in prediction.candidates
            if candidate.text != prediction.text
        ][:_MOST_CANDIDATES],
        "formats": [FormatBody.model_validate(match, from_attributes=True) for match in prediction.formats],
        "picture_text": prediction.picture_text,
        "model": ModelNameBody.model_validate(prediction.model, from_attributes=True),
        "turn_found": turn_found,
        "proof": proof,
        "expires_at": pending.expires_at,
    }
