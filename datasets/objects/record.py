"""Records: immutable objects that are stored as canonical JSON and checked when they are read.

A stored object is a record. The values inside it that come in large numbers (labels, entries of a version) are plain
frozen dataclasses with slots, which take a fifth of the memory; pydantic checks their fields as well while it reads.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer, ValidationError

from datasets.objects.canonical import canonical_json

_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # every time zone can show a time of these years


def _to_utc(time: datetime) -> datetime:
    try:
        utc = time.astimezone(UTC)
    except OverflowError:
        utc = time
    if not _FIRST_YEAR <= utc.year <= _LAST_YEAR:
        raise ValueError(f"a time lies in the years {_FIRST_YEAR} to {_LAST_YEAR}, not in {utc.year}")
    return utc


UtcTime = Annotated[AwareDatetime, AfterValidator(_to_utc), PlainSerializer(datetime.isoformat, return_type=str)]
"""A time with a time zone, held in UTC and written as `2026-05-04T12:30:00+00:00`."""


class Record(BaseModel):
    """A value of the store. Reading ignores unknown fields, which newer programs may have written."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    def to_bytes(self) -> bytes:
        """Serialise to canonical JSON, with a newline at the end."""
        return canonical_json(self.model_dump(mode="json")) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read and check the bytes that `to_bytes` wrote, in this or an earlier release.

        Raises:
            ValueError: the bytes are no JSON, or a field is missing or has a wrong type or value. The message is one
                line that names the fields.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise ValueError(one_line(error)) from None
        except OverflowError as error:  # a validator has met a number or a time beyond what Python can hold
            raise ValueError(str(error)) from None


def one_line(error: ValidationError) -> str:
    """The fields that were refused, and why, on one line."""
    found = error.errors(include_url=False, include_context=False)
    return "; ".join(
        (".".join(map(str, wrong["loc"])) + ": " if wrong["loc"] else "")
        + wrong["msg"]
        + (f", not {wrong['input']!r:.80}" if wrong["loc"] and not isinstance(wrong["input"], dict | list) else "")
        for wrong in found
    )
