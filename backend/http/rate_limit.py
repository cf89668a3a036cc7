"""Limits the rate of requests: a token bucket per client address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.problems import Problem, problem_response

_MOST_CLIENTS = 10_000
_UNLIMITED = frozenset({"/healthz", "/readyz"})
# A household has a whole /64 network; counted by address, it could be any number of clients.
_IPV6_PREFIX = 64


def bucket_name(scope: Scope) -> str:
    """Return the name of the bucket that a request's client shares with its household.

    Behind a trusted proxy, uvicorn's `ProxyHeadersMiddleware` has put the forwarded address into the scope.
    """
    return household(scope["client"][0] if scope.get("client") else "")


def household(address: str) -> str:
    """Return the name that all addresses of a household share.

    Names that are no address share one: a made-up name must not be a client of its own.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


@dataclass
class _Bucket:
    tokens: float
    at: float


class TokenBuckets:
    """Token buckets by client name, for the event loop only (no lock).

    Args:
        per_minute: Tokens that come back per minute.
        burst: Tokens that a bucket holds.
        clock: Seconds from any start, never running backwards.
        most_clients: Buckets remembered; the one unused for longest is forgotten first.
    """

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_clients: int = _MOST_CLIENTS,
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._most_clients = most_clients
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, client: str, amount: float = 1.0) -> float:
        """Take tokens and return 0; without enough of them take none, and return the seconds until there are enough.

        Args:
            client: The client's name, from `bucket_name`.
            amount: Tokens; at most as many as a bucket holds, or the wait never ends.
        """
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(float(self._burst), now))
        self._buckets.move_to_end(client)
        while len(self._buckets) > self._most_clients:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens >= amount:
            bucket.tokens -= amount
            return 0.0
        return (amount - bucket.tokens) / self._per_second

    @property
    def burst(self) -> int:
        """Tokens that a bucket holds."""
        return self._burst

    @property
    def per_second(self) -> float:
        """Tokens that come back per second."""
        return self._per_second

    def set(self, client: str, tokens: float) -> None:
        """Set what a bucket holds now.

        Args:
            client: The client's name.
            tokens: Fewer than none is owed.
        """
        self.take(client, 0.0)
        bucket = self._buckets.get(client)
        if bucket is not None:
            bucket.tokens = tokens

    def charge(self, client: str, amount: float) -> None:
        """Take tokens for what a request turned out to cost; the client waits until it has earned what it lacks.

        Args:
            client: The client's name, from `bucket_name`.
            amount: Tokens, fewer than none to give some back; never more is owed than a bucket holds.
        """
        self.take(client, 0.0)  # the tokens that came back meanwhile
        bucket = self._buckets.get(client)
        if bucket is not None:
            bucket.tokens = max(bucket.tokens - amount, -float(self._burst))


class Allowances(Protocol):
    """Token buckets of which some may lie elsewhere. For the event loop only."""

    async def take(self, client: str, amount: float = 1.0) -> float:
        """Take tokens; see `TokenBuckets.take`."""

    async def charge(self, client: str, amount: float) -> None:
        """Take tokens afterwards; see `TokenBuckets.charge`."""


class OwnAllowances:
    """The buckets of one process.

    Args:
        buckets: The buckets.
    """

    def __init__(self, buckets: TokenBuckets) -> None:
        self._buckets = buckets

    async def take(self, client: str, amount: float = 1.0) -> float:
        """Take tokens; see `TokenBuckets.take`."""
        return self._buckets.take(client, amount)

    async def charge(self, client: str, amount: float) -> None:
        """Take tokens afterwards; see `TokenBuckets.charge`."""
        self._buckets.charge(client, amount)


# Makes allowances of a kind that has a name: those of this process, or those that backends share.
MakeAllowances = Callable[[str, TokenBuckets], Allowances]


def own_allowances(kind: str, buckets: TokenBuckets) -> Allowances:
    """Return the allowances of one process; see `MakeAllowances`."""
    return OwnAllowances(buckets)


def too_many(kind: str, title: str, wait: float) -> Problem:
    """Return the answer to a client that has to wait.

    Args:
        kind: The kind of problem.
        title: The same sentence for every problem of this kind.
        wait: Seconds.
    """
    seconds = str(math.ceil(wait))
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS, kind, title, f"Try again in {seconds} s.", headers={"Retry-After": seconds}
    )


class RateLimit:
    """ASGI middleware that answers 429 to clients that send too many requests, and closes their connections.

    Only the health routes have no limit: load balancers ask them often.

    Args:
        app: The application behind it.
        allowances: The clients' buckets.
        on_refused: Called for every refusal.
        price: Tokens that a request of this scope costs; at most as many as a bucket holds.
        page: Draws the answer to a browser that is to wait so many seconds; None where a program asks.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowances: Allowances,
        on_refused: Callable[[], None],
        price: Callable[[Scope], float] = lambda scope: 1.0,
        page: Callable[[Scope, float], Response | None] = lambda scope, wait: None,
    ) -> None:
        self._app = app
        self._price, self._page = price, page
        self._allowances = allowances
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its client has a token left."""
        if scope["type"] == "http" and scope["path"] not in _UNLIMITED:
            wait = await self._allowances.take(bucket_name(scope), self._price(scope))
            if wait > 0:
                self._on_refused()
                problem = too_many("too-many-requests", "Too many requests from this address", wait)
                answer = self._page(scope, wait) or problem_response(problem)
                answer.headers.update(problem.headers or {})
                # Otherwise one connection could send thousands at once, each to be refused.
                answer.headers["Connection"] = "close"
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
