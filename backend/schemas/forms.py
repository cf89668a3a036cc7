"""The forms that requests carry: a photo to read, a verdict or a price to keep."""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus
from typing import Final

from fastapi import UploadFile
from pydantic import BaseModel, Field

from backend.http.problems import Problem
from backend.reading.judged import ShownReading
from backend.reading.photos import PhotoLine, Region
from backend.reading.proof import LONGEST_PROOF, ProvenReading
from ocr_model.codes.verdict import VerdictError, VerdictStatus
from ocr_model.domains.domain import Domain
from ocr_model.reading.image import Box
from ocr_model.reading.prediction import ModelInfo

_BOX = re.compile(r"\s*(-?\d{1,6})\s*,\s*(-?\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)
_NUMBER = r"\s*-?\d{1,6}(\.\d{1,20})?\s*"
_CORNERS = re.compile(rf"{_NUMBER}(,{_NUMBER}){{7}}", re.ASCII)
_UPLOAD: Final = "JPEG, PNG, WebP or HEIC; recognised by content, never by name."


class _TurnForm(BaseModel):
    turn: int = Field(
        default=0,
        ge=0,
        le=3,
        description="Quarter turns clockwise, after the picture's own orientation was applied.",
    )


class _RegionForm(_TurnForm):
    box: str | None = Field(
        default=None,
        description="Region to read: x,y,width,height in whole pixels of the upright, turned picture.",
        examples=["120,80,640,150"],
    )

    def region(self) -> Region:
        """Return the region that `box` and `turn` describe.

        Raises:
            Problem: 422, when the box is not four whole numbers.
        """
        return parse_region(self.box, self.turn)


class PhotoForm(_RegionForm):
    """A photo, or a region of it, to read."""

    image: UploadFile = Field(description=_UPLOAD)


class TagPhotoForm(_TurnForm):
    """A whole photo to read."""

    image: UploadFile = Field(description=_UPLOAD)


class PreviewForm(BaseModel):
    """A photo to show before it is read."""

    image: UploadFile = Field(description=_UPLOAD)
    longest_side: int = Field(
        default=1024,
        ge=16,
        le=1280,
        description="Most pixels of the preview's longer side; a smaller photo keeps its size.",
    )


class LabelForm(_RegionForm):
    """A verdict on a prediction. Picture and fields of the reading are for a backend that has forgotten them."""

    status: VerdictStatus = Field(description="The shopper's verdict.", examples=["corrected"])
    text: str | None = Field(
        default=None,
        max_length=256,
        description="The right line; required for `corrected`. Only the code of a longer line will do.",
        examples=["GW2871"],
    )
    read_text: str | None = Field(
        default=None,
        max_length=256,
        description="What had been read. Used only if this backend has forgotten it.",
    )
    read_confidence: float | None = Field(
        default=None, ge=0, le=1, description="Its confidence. Used only together with `read_text`."
    )
    model_name: str = Field(
        default="", max_length=100, description="Which model had read it. Used only together with `read_text`."
    )
    model_version: str = Field(default="", max_length=100, description="The version of that model.")
    proof: str = Field(
        default="",
        max_length=LONGEST_PROOF,
        description="The prediction's `proof`. A label that this backend cannot otherwise match to a reading counts as "
        "unproven without it.",
    )
    image: UploadFile | None = Field(
        default=None,
        description="The same picture again, with the same `box` and `turn`, or for a line of a photo with its "
        "`corners` and the photo's `turn`; needed only when this backend no longer has it.",
    )
    corners: str | None = Field(
        default=None,
        max_length=256,
        description="In place of the box: where a line of a photo was, x0,y0,...,x3,y3 as its `corners` say.",
        examples=["812.5,401,1420,398.25,1420.375,466.5,812.875,469.25"],
    )
    barcode: str = Field(
        default="",
        max_length=256,
        description="Content of a barcode on the same tag: a retail number is kept with the code, so that next time it "
        "finds the code. Undoing the label deletes the pair.",
    )
    whole: bool = Field(
        default=False,
        description="The text is all that the line says: no field name of the reading is put back around it.",
    )
    client: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="A random pseudonym of the shopper's browser; never an address or a name.",
    )

    def line(self) -> PhotoLine | None:
        """Return where the line of a photo was; None for a label of a box.

        Raises:
            Problem: 422, when the corners are not eight numbers, or there is a box as well.
        """
        if self.corners is None or not self.corners.strip():
            return None
        match = _CORNERS.fullmatch(self.corners)
        if match is None or self.box:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "bad-corners",
                "The corners do not fit the picture",
                "corners must be x0,y0,x1,y1,x2,y2,x3,y3 in pixels, without a box.",
            )
        a, b, c, d, e, f, g, h = (float(number) for number in self.corners.split(","))
        return PhotoLine(((a, b), (c, d), (e, f), (g, h)), self.turn)

    def agrees_with(self, proven: ProvenReading, domain: Domain) -> bool:
        """Whether the form tells no other text than the one that was read."""
        return self.read_text is None or domain.label(self.read_text) == domain.label(proven.text)

    def shown(self, domain: Domain) -> ShownReading:
        """Return the reading that the shopper saw, as far as the form tells.

        Raises:
            VerdictError: an acceptance lacks the accepted text, or the text cannot be right in this domain.
        """
        text = self.read_text
        if text is None and self.status == "accepted":
            # A new reading of the picture may differ from the one that the shopper accepted.
            if self.text is None:
                raise VerdictError("text-required", "accepted with a picture needs read_text.")
            text = self.text
        elif text is None and self.read_confidence is not None:
            text = ""  # The reading was "no text": an empty field of a form does not arrive.
        return ShownReading(
            None if text is None else domain.checked(text),
            self.read_confidence,
            ModelInfo(self.model_name, self.model_version),
        )


class TagPriceForm(BaseModel):
    """A price that stood on the tag, as the shopper has confirmed it."""

    price: Decimal = Field(gt=0, max_digits=11, decimal_places=2, description="As printed.", examples=["139000"])
    currency: str = Field(default="KRW", pattern=r"^[A-Z]{3}$", description="ISO 4217.")


def parse_region(box: str | None, turn: int) -> Region:
    """Return the region that a request's fields describe.

    Args:
        box: "x,y,width,height" in whole pixels; None or empty for the whole photo.
        turn: Quarter turns clockwise, 0 to 3.

    Raises:
        Problem: 422 when the box is not four whole numbers.
    """
    if box is None or not box.strip():
        return Region(None, turn)
    match = _BOX.fullmatch(box)
    if match is None:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "bad-box",
            "The box does not fit the picture",
            "box must be x,y,width,height in whole pixels, for example 120,80,640,150.",
        )
    x, y, width, height = (int(group) for group in match.groups())
    return Region(Box(x, y, width, height), turn)
