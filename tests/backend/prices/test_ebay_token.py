"""The token is fetched once, renewed in time, and never trusted blindly."""

import asyncio
import base64
from typing import Any

import pytest

from backend.prices.ebay_token import EbayToken
from backend.prices.http_service import HttpService, RetryableError
from backend.prices.provider import PriceError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def granted(token: object = "v^1.1#i^1", expires_in: object = 7200) -> dict[str, object]:
    return {"access_token": token, "expires_in": expires_in, "token_type": "Application Access Token"}


def with_token(shop: Any, clock: Clock, use: Any) -> Any:
    async def run() -> Any:
        service = HttpService("eBay", seconds=5, retries=0)
        try:
            return await use(EbayToken(service, "my-id", "my-secret", base_url=shop.url, clock=clock))
        finally:
            await service.close()

    return asyncio.run(run())


def test_the_question_is_as_documented(shop: Any) -> None:
    shop.sends(200, granted())
    assert with_token(shop, Clock(), lambda token: token.get()) == "v^1.1#i^1"
    path, form, headers = shop.requests[0]
    assert path == "/identity/v1/oauth2/token"
    assert form == {"grant_type": "client_credentials", "scope": "https://api.ebay.com/oauth/api_scope"}
    assert headers["authorization"] == f"Basic {base64.b64encode(b'my-id:my-secret').decode()}"
    assert headers["content-type"] == "application/x-www-form-urlencoded"


def test_it_is_used_until_shortly_before_it_expires(shop: Any) -> None:
    clock = Clock()
    shop.sends(200, granted("first"))
    shop.sends(200, granted("second"))

    async def use(token: EbayToken) -> list[str]:
        used = []
        for now in (0, 7000, 7100, 7300):
            clock.now = now
            used.append(await token.get())
        return used

    assert with_token(shop, clock, use) == ["first", "first", "second", "second"]
    assert len(shop.requests) == 2


def test_queries_at_the_same_moment_share_one_call(shop: Any) -> None:
    shop.sends(200, granted())

    async def use(token: EbayToken) -> list[str]:
        return list(await asyncio.gather(*(token.get() for _ in range(5))))

    assert len(set(with_token(shop, Clock(), use))) == 1
    assert len(shop.requests) == 1


def test_a_forgotten_token_is_fetched_again_but_not_its_successor(shop: Any) -> None:
    shop.sends(200, granted("first"))
    shop.sends(200, granted("second"))

    async def use(token: EbayToken) -> list[str]:
        first = await token.get()
        for _ in range(2):  # two queries were refused with it
            token.forget(first)
            second = await token.get()
        return [first, second]

    assert with_token(shop, Clock(), use) == ["first", "second"]
    assert len(shop.requests) == 2


@pytest.mark.parametrize("expires_in", [0, -5, None, "7200", True, 60])
def test_without_a_usable_term_it_serves_one_query(shop: Any, expires_in: object) -> None:
    shop.sends(200, granted(expires_in=expires_in))

    async def use(token: EbayToken) -> None:
        await token.get()
        await token.get()

    with_token(shop, Clock(), use)
    assert len(shop.requests) == 2


@pytest.mark.parametrize("token", [None, "", 5, "two words", "line\nbreak", "토큰", ["x"]])
def test_a_token_that_no_header_can_carry(shop: Any, token: object) -> None:
    shop.sends(200, granted(token))
    with pytest.raises(PriceError) as failed:
        with_token(shop, Clock(), lambda token: token.get())
    assert failed.value.kind == "unavailable"


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [(401, "invalid_client", "key_refused"), (400, "invalid_scope", "key_refused"), (403, "", "key_refused"),
     (429, "", "quota"), (302, "", "unavailable")],
)  # fmt: skip
def test_documented_errors_become_reasons(shop: Any, status: int, name: str, kind: str) -> None:
    shop.sends(status, {"error": name, "error_description": "client authentication failed: my-secret"})
    with pytest.raises(PriceError) as failed:
        with_token(shop, Clock(), lambda token: token.get())
    assert failed.value.kind == kind
    assert "my-secret" not in failed.value.message
    assert name in failed.value.message


def test_a_failing_server_may_be_asked_again(shop: Any) -> None:
    shop.sends(503, "busy", "text/plain")
    with pytest.raises(RetryableError):
        with_token(shop, Clock(), lambda token: token.get())
