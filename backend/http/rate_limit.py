"""How much one client may ask: a token bucket per address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.http.problems import Problem, problem_response
from backend.settings import Network

__all__ = ["RateLimit", "TokenBuckets", "bucket_name", "client_address"]

_MOST_CLIENTS = 10_000
# Households get whole /64 networks: single addresses of it would be as many clients as one likes.
_IPV6_PREFIX = 64


def client_address(scope: Scope, trusted_proxies: Sequence[Network]) -> str:
    """Return the address that a request comes from.

    Only when the peer is a trusted proxy is X-Forwarded-For looked at, from its right end: the first address
    that is not itself a trusted proxy is the client. Everything left of it could have been made up.
    """
    peer = scope["client"][0] if scope.get("client") else "unknown"
    address = _parse(peer)
    if address is None or not _is_trusted(address, trusted_proxies):
        return str(peer)
    forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    for part in reversed(forwarded.split(",")):
        candidate = _parse(part.strip())
        if candidate is None:
            break
        address = candidate
        if not _is_trusted(address, trusted_proxies):
            break
    return str(address)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_trusted(address: ipaddress.IPv4Address | ipaddress.IPv6Address, trusted_proxies: Sequence[Network]) -> bool:
    return any(address in network for network in trusted_proxies)


def bucket_name(address: str) -> str:
    """Return the name of the bucket that an address shares with its household."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed) if parsed is not None else address


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
        """Return the seconds until the client has a token, 0 if it has one; takes none."""
        bucket = self._buckets.get(client)
        if bucket is None:
            return 0.0
        return max(0.0, (1 - bucket.tokens) / self._per_second - (self._clock() - bucket.at))

    def take(self, client: str) -> float:
        """Take one token; return 0 if there was one, else the seconds until there is."""
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
    """ASGI middleware that answers 429 to clients that ask too much of `/v1`.

    Args:
        app: The application behind it.
        buckets: The clients' buckets.
        trusted_proxies: Networks whose X-Forwarded-For is believed.
        on_refused: Called for every refusal.
    """

    def __init__(
        self,
        app: ASGIApp,
        buckets: TokenBuckets,
        trusted_proxies: Sequence[Network],
        on_refused: Callable[[], None],
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._trusted_proxies = trusted_proxies
        self._on_refused = on_refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its client has a token left."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            wait = self._buckets.take(bucket_name(client_address(scope, self._trusted_proxies)))
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
