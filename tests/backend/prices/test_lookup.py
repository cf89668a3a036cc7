"""The catalogue answers first; whatever fails, the searches stay."""

import asyncio
from datetime import UTC, datetime

import pytest

from backend.prices.lookup import PriceLookup
from backend.prices.provider import Offer, PriceError
from backend.prices.searches import search_links


def offer(name: str, price: int | None, *, is_match: bool) -> Offer:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Offer(name, None, price, "KRW", "m", "https://x.example", "p", now, is_match)


class Scripted:
    def __init__(self, name: str, *offers: Offer, error: Exception | None = None) -> None:
        self.name = name
        self.answer = offers
        self.error = error
        self.asked = 0
        self.closed = False

    async def offers(self, code: str) -> tuple[Offer, ...]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.answer

    async def close(self) -> None:
        self.closed = True


def test_the_first_certain_match_answers_alone() -> None:
    first = Scripted("first", offer("mine", 5, is_match=True))
    second = Scripted("second", offer("theirs", 1, is_match=True))
    answer = asyncio.run(PriceLookup([first, second]).find("A1"))
    assert [found.name for found in answer.offers] == ["mine"]
    assert answer.reason is None
    assert second.asked == 0


def test_uncertain_offers_do_not_end_the_search() -> None:
    first = Scripted("first", offer("maybe", 5, is_match=False))
    second = Scripted("second", offer("sure", 9, is_match=True), offer("other", 1, is_match=False))
    answer = asyncio.run(PriceLookup([first, second]).find("A1"))
    assert [found.name for found in answer.offers] == ["sure", "other"]


def test_uncertain_offers_are_better_than_none() -> None:
    first = Scripted("first", offer("maybe", 5, is_match=False))
    second = Scripted("second", error=PriceError("quota", "used up"))
    answer = asyncio.run(PriceLookup([first, second]).find("A1"))
    assert [found.name for found in answer.offers] == ["maybe"]
    assert answer.reason is None


@pytest.mark.parametrize("error", [PriceError("quota", "used up"), ValueError("a defect")])
def test_a_failure_leaves_the_other_providers_and_the_searches(error: Exception) -> None:
    outcomes: list[tuple[str, str]] = []
    first, second = Scripted("first", error=error), Scripted("second", offer("b", 2, is_match=True))
    lookup = PriceLookup([first, second], on_answer=lambda name, outcome: outcomes.append((name, outcome)))
    assert [found.name for found in asyncio.run(lookup.find("A1")).offers] == ["b"]
    second.answer = ()
    answer = asyncio.run(lookup.find("A1"))
    assert answer.reason is not None
    assert answer.reason.kind == getattr(error, "kind", "unavailable")
    assert len(answer.searches) == 3
    assert outcomes[1] == ("second", "match")
    assert outcomes[3] == ("second", "none")


def test_no_shop_sells_it() -> None:
    answer = asyncio.run(PriceLookup([Scripted("first")]).find("A1"))
    assert answer.reason is not None
    assert answer.reason.kind == "not_found"


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
