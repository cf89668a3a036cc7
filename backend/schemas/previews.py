"""The answer to a photo that is to be shown: the photo upright and small."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PreviewBody(BaseModel):
    """A photo as it is read, small: upright, transparency on a backdrop, 8 bits; nothing of the file but pixels."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"width": 3024, "height": 4032, "media_type": "image/jpeg", "picture": "/9j/4AAQSkZJRg=="}]
        }
    )

    width: int = Field(description="Width of the upright photo; the boxes of readings are in its pixels.")
    height: int = Field(description="Its height.")
    media_type: Literal["image/jpeg"] = "image/jpeg"
    picture: str = Field(description="The small picture: a file in base64.", json_schema_extra={"format": "byte"})
