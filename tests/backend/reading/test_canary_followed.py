"""A running backend follows the store's canary, and takes it back for all backends."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.main import create_app
from backend.reading.model import Reader
from backend.settings import Settings
from benchmarks.drivers.gcs_server import wait_until
from datasets.models.canary import CanaryHistory
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowHistory
from datasets.objects.folder import FolderObjects
from datasets.reason import Reason
from ocr_model.reading.prediction import ModelInfo, Prediction


class Model:
    """Reads what its folder says."""

    def __init__(self, like: Any, folder: Path) -> None:
        self._like, self._about = like, json.loads((folder / "model.json").read_bytes())

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(self._about["name"], self._about["version"])

    def read(self, image: Image.Image, /) -> Prediction:
        return self.read_batch([image])[0]

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        text = self._about["text"]
        return [replace(self._like.read(image), text=text, model=self.info) for image in images]

    def for_many_lines(self) -> "Model":
        return self

    def at_a_glance(self) -> "Model":
        return self


@pytest.fixture
def store(settings: Settings) -> FolderObjects:
    return FolderObjects(settings.spool)


@pytest.fixture
def register(store: FolderObjects, tmp_path: Path) -> Callable[..., str]:
    def register_model(version: str, name: str = "new") -> str:
        folder = tmp_path / f"model-{version}"
        folder.mkdir()
        (folder / "encoder.onnx").write_bytes(b"graph")
        about = {"name": name, "version": version, "text": "CW2288-111", "files": {"encoder": "encoder.onnx"}}
        about["sha256"] = {"encoder.onnx": hashlib.sha256(b"graph").hexdigest()}
        (folder / "model.json").write_text(json.dumps(about))
        return ModelRegistry(store).register(folder)

    return register_model


@pytest.fixture
def client(settings: Settings, reader: Any, detector: Any) -> Iterator[TestClient]:
    def load(folder: Path | None, threads: int) -> Reader:
        return reader if folder is None else Model(reader, folder)

    chosen = settings.model_copy(update={"champion_poll_seconds": 0.02, "canary_share": 0.5})
    app = create_app(chosen, load_recognizer=load, load_detector=lambda threads: detector)
    with TestClient(app) as client:
        assert wait_until(lambda: client.get("/readyz").status_code == 200)
        yield client


def read(client: TestClient, png: bytes, path: str = "/v1/predictions") -> Any:
    answer = client.post(path, files={"image": png}, headers={"X-Request-ID": uuid.uuid4().hex})
    assert answer.status_code == 200, answer.text
    return answer.json()


def keep(client: TestClient, found: Any, status: str, text: str) -> Any:
    fields = {"status": (None, status), "text": (None, text), "client": (None, "test")}
    answer = client.post(f"/v1/predictions/{found['id']}/label", files=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def reads(client: TestClient, png: bytes, version: str) -> Any:
    """A reading by this version."""
    return next(found for _ in range(200) if (found := read(client, png))["model"]["version"] == version)


def test_answers_and_labels_say_who_has_read(
    client: TestClient, store: FolderObjects, register: Callable[..., str], png: bytes
) -> None:
    digest = register("2")
    CanaryHistory(store).set(digest, "me", "try it")
    assert wait_until(lambda: client.get("/v1/canary").json()["challenger"] is not None)
    body = client.get("/v1/canary").json()
    assert (body["challenger"], body["entry"]["model"]) == ({"name": "new", "version": "2"}, digest)
    assert client.get("/v1/model").json()["version"] == "7"  # the champion stays
    found = reads(client, png, "2")
    assert found["text"] == "CW2288-111"
    reads(client, png, "7")
    assert keep(client, found, "accepted", found["text"])["proven"] is True
    assert client.get("/v1/canary").json()["challenger_counts"]["confirmed"] == 1
    events = b"".join(file.read_bytes() for file in store.root.glob("events/*/*.json"))
    assert b'"model":{"name":"new","version":"2"}' in events
    client.delete(f"/v1/predictions/{found['id']}/label")
    assert client.get("/v1/canary").json()["challenger_counts"]["confirmed"] == 0
    versions = {line["model"]["version"] for _ in range(40) for line in read(client, png, "/v1/tags")["lines"]}
    assert versions == {"2", "7"}
    CanaryHistory(store).set(None, "me", "enough")
    assert wait_until(lambda: client.get("/v1/canary").json()["challenger"] is None)
    assert {read(client, png)["model"]["version"] for _ in range(20)} == {"7"}


def test_it_goes_by_itself_and_shadow_stays(
    client: TestClient, store: FolderObjects, register: Callable[..., str], png: bytes
) -> None:
    shadow, canary = register("1-shadow"), register("2")
    ShadowHistory(store).set(shadow, "me", "")
    CanaryHistory(store).set(canary, "me", "try it")
    assert wait_until(lambda: client.get("/v1/canary").json()["challenger"] is not None)
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] is not None)
    # Everybody has an ART GW2871 in hand, which the champion reads.
    while client.get("/v1/canary").json()["returned"] is None:
        found = read(client, png)
        keep(client, found, "accepted" if found["text"] == "ART GW2871" else "corrected", "ART GW2871")
    body = client.get("/v1/canary").json()
    assert (body["challenger"], body["entry"], body["returned"]["why"]) == (None, None, "corrections")
    assert body["returned"]["challenger_counts"]["corrected"] >= 20
    assert {read(client, png)["model"]["version"] for _ in range(20)} == {"7"}

    def last() -> Any:
        return CanaryHistory(store).current()

    assert wait_until(lambda: last().number == 2)
    assert (last().model, last().by, last().reason.kind) == (None, Reason(kind="backend"), "canary_corrections")
    assert client.get("/v1/canary").json()["returned"]["entry"] == 1
    counts = client.get("/v1/shadow").json()
    assert counts["challenger"]["version"] == "1-shadow"
    assert counts["champion"] == {"name": "fake", "version": "7"}  # the canary's readings were no measure


def test_a_challenger_with_the_champion_s_name_is_not_taken(
    client: TestClient, store: FolderObjects, register: Callable[..., str]
) -> None:
    CanaryHistory(store).set(register("7", name="fake"), "me", "")
    assert wait_until(lambda: (client.get("/v1/canary").json()["last_failure"] or {}).get("kind") == "same-name")
    assert client.get("/v1/canary").json()["challenger"] is None


def test_labels_of_what_others_have_read_count_for_both_sides(
    settings: Settings, reader: Any, detector: Any, png: bytes, register: Callable[..., str], store: FolderObjects
) -> None:
    """Readers that keep no labels read for a backend that keeps them: `deploy/kubernetes/ray`."""

    def load(folder: Path | None, threads: int) -> Reader:
        return reader if folder is None else Model(reader, folder)

    key = SecretStr("k" * 32)
    same = {"champion_poll_seconds": 0.02, "canary_share": 0.5, "storage_url": store.root.as_uri(), "store_key": key}
    folder = settings.data_dir.parent
    keeper = settings.model_copy(update={**same, "data_dir": folder / "keeper"})
    alone = settings.model_copy(update={**same, "data_dir": folder / "alone", "keeps_labels": False})
    apps = [
        create_app(chosen, load_recognizer=load, load_detector=lambda threads: detector) for chosen in (keeper, alone)
    ]
    with TestClient(apps[0]) as keeping, TestClient(apps[1]) as reading:
        assert wait_until(lambda: all(each.get("/readyz").status_code == 200 for each in (keeping, reading)))
        CanaryHistory(store, key=keeper.signing_key).set(register("2"), "me", "try it")
        for client in (keeping, reading):
            assert wait_until(lambda client=client: client.get("/v1/canary").json()["challenger"] is not None)
        for version in ("7", "2"):
            found = reads(reading, png, version)
            fields: dict[str, Any] = {"image": png, "proof": (None, found["proof"]), "read_text": (None, found["text"])}
            answer = keeping.post(
                f"/v1/predictions/{found['id']}/label", files={"status": (None, "accepted"), **fields}
            )
            assert answer.json()["proven"] is True
        counts = keeping.get("/v1/canary").json()
    assert (counts["champion_counts"]["confirmed"], counts["challenger_counts"]["confirmed"]) == (1, 1)
