"""A circuit breaker: a provider that does not work is left alone, so that no shopper waits for it in vain."""

from __future__ import annotations

import time
from collections.abc import Callable

from backend.prices.provider import FailureKind, Offer, PriceError, PriceProvider

# Asking again soon does not mend these: a single failure opens the breaker, and for longer.
_WAIT_FACTOR: dict[FailureKind, float] = {"quota": 2, "key_refused": 10, "service_ended": 60}


class GuardedProvider:
    """A provider behind a circuit breaker. For the event loop only (no lock).

    After `failures` failures in a row (or a single one that asking again cannot mend) it raises the last failure at
    once, without asking. When the wait is over, one query is let through as a trial.

    Args:
        provider: The provider behind the breaker.
        failures: Consecutive failures that open the breaker.
        seconds: How long the breaker stays open after ordinary failures; longer after quota, key and end-of-service.
        clock: Seconds from any start, never running backwards.
    """

    def __init__(
        self,
        provider: PriceProvider,
        *,
        failures: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider = provider
        self._most_failures = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._reason: PriceError | None = None
        self._opens_at = 0.0
        self._is_trying = False

    @property
    def name(self) -> str:
        """Name of the provider behind it."""
        return self._provider.name

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        """Ask the provider unless it is left alone for now.

        Raises:
            PriceError: The provider's own failure, or the remembered one.
        """
        is_trial = self._reason is not None
        if self._reason is not None and (self._is_trying or self._clock() < self._opens_at):
            raise PriceError(self._reason.kind, self._reason.message)
        self._is_trying = is_trial
        try:
            offers = await self._provider.offers(code, gtin)
        except PriceError as error:
            if error.is_about_query:
                self._succeeded()
            else:
                self._failed(error)
            raise
        else:
            self._succeeded()
            return offers
        finally:
            if is_trial:  # Reset even when the trial was cancelled: the next query tries again.
                self._is_trying = False

    async def close(self) -> None:
        """Close the provider behind it."""
        await self._provider.close()

    def _succeeded(self) -> None:
        self._failures = 0
        self._reason = None

    def _failed(self, error: PriceError) -> None:
        self._failures += 1
        factor = _WAIT_FACTOR.get(error.kind)
        if factor is not None or self._failures >= self._most_failures:
            self._reason = error
            self._opens_at = self._clock() + self._seconds * (factor or 1)
