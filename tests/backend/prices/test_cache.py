"""Answers are used again for a while; failures are not."""

import asyncio
from datetime import UTC, datetime

import pytest

from backend.prices.cache import CachedProvider
from backend.prices.provider import Offer, PriceError

OFFER = Offer("n", None, 1, "KRW", "m", "https://x.example", "p", datetime(2026, 1, 1, tzinfo=UTC), True)


class Counting:
    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False
        self.empty = False

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        self.asked.append(code)
        if self.failing:
            raise PriceError("unavailable", "down")
        return () if self.empty else (OFFER,)

    async def close(self) -> None:
        pass


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_answer_is_used_until_it_expires() -> None:
    provider, clock = Counting(), Clock()
    cache = CachedProvider(provider, seconds=60, entries=10, clock=clock)
    for seconds in (0.0, 59.0, 61.0):
        clock.seconds = seconds
        assert asyncio.run(cache.offers("A")) == (OFFER,)
    assert provider.asked == ["A", "A"]


def test_that_there_is_nothing_is_believed_for_a_shorter_time() -> None:
    provider, clock = Counting(), Clock()
    provider.empty = True
    cache = CachedProvider(provider, seconds=60, entries=10, clock=clock)
    for seconds in (0.0, 9.0, 11.0):
        clock.seconds = seconds
        assert asyncio.run(cache.offers("A")) == ()
    assert provider.asked == ["A", "A"]


def test_failures_are_not_remembered() -> None:
    provider = Counting()
    cache = CachedProvider(provider, seconds=60, entries=10, clock=Clock())
    provider.failing = True
    with pytest.raises(PriceError):
        asyncio.run(cache.offers("A"))
    provider.failing = False
    assert asyncio.run(cache.offers("A")) == (OFFER,)


def test_only_so_many_are_remembered() -> None:
    provider = Counting()
    cache = CachedProvider(provider, seconds=60, entries=2, clock=Clock())
    for code in ("A", "B", "A", "C", "A", "B"):
        asyncio.run(cache.offers(code))
    assert provider.asked == ["A", "B", "C", "B"]  # B was unused for longest when C came
