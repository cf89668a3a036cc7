"""A provider that fails is left alone for a while."""

import asyncio

import pytest

from backend.prices.breaker import GuardedProvider
from backend.prices.provider import FailureKind, Offer, PriceError


class Failing:
    name = "failing"

    def __init__(self) -> None:
        self.asked = 0
        self.error: PriceError | None = PriceError("unavailable", "down")
        self.gate: asyncio.Event | None = None

    async def offers(self, code: str, gtin: str | None = None) -> tuple[Offer, ...]:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return ()

    async def close(self) -> None:
        pass


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def guarded(provider: Failing, clock: Clock) -> GuardedProvider:
    return GuardedProvider(provider, failures=2, seconds=30, clock=clock)


def kind(guard: GuardedProvider) -> str:
    try:
        asyncio.run(guard.offers("A"))
    except PriceError as error:
        return error.kind
    return "answered"


def test_opens_after_failures_in_a_row_and_closes_again() -> None:
    provider, clock = Failing(), Clock()
    guard = guarded(provider, clock)
    assert [kind(guard) for _ in range(4)] == ["unavailable"] * 4
    assert provider.asked == 2
    clock.seconds = 31
    assert kind(guard) == "unavailable"  # one look, still down
    assert kind(guard) == "unavailable"
    assert provider.asked == 3
    clock.seconds = 62
    provider.error = None
    assert [kind(guard) for _ in range(3)] == ["answered"] * 3
    assert provider.asked == 6


def test_failures_with_successes_between_do_not_open_it() -> None:
    provider = Failing()
    guard = guarded(provider, Clock())
    down = provider.error
    for _ in range(5):
        provider.error = down
        assert kind(guard) == "unavailable"
        provider.error = None
        assert kind(guard) == "answered"
    assert provider.asked == 10


@pytest.mark.parametrize(("reason", "wait"), [("quota", 60), ("key_refused", 300), ("service_ended", 1800)])
def test_what_asking_again_cannot_mend_opens_it_at_once_and_longer(reason: FailureKind, wait: float) -> None:
    provider, clock = Failing(), Clock()
    provider.error = PriceError(reason, "no")
    guard = guarded(provider, clock)
    assert [kind(guard) for _ in range(3)] == [reason] * 3
    assert provider.asked == 1
    clock.seconds = wait - 1
    kind(guard)
    assert provider.asked == 1
    clock.seconds = wait + 1
    kind(guard)
    assert provider.asked == 2


def test_a_refused_query_is_no_failure_of_the_service() -> None:
    provider = Failing()
    provider.error = PriceError("unavailable", "what?", is_about_query=True)
    guard = guarded(provider, Clock())
    assert [kind(guard) for _ in range(5)] == ["unavailable"] * 5
    assert provider.asked == 5


def test_only_one_looks_whether_it_works_again_and_may_give_up() -> None:
    provider, clock = Failing(), Clock()
    guard = guarded(provider, clock)
    kind(guard)
    kind(guard)
    clock.seconds = 31

    async def run() -> None:
        provider.gate, provider.error = asyncio.Event(), None
        looking = asyncio.create_task(guard.offers("A"))
        await asyncio.sleep(0)
        with pytest.raises(PriceError):
            await guard.offers("B")
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        provider.gate.set()
        assert await guard.offers("C") == ()

    asyncio.run(run())
