"""A service that can never become ready says why, in one line; what works goes on."""

import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from backend import label_store
from backend.main import create_app
from backend.reading import champion_watch
from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until
from datasets.models.champions import Champions
from datasets.objects.folder import FolderObjects
from tests.datasets.making import model_folder


def until(client: TestClient, text: str) -> Any:
    """Return the first answer of /readyz that holds a text."""
    assert wait_until(lambda: text in client.get("/readyz").text)
    return client.get("/readyz")


def test_a_missing_model_is_said_in_one_line(settings: Settings, tmp_path: Path, png: bytes) -> None:
    failures: list[str] = []
    missing = settings.model_copy(update={"model_dir": tmp_path / "nothing"})
    with TestClient(create_app(missing, on_failure=failures.append)) as client:
        answer = until(client, "nothing")
        assert answer.status_code == 503
        assert client.post("/v1/predictions", files={"image": png}).status_code == 503
    (message,) = failures
    assert "\n" not in message
    assert str(tmp_path / "nothing") in message


def test_a_defect_while_loading_is_said_too(settings: Settings) -> None:
    def load(folder: Path | None, threads: int) -> Any:
        raise RuntimeError("deep inside")

    failures: list[str] = []
    with TestClient(create_app(settings, load_recognizer=load, on_failure=failures.append)) as client:
        until(client, "could not be loaded")
    assert failures == ["the model could not be loaded"]


def test_without_a_store_photos_are_read_until_it_comes_back(
    settings: Settings, reader: Any, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_store, "_FIRST_PAUSE", 0.02)
    monkeypatch.setattr(label_store, "_LONGEST_PAUSE", 0.05)
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    failures: list[str] = []
    app = create_app(settings, load_recognizer=lambda folder, threads: reader, on_failure=failures.append)
    with TestClient(app) as client:
        ready = until(client, "reading")
        assert (ready.status_code, ready.json()["status"]) == (200, "reading")
        assert "cannot be opened" in ready.json()["missing"]
        assert "tags_ready 0.0" in client.get("/metrics").text
        assert "tags_store_unsent NaN" in client.get("/metrics").text
        answer = client.post("/v1/predictions", files={"image": png})
        assert answer.status_code == 200
        path = f"/v1/predictions/{answer.json()['id']}/label"
        label = client.post(path, files={"status": (None, "accepted")})
        assert (label.status_code, label.json()["kind"]) == (503, "store-unavailable")
        assert label.headers["retry-after"] == "10"
        settings.spool.unlink()
        assert until(client, "ready").json() == {"status": "ready", "computes": "cpu"}
        assert client.post(path, files={"status": (None, "accepted")}).status_code == 200
        assert "tags_store_unsent 0.0" in client.get("/metrics").text
    assert failures == []


def test_one_that_keeps_no_labels_follows_the_bucket_s_champion_and_fetches_nothing_else(
    settings: Settings, reader: Any, png: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(champion_watch, "check_reader", lambda reader, *, domain: None)
    key, bucket = SecretStr("k" * 32), tmp_path / "bucket"
    changes = {"storage_url": bucket.as_uri(), "store_key": key, "champion_poll_seconds": 0.05}
    keeper = settings.model_copy(update={**changes, "data_dir": tmp_path / "keeper"})
    alone = settings.model_copy(update={**changes, "keeps_labels": False})
    clients = [TestClient(create_app(each, load_recognizer=lambda folder, threads: reader)) for each in (keeper, alone)]
    with clients[0] as keeping, clients[1] as reading:
        until(keeping, "ready")
        ready = until(reading, "TAGS_KEEPS_LABELS")
        assert (ready.status_code, ready.json()["status"]) == (200, "reading")
        assert "tags_ready 1.0" in reading.get("/metrics").text
        found = reading.post("/v1/predictions", files={"image": png}).json()
        path, verdict = f"/v1/predictions/{found['id']}/label", {"status": (None, "accepted")}
        for refused in (reading.post(path, files=verdict), reading.delete(path)):
            assert (refused.status_code, refused.json()["kind"]) == (503, "keeps-no-labels")
        assert keeping.post(path, files=verdict).json()["kind"] == "prediction-expired"
        said: dict[str, Any] = {"image": png, "proof": (None, found["proof"]), "read_text": (None, found["text"])}
        assert keeping.post(path, files={**verdict, **said}).json()["proven"] is True
        assert wait_until(lambda: any((bucket / "events").rglob("*.json")))
        champions = Champions(FolderObjects(bucket), key=alone.signing_key)
        digest = champions.registry.register(model_folder(tmp_path / "one", "one"))
        champions.promote(digest, expected=None, by="me", reason="")
        assert wait_until(lambda: (reading.get("/v1/model").json()["champion"] or {}).get("model") == digest)
    assert not (alone.spool / "events").exists()
    assert not (alone.spool / "local" / "index.sqlite3").exists()


def test_one_that_keeps_no_labels_needs_the_key_of_those_that_do(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="needs TAGS_STORE_KEY"):
        Settings(data_dir=settings.data_dir, keeps_labels=False)


def test_the_champion_is_found_once_the_store_is_back(
    settings: Settings, reader: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_store, "_FIRST_PAUSE", 0.02)
    monkeypatch.setattr(champion_watch, "check_reader", lambda reader, *, domain: None)
    settings.data_dir.mkdir()
    settings.spool.write_text("a file where the folder should be")
    changed = settings.model_copy(update={"champion_poll_seconds": 0.05})
    app = create_app(changed, load_recognizer=lambda folder, threads: reader)
    with TestClient(app) as client:
        until(client, "reading")
        assert client.get("/v1/model").json()["champion"] is None
        settings.spool.unlink()
        champions = Champions(FolderObjects(settings.spool))
        champions.promote(
            champions.registry.register(model_folder(tmp_path / "one", "one")), expected=None, by="me", reason=""
        )
        assert wait_until(lambda: (client.get("/v1/model").json()["champion"] or {}).get("number") == 1)


def test_a_runtime_that_cannot_be_imported_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ocr_model.reading.recognizer", None)
    with TestClient(create_app(settings)) as client:
        assert wait_until(lambda: "could not be loaded" in client.get("/readyz").text)
