"""Reasons as data: a kind, and the values that fill its sentence. They are worded where people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Reason(BaseModel):
    """Why something was decided, asked for, or failed.

    A stored text becomes a reason of kind `words`, so that the texts of earlier releases and of people stay readable.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: str
    values: Mapping[str, ReasonValue] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, stored: object) -> object:
        return {"kind": "words", "values": {"text": stored}} if isinstance(stored, str) else stored

    @classmethod
    def words(cls, text: str) -> Reason:
        """A reason in a person's own words."""
        return cls(kind="words", values={"text": text})


ReasonValue: TypeAlias = "str | int | float | Reason | None"
Reason.model_rebuild()
