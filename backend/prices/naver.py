"""Naver Shopping search.

Contract as documented by Naver (`GET /v1/search/shop.json`). An open-source client's change of July 2026
cites Naver's notice that the shopping search ends without a successor; so an end of service is one of the
expected answers here, recognised from the ways in which ended services answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx2

from backend.prices.matching import title_holds
from backend.prices.provider import Offer, PriceError, offer_order, plain_text, web_address

_NAME = "Naver Shopping"
_DISPLAY = 20
_MOST_BYTES = 1 << 20
# productType 4-6 are used goods. The query leaves them out, but an answer may hold them all the same.
_USED_TYPES = frozenset({"4", "5", "6"})


class _RetryableError(Exception):
    """A failure that a second call may not meet."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NaverShopping:
    """Asks Naver's shopping search.

    Args:
        client_id: The application's id, or None when there is none.
        client_secret: The application's secret, or None when there is none.
        base_url: Scheme and host of the service.
        exclude: Kinds of offers left out, joined by colons; empty for none.
        seconds: Time limit of a query, the second try included.
        retries: Second tries after a dropped connection or a server's failure (0 or 1).
        now: The time of day, with its zone.
    """

    def __init__(
        self,
        client_id: str | None,
        client_secret: str | None,
        *,
        base_url: str = "https://openapi.naver.com",
        exclude: str = "used:rental:cbshop",
        seconds: float = 1.5,
        retries: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._headers: dict[str, str] | None = None
        if client_id and client_secret:
            self._headers = {
                "X-Naver-Client-Id": client_id,
                "X-Naver-Client-Secret": client_secret,
                "Accept": "application/json",
            }
        self._url = f"{base_url}/v1/search/shop.json"
        self._exclude = exclude
        self._seconds = seconds
        self._retries = retries
        self._now = now
        self._client: httpx2.AsyncClient | None = None

    @property
    def name(self) -> str:
        """Name of the provider, as shown to people."""
        return _NAME

    async def offers(self, code: str) -> tuple[Offer, ...]:
        """Return Naver's offers for a code: certain matches first, then by price.

        Raises:
            PriceError: When Naver cannot or will not answer.
        """
        if self._headers is None:
            raise PriceError("no_key", f"No key for {_NAME} is set (NAVER_CLIENT_ID and NAVER_CLIENT_SECRET).")
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(code, self._headers)
        except TimeoutError:
            raise PriceError("unavailable", f"{_NAME} did not answer within {self._seconds:g} s.") from None
        found = [offer for item in answer if (offer := self._offer(item, code)) is not None]
        return tuple(sorted(found, key=offer_order))

    async def close(self) -> None:
        """Close the connections to Naver."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, code: str, headers: dict[str, str]) -> list[Any]:
        for tries_left in range(self._retries, -1, -1):
            try:
                return _items(*await self._call(code, headers))
            except _RetryableError as error:
                if not tries_left:
                    raise PriceError("unavailable", error.message) from error
        raise AssertionError("the last try either returns or raises")

    async def _call(self, code: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Make one call; return its status and body."""
        if self._client is None:
            # Redirects are not followed: the keys must not travel on, and this interface has none.
            self._client = httpx2.AsyncClient(timeout=self._seconds, follow_redirects=False)
        parameters = {"query": code, "display": str(_DISPLAY), "start": "1", "sort": "sim"}
        if self._exclude:
            parameters["exclude"] = self._exclude
        body = bytearray()
        try:
            async with self._client.stream("GET", self._url, params=parameters, headers=headers) as response:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        raise PriceError("unavailable", f"{_NAME} sent far more than an answer.")
        except httpx2.TimeoutException:
            raise PriceError("unavailable", f"{_NAME} did not answer within {self._seconds:g} s.") from None
        except httpx2.TransportError as error:
            raise _RetryableError(f"{_NAME} could not be reached.") from error
        except httpx2.HTTPError as error:
            raise PriceError("unavailable", f"{_NAME} sent an answer that cannot be read.") from error
        return response.status_code, bytes(body)

    def _offer(self, item: Any, code: str) -> Offer | None:
        """Return one item of the answer as an offer; None for one that cannot be shown."""
        if not isinstance(item, dict) or str(item.get("productType", "")) in _USED_TYPES:
            return None
        name, url = plain_text(item.get("title")), web_address(item.get("link"))
        if not name or url is None:
            return None
        return Offer(
            name=name,
            image=web_address(item.get("image")),
            price=_won(item.get("lprice")),
            currency="KRW",
            mall=plain_text(item.get("mallName")) or "Naver",
            url=url,
            provider=_NAME,
            fetched_at=self._now(),
            is_match=title_holds(name, code),
        )


def _items(status: int, body: bytes) -> list[Any]:
    """Return the items of an answer, or raise what its status, error code or shape means.

    Raises:
        PriceError: With the reason.
        _RetryableError: When the server failed.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    error_code = str(answer.get("errorCode", "")) if isinstance(answer, dict) else ""
    if status in {404, 410} or error_code == "SE05" or 300 <= status < 400:
        raise PriceError("service_ended", f"{_NAME} no longer offers its search.")
    if status in {401, 403} or error_code == "024":
        raise PriceError("key_refused", f"{_NAME} refused the key.")
    if status == 429 or error_code == "012":
        raise PriceError("quota", f"The number of queries that {_NAME} allows is used up.")
    if status >= 500 or error_code == "SE99":
        raise _RetryableError(f"{_NAME} is failing at the moment.")
    if status >= 400 or error_code:
        raise PriceError("unavailable", f"{_NAME} did not accept the query.", is_about_query=True)
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        return list(answer["items"])
    if answer is None and body.lstrip().startswith(b"<"):
        # A page for people in place of an answer for programs: the interface is gone.
        raise PriceError("service_ended", f"{_NAME} no longer offers its search.")
    raise PriceError("unavailable", f"{_NAME} sent an answer that cannot be read.")


def _won(value: object) -> int | None:
    """Return a price in won; None when there is none (Naver writes 0 or nothing)."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        return None
    return int(text) or None
