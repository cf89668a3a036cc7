from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.clock import stamp

AT = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "told"),
    [("Asia/Seoul", "2026-06-02 05:30"), ("UTC", "2026-06-01 20:30"), ("no/where", "2026-06-01 20:30")],
)
def test_times_are_told_on_the_readers_clock(timezone: str, told: str) -> None:
    assert stamp(AT, timezone) == told
    assert stamp(AT.replace(tzinfo=None), timezone) == told
