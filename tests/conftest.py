"""Services that tests of several rooms use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from benchmarks.drivers.gcs_server import GcsServer
from benchmarks.drivers.postgres_server import PostgresMissingError, empty_database, running_postgres
from benchmarks.drivers.s3_server import S3Server

# How long an example takes says nothing on a machine that does other work.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsServer]:
    """A running Google Cloud Storage with an empty bucket `tags`; google-cloud-storage is led to it."""
    with GcsServer() as server:
        server.create_bucket("tags")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """A running S3 with an empty bucket `tags`; its client is led to it."""
    with S3Server("tags") as server:
        settings = {"ENDPOINT_URL": server.url, "ALLOW_HTTP": "true", "REGION": "us-east-1", "ACCESS_KEY_ID": "test"}
        for name, value in {**settings, "SECRET_ACCESS_KEY": "test"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of this test run's own, reached through a socket in its folder. Yields its URL."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running_postgres())
        except PostgresMissingError as error:
            pytest.skip(str(error))
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """URL of an empty PostgreSQL database."""
    pytest.importorskip("psycopg", reason="needs psycopg (requirements.txt)")
    empty_database(postgres_server)
    return postgres_server
