"""The type of a clock, so that tests can set the time."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
"""Returns seconds since 1970."""
