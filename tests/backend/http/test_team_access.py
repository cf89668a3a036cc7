"""The team's token lets in, and cannot be guessed."""

import asyncio

import pytest
from pydantic import SecretStr

from backend.http.problems import Problem
from backend.http.rate_limit import OwnAllowances, TokenBuckets
from backend.http.team_access import TeamAccess

TOKEN = SecretStr("a-token-for-the-team")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def scope(address: str) -> dict[str, object]:
    return {"type": "http", "client": (address, 1), "headers": []}


def refused(access: TeamAccess, token: str | None, address: str = "10.0.0.1") -> str:
    with pytest.raises(Problem) as error:
        asyncio.run(access.check(scope(address), token))
    return f"{error.value.status_code} {error.value.kind}"


def test_without_a_token_set_every_request_is_refused() -> None:
    access = TeamAccess(None)
    assert refused(access, "") == refused(access, None) == refused(access, "anything") == "403 team-off"


@pytest.mark.parametrize("token", [None, "", "a-token-for-the-tea", "a-token-for-the-team ", "하나둘셋", "\udcff"])
def test_only_the_token_lets_in(token: str | None) -> None:
    access = TeamAccess(TOKEN)
    assert refused(access, token) == "401 wrong-token"
    asyncio.run(access.check(scope("10.0.0.1"), TOKEN.get_secret_value()))


def test_guesses_run_out_and_never_lock_the_right_token_out() -> None:
    clock, wrong = Clock(), []
    access = TeamAccess(
        TOKEN, guesses=OwnAllowances(TokenBuckets(2, 3, clock=clock)), on_refused=lambda: wrong.append(1)
    )
    assert [refused(access, f"guess {n}") for n in range(5)] == ["401 wrong-token"] * 3 + ["429 too-many-guesses"] * 2
    assert len(wrong) == 5
    asyncio.run(access.check(scope("10.0.0.1"), TOKEN.get_secret_value()))
    assert refused(access, "guess 6") == "429 too-many-guesses"
    assert refused(access, "guess 7", "10.0.0.2") == "401 wrong-token"
    clock.seconds = 31
    assert refused(access, "guess 8") == "401 wrong-token"


def test_to_ask_without_a_token_or_with_the_right_one_costs_nothing() -> None:
    access = TeamAccess(TOKEN, guesses=OwnAllowances(TokenBuckets(2, 1, clock=Clock())))
    for _ in range(5):
        assert refused(access, None) == "401 wrong-token"
        asyncio.run(access.check(scope("10.0.0.1"), TOKEN.get_secret_value()))
