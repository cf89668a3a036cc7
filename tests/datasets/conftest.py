from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.drivers.postgres_server import PostgresMissingError, empty_database, running_postgres
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """An empty folder, and an empty bucket that lists its names in pages of two."""
    if request.param == "folder":
        yield FolderObjects(tmp_path / "objects")
        return
    request.getfixturevalue("gcs").page_size = 2
    bucket = BucketObjects("gs://tags/shop")
    yield bucket
    bucket.close()


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
