"""The settings of what several backends share."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

_MEBIBYTE = 1 << 20


class SharedSettings(BaseSettings):
    """How backends on one PostgreSQL (DATABASE_URL) share readings and rates; the part of `Settings` for it."""

    shared_seconds: float = Field(
        default=0.25,
        gt=0,
        le=600,
        description="Seconds that a reading waits for the PostgreSQL of DATABASE_URL, through which backends share "
        "unconfirmed readings and rates; then this process's own memory is used.",
    )
    shared_pending_count: int = Field(
        default=20_000,
        ge=1,
        le=10_000_000,
        description="Most predictions of all backends that wait in that database; the oldest is forgotten first.",
    )
    shared_pending_bytes: int = Field(
        default=1024 * _MEBIBYTE,
        ge=_MEBIBYTE,
        le=1 << 40,
        description="Most bytes of crops that wait there; the oldest is forgotten first.",
    )
