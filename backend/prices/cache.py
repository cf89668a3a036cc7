"""A provider's answers, used again for a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from backend.prices.provider import Offer, PriceProvider

# "Not sold" is forgotten sooner than a price: shoes come on sale more often than prices change.
_EMPTY_SHARE = 1 / 6


class CachedProvider:
    """A provider that remembers answers, never failures. For the event loop only (no lock).

    Args:
        provider: Asked when nothing is remembered.
        seconds: How long an answer is used again; an empty one for a sixth of that.
        entries: How many answers are remembered; the one unused for longest goes first.
        clock: Seconds from any start, never running backwards.
    """

    def __init__(
        self,
        provider: PriceProvider,
        *,
        seconds: float,
        entries: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider = provider
        self._seconds = seconds
        self._entries = entries
        self._clock = clock
        self._answers: OrderedDict[tuple[str, str | None], tuple[float, tuple[Offer, ...]]] = OrderedDict()

    @property
    def name(self) -> str:
        """Name of the provider behind it."""
        return self._provider.name

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Return the remembered offers, or ask.

        Codes that differ only in their separators are told apart: the provider's answer may differ, too.
        """
        now = self._clock()
        question = (code, gtin)
        remembered = self._answers.get(question)
        if remembered is not None and now < remembered[0]:
            self._answers.move_to_end(question)
            return remembered[1]
        offers = await self._provider.offers(code, gtin)
        seconds = self._seconds if offers else self._seconds * _EMPTY_SHARE
        self._answers[question] = (self._clock() + seconds, offers)
        self._answers.move_to_end(question)
        while len(self._answers) > self._entries:
            self._answers.popitem(last=False)
        return offers

    async def close(self) -> None:
        """Close the provider behind it."""
        await self._provider.close()
