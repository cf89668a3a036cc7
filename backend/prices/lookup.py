"""Asks the providers in turn what a code costs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.prices.provider import Offer, PriceError, PriceProvider, ReasonKind, offer_order
from backend.prices.searches import SearchLink, search_links

__all__ = ["PriceAnswer", "PriceLookup", "Reason"]

logger = logging.getLogger("backend")


@dataclass(frozen=True)
class Reason:
    """Why there is no price.

    Attributes:
        kind: For programs.
        message: One sentence for people.
    """

    kind: ReasonKind
    message: str


@dataclass(frozen=True)
class PriceAnswer:
    """What is known about a code.

    Attributes:
        code: The code that was asked for.
        offers: Certain matches first, then by price; empty when there is none.
        reason: Why there is none; None when there is one.
        searches: Searches for the code elsewhere; never empty.
    """

    code: str
    offers: tuple[Offer, ...]
    reason: Reason | None
    searches: tuple[SearchLink, ...]


class PriceLookup:
    """The providers, in the order in which they are asked.

    The first with a certain match answers; those after it are not asked. Uncertain offers are collected and
    answered when nobody has a certain one.

    Args:
        providers: Whom to ask.
        on_answer: Called with a provider's name and how it answered: match, other, none, or a reason's kind.
    """

    def __init__(
        self,
        providers: Sequence[PriceProvider],
        *,
        on_answer: Callable[[str, str], None] = lambda provider, outcome: None,
    ) -> None:
        self._providers = tuple(providers)
        self._on_answer = on_answer

    async def find(self, code: str) -> PriceAnswer:
        """Return what is known about a code; never fails, and says why when nothing is known."""
        uncertain: list[Offer] = []
        reason: Reason | None = None
        for provider in self._providers:
            try:
                offers = await provider.offers(code)
            except PriceError as error:
                self._on_answer(provider.name, error.kind)
                reason = Reason(error.kind, error.message)
                continue
            except Exception:
                # A provider's defect must not take the search links and the other providers with it.
                logger.exception("price provider %s failed unexpectedly", provider.name)
                self._on_answer(provider.name, "unavailable")
                reason = Reason("unavailable", f"{provider.name} failed.")
                continue
            matches = any(offer.is_match for offer in offers)
            self._on_answer(provider.name, "match" if matches else "other" if offers else "none")
            if matches:
                return self._answer(code, offers, None)
            uncertain += offers
        if uncertain:
            return self._answer(code, uncertain, None)
        return self._answer(code, (), reason or Reason("not_found", "Nobody is known to sell this code."))

    async def close(self) -> None:
        """Close the providers."""
        for provider in self._providers:
            await provider.close()

    @staticmethod
    def _answer(code: str, offers: Sequence[Offer], reason: Reason | None) -> PriceAnswer:
        return PriceAnswer(code, tuple(sorted(offers, key=offer_order)), reason, search_links(code))
