"""What the routes of PINs take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

_LONGEST = 16


def _plain(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or not plain.isprintable():
        raise ValueError("a name has letters")
    return plain


Holder = Annotated[str, AfterValidator(_plain), Field(max_length=100, description="Whose PIN it is.", examples=["Kim"])]
Pin = Annotated[str, Field(max_length=_LONGEST, description="Four digits.", examples=["4071"])]


class PinForm(BaseModel):
    """A PIN to compare with the one that is kept."""

    holder: Holder
    pin: Pin


class PinKeepingForm(PinForm):
    """A PIN to keep."""

    present: Pin | None = Field(default=None, description="The PIN until now, if there is one.")


class PinKeptBody(BaseModel):
    """A PIN is kept."""

    kept: bool


class PinCheckedBody(BaseModel):
    """The outcome of a comparison."""

    is_right: bool = Field(description="Whether the PIN is the one that is kept; false where none is.")
