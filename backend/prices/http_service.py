"""One outside service over HTTP: a time limit, a second try, a bounded answer, and no redirects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import httpx2

from backend.prices.provider import PriceError

_MOST_BYTES = 1 << 20

_T = TypeVar("_T")


class RetryableError(Exception):
    """A failure that a second call may not meet.

    Attributes:
        message: Why, as a sentence for the operator.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status."""

    status: int  # of HTTP
    body: bytes  # whole, at most a megabyte

    def json(self) -> Any:
        """Return the body as JSON, with exact decimals; None when it is no JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            return None


def refuse(name: str, status: int, *, key: str, queries: str = "queries") -> None:
    """Raise what the status of a failing answer means at every service; return for one that means nothing certain.

    Args:
        name: The service, as people know it.
        status: Of HTTP.
        key: What the service refuses with 401 and 403, with the variable that holds it.
        queries: What it allows a number of.

    Raises:
        PriceError: With the reason.
        RetryableError: When the server failed.
    """
    if status in {401, 403}:
        raise PriceError("key_refused", f"{name} refused {key}.")
    if status in {402, 429}:
        raise PriceError("quota", f"The number of {queries} that {name} allows is used up.")
    if status >= 500:
        raise RetryableError(f"{name} is failing at the moment.")
    if status in {400, 409, 422}:
        raise PriceError("unavailable", f"{name} did not accept the query.", is_about_query=True)


class HttpService:
    """Calls one service. For one event loop.

    Args:
        name: The service, as the operator knows it.
        seconds: Time limit of a query, all its calls and the second try included.
        retries: Second tries after a dropped connection or a server's failure (0 or 1).
    """

    def __init__(self, name: str, *, seconds: float, retries: int) -> None:
        self._name = name
        self._seconds = seconds
        self._retries = retries
        self._client: httpx2.AsyncClient | None = None

    async def within_limits(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Return what an attempt returns; try a second time when it raises `RetryableError`.

        Raises:
            PriceError: The attempt's own, or `unavailable` when time or tries are used up.
        """
        try:
            async with asyncio.timeout(self._seconds):
                for tries_left in range(self._retries, -1, -1):
                    try:
                        return await attempt()
                    except RetryableError as error:
                        if not tries_left:
                            raise PriceError("unavailable", error.message) from error
        except TimeoutError:
            raise PriceError("unavailable", f"{self._name} did not answer within {self._seconds:g} s.") from None
        raise AssertionError("the last try either returns or raises")

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make one call.

        Args:
            method: GET or POST.
            url: Address without query.
            headers: With the keys; they travel nowhere but here.
            query: Parameters of the address.
            form: Fields of an url-encoded body.

        Raises:
            PriceError: The service cannot be reached at all, is slow, or sends far too much.
            RetryableError: The connection failed.
        """
        if self._client is None:
            # Redirects are not followed: the keys must not travel on, and these services have none.
            try:
                self._client = httpx2.AsyncClient(timeout=self._seconds, follow_redirects=False)
            except (ImportError, ValueError, OSError, httpx2.InvalidURL) as error:
                # Variables of the environment name a proxy or certificates that cannot be used; the start has told.
                raise PriceError("unavailable", f"{self._name} cannot be reached: {error}") from error
        body = bytearray()
        try:
            async with self._client.stream(method, url, params=query, data=form, headers=dict(headers)) as response:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        raise PriceError("unavailable", f"{self._name} sent far more than an answer.")
        except httpx2.TimeoutException:
            raise PriceError("unavailable", f"{self._name} did not answer within {self._seconds:g} s.") from None
        except httpx2.TransportError as error:
            raise RetryableError(f"{self._name} could not be reached.") from error
        except httpx2.HTTPError as error:
            raise PriceError("unavailable", f"{self._name} sent an answer that cannot be read.") from error
        except (httpx2.InvalidURL, OverflowError, ExceptionGroup) as error:
            # The address of a proxy that no connection can be opened to (a port over 65535); the start has told.
            raise PriceError("unavailable", f"{self._name} cannot be reached: {error}") from error
        return Reply(response.status_code, bytes(body))

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None
