"""The answers to a verdict and to its undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.schemas.readings import FormatBody
from ocr_model.codes.verdict import VerdictStatus


class LabelBody(BaseModel):
    """A verdict that is kept: crop and label are on the disk."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "prediction_id": "kQ3vZ0u8x1dJr5nB2cYwLm7T",
                    "sample": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "status": "corrected",
                    "text": "ART GW2871",
                    "code": "GW2871",
                    "formats": [{"brand": "adidas", "name": "article", "code": "GW2871"}],
                    "completed": True,
                    "barcode": None,
                    "saved": True,
                    "proven": True,
                    "stored_at": "2026-01-31T09:01:12Z",
                }
            ]
        }
    )

    prediction_id: str
    sample: str = Field(description="Names the crop by its pixels.")
    status: VerdictStatus = Field(
        description="As it is kept: a correction that says what was read is kept as accepted."
    )
    text: str = Field(description="The whole line that is kept (kept without its spaces).")
    code: str = Field(description="The code to search for.")
    formats: list[FormatBody] = Field(
        default_factory=list, description="Brands that print such codes; may be several or none."
    )
    completed: bool = Field(description="Only the code was typed; the rest of the line was added.")
    barcode: str | None = Field(
        default=None, description="The retail number that is kept with the code; null if none is."
    )
    saved: Literal[True] = True
    proven: bool = Field(
        description="False where nothing shows that this service had read the crop; such a label waits for the team."
    )
    stored_at: datetime


class DeletedBody(BaseModel):
    """The outcome of an undo."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"deleted": True}]})

    deleted: bool = Field(description="False when nothing was kept.")
