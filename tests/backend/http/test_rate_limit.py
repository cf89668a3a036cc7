"""Every client has its own allowance; no client can borrow another's address."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.http.rate_limit import TokenBuckets, bucket_name
from backend.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_tokens_run_out_and_come_back() -> None:
    clock = Clock()
    buckets = TokenBuckets(60, 2, clock=clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 1]
    assert buckets.take("b") == 0
    clock.seconds += 0.5
    assert buckets.take("a") == pytest.approx(0.5)
    clock.seconds += 0.5
    assert buckets.take("a") == 0
    clock.seconds += 1000
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 1]


def test_a_large_amount_waits_for_all_of_its_tokens() -> None:
    clock = Clock()
    buckets = TokenBuckets(60, 10, clock=clock)
    assert buckets.take("a", 7) == 0
    assert buckets.take("a", 5) == pytest.approx(2)
    assert buckets.take("a", 3) == 0  # what was refused took none
    clock.seconds += 5
    assert buckets.take("a", 5) == 0


def test_only_so_many_clients_are_remembered() -> None:
    buckets = TokenBuckets(60, 1, clock=Clock(), most_clients=2)
    for name in "abc":
        assert buckets.take(name) == 0
    assert buckets.take("c") > 0
    assert buckets.take("a") == 0  # forgotten, so it starts anew


def bucket_of(peer: str, *forwarded: str, trusted: str = "10.0.0.0/8, 192.0.2.7") -> str:
    """Return the bucket of a request that comes from a peer with these X-Forwarded-For headers."""
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    hosts = Settings(trusted_proxies=trusted).trusted_hosts
    scope = {"type": "http", "client": (peer, 1234), "headers": headers}
    asyncio.run(ProxyHeadersMiddleware(app, trusted_hosts=hosts)(scope, None, None))
    return bucket_name(seen[0])


@pytest.mark.parametrize(
    ("peer", "forwarded", "bucket"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not a proxy of ours: made up
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.7", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.8", ["198.51.100.1"], "192.0.2.8"),
        # Only the right end was written by our proxy.
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.8, 10.0.0.7"], "10.0.0.8"),
        ("10.0.0.1", ["2001:db8:1:2::1"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["rubbish"], "unknown"),
        ("10.0.0.1", ["198.51.100.1, rubbish"], "unknown"),
        # An IPv4 peer of an IPv6 socket.
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("testclient", ["198.51.100.1"], "unknown"),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(peer: str, forwarded: list[str], bucket: str) -> None:
    assert bucket_of(peer, *forwarded) == bucket


def test_without_trusted_proxies_no_header_is_believed() -> None:
    assert bucket_of("127.0.0.1", "198.51.100.1", trusted="") == "127.0.0.1"


def test_what_a_request_turned_out_to_cost_is_owed() -> None:
    now = 0.0
    buckets = TokenBuckets(60.0, 4, clock=lambda: now)
    assert buckets.take("a") == 0.0
    buckets.charge("a", 4.0)
    assert buckets.take("a") == pytest.approx(2.0)
    buckets.charge("a", 1000.0)  # never more than a bucket holds
    assert buckets.take("a") == pytest.approx(5.0)
    now = 5.0
    assert buckets.take("a") == 0.0


def test_too_many_requests_are_refused_and_counted(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=2)
    statuses = [client.get("/v1/model").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.get("/v1/model")
    assert refused.json()["kind"] == "too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200
    assert refused.headers["connection"] == "close"
    other = TestClient(client.app, client=("192.0.2.77", 5))
    assert "tags_rate_limited_total 2.0" in other.get("/metrics").text
    assert client.get("/metrics").status_code == client.get("/openapi.json").status_code == 429
    assert client.get("/healthz").status_code == 200


def test_clients_behind_a_trusted_proxy_are_told_apart(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    local = TestClient(client.app, client=("127.0.0.1", 5))
    one, other = {"X-Forwarded-For": "198.51.100.1"}, {"X-Forwarded-For": "198.51.100.2"}
    assert local.get("/v1/model", headers=one).status_code == 200
    assert local.get("/v1/model", headers=one).status_code == 429
    assert local.get("/v1/model", headers=other).status_code == 200


def test_a_forged_header_of_another_peer_changes_nothing(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=1, trusted_proxies=(ip_network("10.0.0.0/8"),))
    stranger = TestClient(client.app, client=("203.0.113.9", 5))
    statuses = [
        stranger.get("/v1/model", headers={"X-Forwarded-For": address}).status_code
        for address in ("198.51.100.1", "198.51.100.2", "10.0.0.1")
    ]
    assert statuses == [200, 429, 429]


def test_a_household_of_addresses_is_one_client(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=1)
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1")
    statuses = [TestClient(client.app, client=(address, 5)).get("/v1/model").status_code for address in addresses]
    assert statuses == [200, 429, 200]
