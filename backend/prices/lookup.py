"""The price of a code: every provider is asked at the same time, and their offers are compared."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from backend.prices.breaker import GuardedProvider
from backend.prices.cache import CachedProvider
from backend.prices.catalogue_provider import CatalogueProvider
from backend.prices.ebay import EbayBrowse
from backend.prices.kicksdb import KicksDb
from backend.prices.naver import NaverShopping
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.provider import FailureKind, Offer, PriceError, PriceProvider, offer_order
from backend.prices.searches import SearchLink, search_links
from backend.prices.settings import PriceSettings
from backend.prices.tag_prices import TagPriceProvider, TagPrices

_LOG = logging.getLogger(__name__)

# What a shopper is told. That a key is missing or refused is the operator's affair.
ReasonKind = Literal["quota", "service_ended", "not_found", "unavailable"]
PassingKind = Literal["quota", "unavailable"]  # may be gone in a moment

_SENTENCES: dict[ReasonKind, str] = {
    "quota": "{name} answers no more queries for the moment.",
    "service_ended": "{name} has ended its price search.",
    "unavailable": "{name} does not answer at the moment.",
}
_LASTING: tuple[FailureKind, ...] = ("key_refused", "service_ended")


@dataclass(frozen=True)
class Reason:
    """Why there is no price."""

    kind: ReasonKind  # a word for programs
    message: str  # one sentence for shoppers
    provider: str | None = None  # name of the provider that failed; None: all answered, and none sells it


@dataclass(frozen=True)
class Missing:
    """A provider whose offers are missing for the moment."""

    provider: str  # its name
    kind: PassingKind


@dataclass(frozen=True)
class PriceAnswer:
    """The answer to a code: offers or the reason for none, and searches."""

    code: str  # as it was asked for
    offers: tuple[Offer, ...]  # certain matches first, then each currency together, then by price
    reason: Reason | None  # why there is no offer; None when there is one
    missing: tuple[Missing, ...]  # providers that were asked and may answer in a moment
    searches: tuple[SearchLink, ...]  # searches for the code elsewhere; never empty


@dataclass(frozen=True)
class _Outcome:
    """How a provider answered."""

    provider: str  # its name
    offers: tuple[Offer, ...] = ()
    failure: FailureKind | None = None


class _Limits(TypedDict):
    """Limits of a query to a service."""

    seconds: float
    retries: int


class PriceLookup:
    """The providers, asked at the same time: the answer is there when the slowest has answered or given up.

    Args:
        providers: Each has its own time limit and breaker.
        on_answer: Called with a provider's name and how it answered: match, other, none, or a failure's kind.
    """

    def __init__(
        self,
        providers: Sequence[PriceProvider],
        *,
        on_answer: Callable[[str, str], None] = lambda provider, outcome: None,
    ) -> None:
        self._providers = tuple(providers)
        self._on_answer = on_answer
        self._failing: dict[str, FailureKind] = {}  # lasting failures that the log has

    async def find(self, code: str, gtin: str | None = None) -> PriceAnswer:
        """Return offers for a code and links to searches; never fails, and gives the reason when there is no offer.

        Args:
            code: Product code in its usual spelling.
            gtin: Digits of the barcode beside it, if one was read.
        """
        outcomes = await asyncio.gather(*(self._ask(provider, code, gtin) for provider in self._providers))
        offers = sorted((offer for outcome in outcomes for offer in outcome.offers), key=offer_order)
        missing = tuple(
            Missing(outcome.provider, outcome.failure)
            for outcome in outcomes
            if outcome.failure == "quota" or outcome.failure == "unavailable"
        )
        return PriceAnswer(code, tuple(offers), None if offers else _reason(outcomes), missing, search_links(code))

    async def close(self) -> None:
        """Close the providers."""
        for provider in self._providers:
            await provider.close()

    async def _ask(self, provider: PriceProvider, code: str, gtin: str | None) -> _Outcome:
        try:
            offers = await provider.offers(code, gtin)
        except PriceError as error:
            self._note(provider.name, error)
            self._on_answer(provider.name, error.kind)
            return _Outcome(provider.name, failure=error.kind)
        except Exception:
            # A provider's defect must not keep the shopper from search links and the other providers.
            _LOG.exception("price provider %s failed unexpectedly", provider.name)
            self._on_answer(provider.name, "unavailable")
            return _Outcome(provider.name, failure="unavailable")
        self._failing.pop(provider.name, None)
        matches = any(offer.is_match for offer in offers)
        self._on_answer(provider.name, "match" if matches else "other" if offers else "none")
        return _Outcome(provider.name, offers)

    def _note(self, name: str, error: PriceError) -> None:
        """Tell the operator once of a failure that does not pass by itself."""
        if error.kind in _LASTING and self._failing.get(name) != error.kind:
            self._failing[name] = error.kind
            _LOG.warning("no prices from %s: %s", name, error.message)


def _reason(outcomes: Sequence[_Outcome]) -> Reason:
    """The reason that a shopper is told: a failure that may pass before one that stays."""
    for outcome in sorted(outcomes, key=lambda outcome: outcome.failure in _LASTING):
        if outcome.failure is not None:
            kind: ReasonKind = "unavailable" if outcome.failure == "key_refused" else outcome.failure
            return Reason(kind, _SENTENCES[kind].format(name=outcome.provider), outcome.provider)
    return Reason("not_found", "No shop is known to sell this code.")


def make_lookup(
    settings: PriceSettings,
    *,
    catalogue: ProductCatalogue,
    tag_prices: TagPrices,
    on_answer: Callable[[str, str], None],
) -> PriceLookup:
    """Return the lookup that the settings describe; touches neither disk nor network.

    Args:
        settings: Keys and limits; a service without its key is not asked.
        catalogue: The products that shops have delivered.
        tag_prices: The prices that shoppers have confirmed.
        on_answer: See `PriceLookup`.
    """

    def careful(service: PriceProvider) -> PriceProvider:
        guarded = GuardedProvider(
            service, failures=settings.price_breaker_failures, seconds=settings.price_breaker_seconds
        )
        # The cache stands before the breaker, so that remembered answers are given while the breaker is open.
        return CachedProvider(guarded, seconds=settings.price_cache_seconds, entries=settings.price_cache_entries)

    local: list[PriceProvider] = [CatalogueProvider(catalogue), TagPriceProvider(tag_prices)]
    return PriceLookup([*local, *map(careful, _services(settings))], on_answer=on_answer)


def _services(settings: PriceSettings) -> Iterator[PriceProvider]:
    """The price services that have their keys."""
    limits: _Limits = {"seconds": settings.price_seconds, "retries": settings.price_retries}
    if settings.kicksdb_api_key is not None:
        key = settings.kicksdb_api_key.get_secret_value()
        for index in settings.kicksdb_indexes:
            yield KicksDb(index, key, base_url=settings.kicksdb_base_url, **limits)
    if settings.ebay_client_id is not None and settings.ebay_client_secret is not None:
        yield EbayBrowse(
            settings.ebay_client_id.get_secret_value(),
            settings.ebay_client_secret.get_secret_value(),
            base_url=settings.ebay_base_url,
            marketplace=settings.ebay_marketplace,
            **limits,
        )
    if settings.naver_client_id is not None and settings.naver_client_secret is not None:
        yield NaverShopping(
            settings.naver_client_id.get_secret_value(),
            settings.naver_client_secret.get_secret_value(),
            base_url=settings.naver_base_url,
            exclude=settings.naver_exclude,
            **limits,
        )
