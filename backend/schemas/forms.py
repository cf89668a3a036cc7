"""The forms that requests carry: a photo to read, a verdict to keep."""

from __future__ import annotations

from fastapi import UploadFile
from pydantic import BaseModel, Field

from backend.reading.judged import ShownReading
from backend.reading.photos import Region, parse_region
from ocr_model.codes.verdict import VerdictError, VerdictStatus, checked_line
from ocr_model.reading.prediction import ModelInfo


class _RegionForm(BaseModel):
    box: str | None = Field(
        default=None,
        description="Region to read: x,y,width,height in whole pixels of the upright, turned picture.",
        examples=["120,80,640,150"],
    )
    turn: int = Field(
        default=0,
        ge=0,
        le=3,
        description="Quarter turns clockwise, after the picture's own orientation was applied.",
    )

    def region(self) -> Region:
        """Return the region that `box` and `turn` describe.

        Raises:
            Problem: 422, when the box is not four whole numbers.
        """
        return parse_region(self.box, self.turn)


class PhotoForm(_RegionForm):
    """A photo, or a region of it, to read."""

    image: UploadFile = Field(description="JPEG, PNG, WebP or HEIC; recognised by content, never by name.")


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
    image: UploadFile | None = Field(
        default=None, description="The picture again; needed only when this backend no longer has it."
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

    def shown(self) -> ShownReading:
        """Return the reading that the shopper saw, as far as the form tells.

        Raises:
            VerdictError: an acceptance lacks the accepted text, or the text cannot be on a tag.
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
            None if text is None else checked_line(text),
            self.read_confidence,
            ModelInfo(self.model_name, self.model_version),
        )
