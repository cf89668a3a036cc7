from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from benchmarks.drivers.server import free_port
from benchmarks.drivers.tag_picture import encode
from frontend.client.answers import Reading
from frontend.client.connection import Connection
from frontend.client.failures import (
    BackendRefusedError,
    BackendSlowError,
    BackendUnreachableError,
    PredictionExpiredError,
)
from tests.frontend.fake_backend import FakeBackend, problem, reading

PHOTO = encode(Image.new("RGB", (40, 10)))


def read(connection: Connection) -> Reading:
    return connection.ask(Reading, "POST", "/v1/predictions", photo=PHOTO)


@pytest.fixture
def connection(fake: FakeBackend) -> Connection:
    return Connection(fake.url, read_seconds=60)


def test_nobody_listening_is_unreachable() -> None:
    with pytest.raises(BackendUnreachableError):
        read(Connection(f"http://127.0.0.1:{free_port()}"))


def test_a_late_answer_is_slow(fake: FakeBackend) -> None:
    fake.reading_seconds = 1.0
    with pytest.raises(BackendSlowError):
        read(Connection(fake.url, read_seconds=0.1))


@pytest.mark.parametrize(("status", "kind"), [(413, "too_large"), (429, "rate-limited"), (503, "busy")])
def test_a_problem_document_keeps_its_status_and_kind(
    connection: Connection, fake: FakeBackend, status: int, kind: str
) -> None:
    fake.reading = problem(status, kind)
    with pytest.raises(BackendRefusedError) as caught:
        read(connection)
    assert (caught.value.status, caught.value.kind) == (status, kind.replace("_", "-"))
    assert not isinstance(caught.value, PredictionExpiredError)


def test_an_answer_that_lacks_a_field_is_refused_and_not_a_crash(connection: Connection, fake: FakeBackend) -> None:
    odd = reading()
    del odd["characters"]
    fake.reading = odd
    with pytest.raises(BackendRefusedError, match="characters"):
        read(connection)


def test_an_answer_that_is_no_json_is_refused(fake: FakeBackend) -> None:
    with pytest.raises(BackendRefusedError):
        Connection(fake.url).ask(Reading, "GET", "/not-json")


def test_many_threads_share_a_client(connection: Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        readings = list(pool.map(read, [connection] * 32))
    assert len({found.id for found in readings}) >= 1
    assert {found.text for found in readings} == {"CW2288-111"}


def test_the_shoppers_address_is_named_only_by_the_client_that_speaks_for_one(
    connection: Connection, fake: FakeBackend
) -> None:
    read(connection.on_behalf_of("203.0.113.9"))
    read(connection.on_behalf_of(None))
    read(connection)
    assert fake.shoppers == ["203.0.113.9", None, None]
