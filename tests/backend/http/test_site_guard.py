"""No website reaches the service through its visitor's browser; programs and the service's own page do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from backend.settings import Settings
from datasets.samples.store import SampleStore

LABEL = "/v1/predictions/0123456789abcdefghijklmn/label"


def kind(answer: object) -> str:
    return str(answer.json().get("kind", ""))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "127.0.0.1",
        "[::1]:8000",
        "localhost:8000",
        "LOCALHOST",
        "localhost.",
        "203.0.113.9",
        "[2001:db8::9]:80",
        "tags.example.com",
        "Tags.Example.com:443",
    ],
)
def test_an_address_and_the_service_s_names_are_answered(start: Callable[..., TestClient], host: str) -> None:
    client = start(allowed_hosts=("testserver", "tags.example.com"))
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "",
        "a@localhost:x",
        "[::1",
    ],
)
def test_a_name_that_a_website_lets_point_here_is_refused(client: TestClient, host: str) -> None:
    for method in ("GET", "POST"):
        answer = client.request(method, "/v1/model", headers={"host": host, "x-forwarded-host": "localhost"})
        assert (answer.status_code, kind(answer)) == (403, "unknown-host")
        assert answer.headers["content-type"] == "application/problem+json"


def test_two_hosts_are_refused(client: TestClient) -> None:
    answer = client.get("/healthz", headers=[("host", "localhost"), ("host", "evil.example")])  # type: ignore[arg-type]
    assert answer.status_code == 403


def test_a_website_cannot_write_a_label_into_a_local_backend(
    client: TestClient, png: bytes, settings: Settings
) -> None:
    """A form needs no preflight: the browser sends it, and only the answer is hidden from the site."""
    for origin in ("https://evil.example", "null", "http://localhost:3000", "http://localhost.evil.example", "file://"):
        answer = client.post(
            LABEL,
            files={"image": ("a.png", png)},
            data={"status": "accepted", "read_text": "FORGED1"},
            headers={"host": "localhost:8000", "origin": origin},
        )
        assert (answer.status_code, kind(answer)) == (403, "foreign-origin")
    # An old browser's form, and a script's request without CORS, tell the site only.
    for site in ("cross-site", "same-site"):
        answer = client.post(LABEL, data={"status": "accepted"}, headers={"sec-fetch-site": site})
        assert (answer.status_code, kind(answer)) == (403, "foreign-origin")
    for path in ("/v1/predictions", "/v1/team/cycles"):
        assert client.post(path, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.delete(LABEL, headers={"origin": "https://evil.example"}).status_code == 403
    with SampleStore.open(settings.spool) as store:
        assert list(store.samples()) == []


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("tags.example.com", "https://tags.example.com"),  # TLS ends at a proxy
        ("TAGS.example.com:443", "https://tags.example.com"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_service_s_own_page_may_write(start: Callable[..., TestClient], png: bytes, host: str, origin: str) -> None:
    client = start(allowed_hosts=("testserver", "tags.example.com"))
    headers = {"host": host, "origin": origin, "sec-fetch-site": "same-origin"}
    assert client.post("/v1/predictions", files={"image": ("a.png", png)}, headers=headers).status_code == 200


def test_programs_send_no_origin_and_reading_needs_none(client: TestClient, png: bytes) -> None:
    assert client.post("/v1/predictions", files={"image": ("a.png", png)}).status_code == 200
    foreign = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    assert client.get("/v1/model", headers=foreign).status_code == 200  # the browser hides the answer from the site
    assert "access-control-allow-origin" not in client.get("/v1/model", headers=foreign).headers
    assert client.options(LABEL, headers=foreign).status_code == 405


def test_refused_requests_cost_the_visitor_nothing(start: Callable[..., TestClient]) -> None:
    client = start(rate_per_minute=60.0, rate_burst=20)
    for _ in range(40):
        assert client.post(LABEL, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.get("/v1/model").status_code == 200
