"""Services that tests of several rooms use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from benchmarks.drivers.gcs_server import GcsServer

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
