"""The price of a code, from the first provider that has a certain match."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.prices.breaker import GuardedProvider
from backend.prices.cache import CachedProvider
from backend.prices.catalogue_provider import CatalogueProvider
from backend.prices.naver import NaverShopping
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.provider import Offer, PriceError, PriceProvider, ReasonKind, offer_order
from backend.prices.searches import SearchLink, search_links
from backend.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reason:
    """Why there is no price."""

    kind: ReasonKind  # a word for programs
    message: str  # one sentence for people


@dataclass(frozen=True)
class PriceAnswer:
    """The answer to a code: offers or the reason for none, and searches."""

    code: str  # as it was asked for
    offers: tuple[Offer, ...]  # certain matches first, then by price
    reason: Reason | None  # why there is no offer; None when there is one
    searches: tuple[SearchLink, ...]  # searches for the code elsewhere; never empty


class PriceLookup:
    """The providers, in the order in which they are asked.

    The first with a certain match answers; those after it are not asked. Uncertain offers are collected, and are the
    answer when no provider has a certain one.

    Args:
        providers: The first to ask comes first.
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
        """Return offers for a code and links to searches; never fails, and gives the reason when there is no offer."""
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
                # A provider's defect must not keep the shopper from search links and the other providers.
                _LOG.exception("price provider %s failed unexpectedly", provider.name)
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
        return self._answer(code, (), reason or Reason("not_found", "No shop is known to sell this code."))

    async def close(self) -> None:
        """Close the providers."""
        for provider in self._providers:
            await provider.close()

    @staticmethod
    def _answer(code: str, offers: Sequence[Offer], reason: Reason | None) -> PriceAnswer:
        return PriceAnswer(code, tuple(sorted(offers, key=offer_order)), reason, search_links(code))


def make_lookup(settings: Settings, on_answer: Callable[[str, str], None]) -> PriceLookup:
    """Return the lookup that the settings describe: the catalogue first, then Naver; touches neither disk nor network.

    Args:
        settings: Keys, time limits, catalogue.
        on_answer: See `PriceLookup`.
    """
    naver = NaverShopping(
        settings.naver_client_id.get_secret_value() if settings.naver_client_id else None,
        settings.naver_client_secret.get_secret_value() if settings.naver_client_secret else None,
        base_url=settings.naver_base_url,
        exclude=settings.naver_exclude,
        seconds=settings.price_seconds,
        retries=settings.price_retries,
    )
    guarded = GuardedProvider(naver, failures=settings.price_breaker_failures, seconds=settings.price_breaker_seconds)
    # The cache stands before the breaker, so that remembered answers are given while the breaker is open.
    cached = CachedProvider(guarded, seconds=settings.price_cache_seconds, entries=settings.price_cache_entries)
    return PriceLookup([CatalogueProvider(ProductCatalogue(settings.catalogue)), cached], on_answer=on_answer)
