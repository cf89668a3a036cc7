"""Limits the rate of requests: a token bucket per client address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.problems import Problem, problem_response

_MOST_CLIENTS = 10_000
# A household has a whole /64 network; counted by address, it could be any number of clients.
_IPV6_PREFIX = 64


def bucket_name(scope: Scope) -> str:
    """Return the name of the bucket that a request's client shares with its household.

    Behind a trusted proxy, uvicorn's `ProxyHeadersMiddleware` has put the forwarded address into the scope. Names that
    are no address share one bucket: a made-up name must not be a client of its own.
    """
    try:
        parsed = ipaddress.ip_address(scope["client"][0] if scope.get("client") else "")
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

    def wait(self, client: str) -> float:
        """Return the seconds until the client has a token, 0 if it has one already; takes none."""
        bucket = self._buckets.get(client)
        if bucket is None:
            return 0.0
        return max(0.0, (1 - bucket.tokens) / self._per_second - (self._clock() - bucket.at))

    def take(self, client: str) -> float:
        """Take a token and return 0; without a token, return the seconds until there is one."""
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(float(self._burst), now))
        self._buckets.move_to_end(client)
        while len(self._buckets) > self._most_clients:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / self._per_second


class RateLimit:
    """ASGI middleware that answers 429 to clients that send too many requests to `/v1`.

    Args:
        app: The application behind it.
        buckets: The clients' buckets.
        on_refused: Called for every refusal.
    """

    def __init__(self, app: ASGIApp, buckets: TokenBuckets, on_refused: Callable[[], None]) -> None:
        self._app = app
        self._buckets = buckets
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its client has a token left."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            wait = self._buckets.take(bucket_name(scope))
            if wait > 0:
                self._on_refused()
                problem = Problem(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "too-many-requests",
                    "Too many requests from this address",
                    f"Try again in {math.ceil(wait)} s.",
                    headers={"Retry-After": str(math.ceil(wait))},
                )
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)
