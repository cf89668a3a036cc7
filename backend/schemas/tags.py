"""The answer to a whole photo: its lines, barcodes and tag cards."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from backend.schemas.readings import Probability, ReadingBody
from ocr_model.tags.tag import Role

PointBody = tuple[float, float]
CornersBody = tuple[PointBody, PointBody, PointBody, PointBody]


class LineBody(ReadingBody):
    """A line of text on the photo: a reading that waits for the shopper's verdict."""

    role: Role = Field(description="What the line says.")
    korean: str = Field(
        description="The whole line where it holds Korean words; `text` is of the print beside them. Else empty.",
        examples=["품번: CW2288-111"],
    )
    corners: CornersBody = Field(
        description="x and y in pixels of the upright, turned photo, in the line's own reading direction: upper left, "
        "upper right, lower right, lower left. The label request sends them back with the picture."
    )
    turn: int = Field(ge=0, le=3, description="Clockwise quarter turns that put the line upright; as `turn_found`.")


class BarcodeBody(BaseModel):
    """A barcode or QR code on the photo."""

    format: str = Field(description="As EAN-13, UPC-A, EAN-8, Code 128, Code 39, ITF, QR Code, Data Matrix.")
    text: str = Field(description="Its content; the digits of a retail code.")
    corners: CornersBody = Field(description="As of a line.")
    code: str | None = Field(
        description="The code that shoppers confirmed beside this number most often; null if none."
    )
    agrees: bool | None = Field(
        description="Whether the digits printed at the bars say the same, give or take one; null where none are read."
    )


class FieldBody(BaseModel):
    """A field of a tag."""

    value: str = Field(description="As one would write it.", examples=["CW2288-111"])
    unit: str = Field(description="Of a size: KR, EU, US, UK, CM; of a price: KRW, USD ...; else empty.")
    confidence: Probability = Field(description="Of the reading of the value's line.")
    lines: list[int] = Field(description="Indices of the lines that say so: of the value, and of the field's name.")


class CardBody(BaseModel):
    """The fields of one tag on the photo; null or empty where not found."""

    code: FieldBody | None
    brand: FieldBody | None
    sizes: list[FieldBody] = Field(description="One for each unit.")
    colour: FieldBody | None
    price: FieldBody | None
    barcodes: list[int] = Field(description="Indices of its barcodes.")
    lines: list[int] = Field(description="Indices of its lines.")


class TagMillisecondsBody(BaseModel):
    """Where the time went."""

    decode: float = Field(description="From the file's bytes to upright pixels.")
    find: float = Field(description="Looking for lines on the whole photo.")
    closer: float = Field(description="Looking closer where text is small.")
    read: float = Field(description="Reading the lines.")
    barcodes: float
    cards: float = Field(description="Roles and cards.")
    total: float = Field(description="Everything from the complete upload to the answer, waiting included.")


_LINE: JsonDict = {
    "id": "kQ3vZ0u8x1dJr5nB2cYwLm7T",
    "text": "CW2288-111",
    "code": "CW2288-111",
    "confidence": 0.97,
    "characters": [{"text": "C", "confidence": 0.99}],
    "candidates": [{"text": "CW2288-l11", "code": "CW2288-L11", "confidence": 0.01}],
    "formats": [{"brand": "Nike", "name": "style", "code": "CW2288-111"}],
    "picture_text": None,
    "model": {"name": "trba", "version": "1.0"},
    "turn_found": 0,
    "proof": "1.eyJhdCI6MTc2OTg1MDAwMH0.0p3mYb1yK0s1yqU5o0Jb3m1G2wq5m8cYt0QfY3o2v6E",
    "expires_at": "2026-01-31T09:10:00Z",
    "role": "code",
    "korean": "",
    "corners": [[812.5, 401.0], [1420.0, 398.25], [1420.375, 466.5], [812.875, 469.25]],
    "turn": 0,
}
_TAG: JsonDict = {
    "width": 4032,
    "height": 3024,
    "lines": [_LINE],
    "barcodes": [
        {
            "format": "EAN-13",
            "text": "0194500874886",
            "corners": [[800.0, 600.0], [1400.0, 600.0], [1400.0, 750.0], [800.0, 750.0]],
            "code": "CW2288-111",
            "agrees": None,
        }
    ],
    "cards": [
        {
            "code": {"value": "CW2288-111", "unit": "", "confidence": 0.97, "lines": [0]},
            "brand": {"value": "Nike", "unit": "", "confidence": 0.97, "lines": [0]},
            "sizes": [],
            "colour": None,
            "price": None,
            "barcodes": [0],
            "lines": [0],
        }
    ],
    "first_line": 0,
    "milliseconds": {
        "decode": 180.2,
        "find": 160.4,
        "closer": 310.0,
        "read": 240.8,
        "barcodes": 90.1,
        "cards": 4.0,
        "total": 991.3,
    },
}


class TagBody(BaseModel):
    """Everything that is read on a whole photo."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TAG]})

    width: int = Field(description="Of the upright, turned photo, in pixels.")
    height: int
    lines: list[LineBody] = Field(description="From top to bottom.")
    barcodes: list[BarcodeBody]
    cards: list[CardBody] = Field(description="One for each tag, the likeliest first.")
    first_line: int | None = Field(
        description="Index of the line to show first: that of the first card's code, else the likeliest with a code."
    )
    milliseconds: TagMillisecondsBody


class LineEventBody(LineBody):
    """The likeliest code, while other lines are still to be read."""

    event: Literal["line"] = "line"


class TagEventBody(TagBody):
    """The whole answer, the last line of the stream."""

    event: Literal["tag"] = "tag"
