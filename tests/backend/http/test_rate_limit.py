"""Every client has its own allowance; nobody can borrow another's address."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest
from fastapi.testclient import TestClient

from backend.http.rate_limit import TokenBuckets, client_address


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


def test_to_ask_how_long_takes_no_token() -> None:
    clock = Clock()
    buckets = TokenBuckets(60, 2, clock=clock)
    assert buckets.wait("a") == 0
    buckets.take("a")
    assert buckets.wait("a") == buckets.wait("a") == 0
    buckets.take("a")
    assert buckets.wait("a") == pytest.approx(1)
    clock.seconds += 0.4
    assert buckets.wait("a") == pytest.approx(0.6)
    clock.seconds += 10
    assert buckets.wait("a") == 0


def test_only_so_many_clients_are_remembered() -> None:
    buckets = TokenBuckets(60, 1, clock=Clock(), most_clients=2)
    for name in "abc":
        assert buckets.take(name) == 0
    assert buckets.take("c") > 0
    assert buckets.take("a") == 0  # forgotten, so it starts anew


def scope(peer: str, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": (peer, 1234), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not a proxy of ours: made up
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (
            "10.0.0.1",
            ["1.2.3.4, 198.51.100.1"],
            "198.51.100.1",
        ),  # only the right end was written by our proxy
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", ["rubbish"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, rubbish"], "10.0.0.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_client_is_the_last_address_that_no_proxy_of_ours_has(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert client_address(scope(peer, *forwarded), [ip_network("10.0.0.0/8")]) == address


def test_too_many_requests_are_refused_and_counted(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=2)
    statuses = [client.get("/v1/model").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.get("/v1/model")
    assert refused.json()["kind"] == "too-many-requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200
    assert "tags_rate_limited_total 2.0" in client.get("/metrics").text


def test_clients_behind_a_trusted_proxy_are_told_apart(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    local = TestClient(client.app, client=("127.0.0.1", 5))
    one, other = {"X-Forwarded-For": "198.51.100.1"}, {"X-Forwarded-For": "198.51.100.2"}
    assert local.get("/v1/model", headers=one).status_code == 200
    assert local.get("/v1/model", headers=one).status_code == 429
    assert local.get("/v1/model", headers=other).status_code == 200


def test_a_household_of_addresses_is_one_client(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=1.0, rate_burst=1)
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:3::1")
    statuses = [TestClient(client.app, client=(address, 5)).get("/v1/model").status_code for address in addresses]
    assert statuses == [200, 429, 200]
