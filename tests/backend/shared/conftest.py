"""Two backends on one PostgreSQL, each with a spool of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from benchmarks.drivers.postgres_server import PostgresMissingError, PostgresServer, postgres_server

PATIENCE = 60.0  # seconds; a busy machine must not count as a database that is away


class Backends:
    """Starts backends on one database.

    Args:
        start: Starts an app with some settings changed.
        folder: For what each keeps.
        url: The database's.
    """

    def __init__(self, start: Callable[..., TestClient], folder: Path, url: str) -> None:
        self._start, self._folder, self.url = start, folder, url

    def __call__(self, name: str, **changes: object) -> TestClient:
        """Start a backend whose folder has this name."""
        shared = {
            "shared_seconds": PATIENCE,
            "data_dir": self._folder / name,
            "database_url": SecretStr(self.url),
            "store_key": SecretStr("the-key-of-all-backends-of-one-bucket"),
        }
        return self._start(**{**shared, **changes})

    def pictures(self, name: str) -> list[Path]:
        """Return the files of crops that a backend keeps."""
        return [path for path in (self._folder / name / "spool").rglob("*.png") if path.is_file()]


@pytest.fixture
def backends(start: Callable[..., TestClient], tmp_path: Path, postgres: str) -> Backends:
    return Backends(start, tmp_path, postgres)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that the test may stop."""
    pytest.importorskip("psycopg", reason="needs psycopg (requirements.txt)")
    try:
        with postgres_server() as server:
            yield server
    except PostgresMissingError as error:
        pytest.skip(str(error))


def read_all(client: TestClient, png: bytes, **fields: str) -> dict[str, Any]:
    answer = client.post("/v1/predictions", files={"image": ("a.png", png)}, data=fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def read(client: TestClient, png: bytes, **fields: str) -> str:
    return str(read_all(client, png, **fields)["id"])


def proof_of(reading: dict[str, Any]) -> dict[str, str]:
    """The fields by which a label shows what was read."""
    return {"read_text": reading["text"], "proof": reading["proof"]}


def label(client: TestClient, prediction: str, image: bytes | None = None, /, **fields: str) -> Any:
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    if image is not None:
        parts["image"] = ("crop.png", image)
    return client.post(f"/v1/predictions/{prediction}/label", files=parts)
