"""Times in the time zone of the reader's browser."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def local(at: datetime, timezone: str | None) -> datetime:
    """The time in the browser's zone; a time without a zone is taken as UTC, and so is a zone that does not exist."""
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    try:
        return at.astimezone(ZoneInfo(timezone or "Asia/Seoul"))
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(UTC)


def stamp(at: datetime, timezone: str | None) -> str:
    """Date and time for a table."""
    return local(at, timezone).strftime("%Y-%m-%d %H:%M")
