"""All providers are asked at the same time; whatever fails, the others' offers and the searches stay."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pydantic import SecretStr

from backend.prices.lookup import Missing, PriceLookup, make_lookup
from backend.prices.product_catalogue import ProductCatalogue
from backend.prices.provider import FailureKind, Offer, PriceError
from backend.prices.searches import search_links
from backend.prices.tag_prices import TagPrices
from backend.settings import Settings


def offer(name: str, price: int | None, *, is_match: bool = True, currency: str = "KRW") -> Offer:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    amount = None if price is None else Decimal(price)
    return Offer(name, None, amount, currency, "m", "https://x.example", "p", now, is_match)


class Scripted:
    def __init__(self, name: str, *offers: Offer, error: Exception | None = None) -> None:
        self.name = name
        self.answer = offers
        self.error = error
        self.asked: list[tuple[str, str | None]] = []
        self.closed = False

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        self.asked.append((code, gtin))
        if self.error is not None:
            raise self.error
        return self.answer

    async def close(self) -> None:
        self.closed = True


def test_offers_of_all_providers_are_compared() -> None:
    first = Scripted("first", offer("won 5", 5), offer("unknown", None), offer("euro", 2, currency="EUR"))
    second = Scripted(
        "second", offer("dollar", 1, currency="USD"), offer("won 3", 3), offer("other", 1, is_match=False)
    )
    answer = asyncio.run(PriceLookup([first, second]).find("A1", "0193655590351"))
    assert [found.name for found in answer.offers] == ["won 3", "won 5", "euro", "dollar", "unknown", "other"]
    assert (answer.reason, answer.missing) == (None, ())
    assert first.asked == second.asked == [("A1", "0193655590351")]


def test_providers_are_asked_at_the_same_time() -> None:
    async def run() -> list[str]:
        meeting = asyncio.Barrier(2)

        class Waiting(Scripted):
            async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
                await asyncio.wait_for(meeting.wait(), 60)
                return self.answer

        lookup = PriceLookup([Waiting("first", offer("a", 1)), Waiting("second", offer("b", 2))])
        return [found.name for found in (await lookup.find("A1")).offers]

    assert asyncio.run(run()) == ["a", "b"]


@pytest.mark.parametrize("error", [PriceError("quota", "used up"), ValueError("a defect")])
def test_a_failure_leaves_the_other_providers_and_the_searches(error: Exception) -> None:
    outcomes: list[tuple[str, str]] = []
    first, second = Scripted("first", error=error), Scripted("second", offer("b", 2))
    lookup = PriceLookup([first, second], on_answer=lambda name, outcome: outcomes.append((name, outcome)))
    kind = getattr(error, "kind", "unavailable")
    answer = asyncio.run(lookup.find("A1"))
    assert [found.name for found in answer.offers] == ["b"]
    assert answer.missing == (Missing("first", kind),)
    second.answer = ()
    answer = asyncio.run(lookup.find("A1"))
    assert answer.reason is not None
    assert (answer.reason.kind, answer.reason.provider) == (kind, "first")
    assert len(answer.searches) == 3
    assert outcomes == [("first", kind), ("second", "match"), ("first", kind), ("second", "none")]


def test_a_failure_that_may_pass_is_told_before_one_that_stays() -> None:
    ended = Scripted("ended", error=PriceError("service_ended", "over"))
    busy = Scripted("busy", error=PriceError("quota", "used up"))
    answer = asyncio.run(PriceLookup([ended, busy]).find("A1"))
    assert answer.reason is not None
    assert (answer.reason.kind, answer.reason.provider) == ("quota", "busy")
    assert answer.missing == (Missing("busy", "quota"),)
    answer = asyncio.run(PriceLookup([ended]).find("A1"))
    assert answer.reason is not None
    assert answer.reason.kind == "service_ended"


@pytest.mark.parametrize("kind", ["key_refused", "service_ended"])
def test_the_operator_is_told_once_and_the_shopper_nothing_of_keys(
    kind: FailureKind, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Scripted("shop", error=PriceError(kind, "shop refused the key (SHOP_KEY)."))
    lookup = PriceLookup([provider])
    answers = [asyncio.run(lookup.find(code)) for code in ("A1", "A2")]
    assert [record.getMessage() for record in caplog.records] == [
        "no prices from shop: shop refused the key (SHOP_KEY)."
    ]
    for answer in answers:
        assert answer.reason is not None
        assert "key" not in f"{answer.reason.kind} {answer.reason.message}"
        assert answer.missing == ()  # trying again in a moment would not help
    provider.error = None
    asyncio.run(lookup.find("A1"))
    provider.error = PriceError(kind, "again")
    asyncio.run(lookup.find("A1"))
    assert len(caplog.records) == 2


def test_no_shop_sells_it() -> None:
    answer = asyncio.run(PriceLookup([Scripted("first")]).find("A1"))
    assert answer.reason is not None
    assert (answer.reason.kind, answer.reason.provider) == ("not_found", None)


def test_services_without_their_keys_are_not_asked(settings: Settings) -> None:
    def asked(**changes: object) -> list[str]:
        outcomes: list[str] = []
        chosen = settings.model_copy(
            update={
                "kicksdb_base_url": "http://127.0.0.1:1",
                "ebay_base_url": "http://127.0.0.1:1",
                "naver_base_url": "http://127.0.0.1:1",
                **changes,
            }
        )
        lookup = make_lookup(
            chosen,
            catalogue=ProductCatalogue(chosen.catalogue),
            tag_prices=TagPrices(chosen.catalogue),
            on_answer=lambda provider, outcome: outcomes.append(provider),
        )
        asyncio.run(lookup.find("CW2288-111"))
        return sorted(outcomes)

    secret = SecretStr("hush")
    assert asked() == ["Catalogue", "Tags"]
    assert asked(ebay_client_id=secret, ebay_client_secret=secret) == ["Catalogue", "Tags", "eBay"]
    assert asked(kicksdb_api_key=secret, kicksdb_indexes=("goat", "kream")) == ["Catalogue", "GOAT", "KREAM", "Tags"]
    assert asked(naver_client_id=secret, naver_client_secret=secret) == ["Catalogue", "Naver Shopping", "Tags"]


def test_closing_closes_all() -> None:
    providers = [Scripted("first"), Scripted("second")]
    asyncio.run(PriceLookup(providers).close())
    assert all(provider.closed for provider in providers)


def test_searches_carry_the_code_safely() -> None:
    assert [(link.name, link.url) for link in search_links("A&B 1/2")] == [
        ("Naver Shopping", "https://search.shopping.naver.com/search/all?query=A%26B%201%2F2"),
        ("KREAM", "https://kream.co.kr/search?keyword=A%26B%201%2F2"),
        ("Google", "https://www.google.com/search?q=A%26B%201%2F2"),
    ]
