"""The store's champion serves within a moment; a bad one changes nothing.

Longer than other files: every way in which following the store can fail, with one set of fakes.
"""

import asyncio
import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.main import create_app
from backend.reading.champion_watch import ChampionWatch
from backend.reading.model import ModelSlot, Reader
from backend.settings import Settings
from benchmarks.drivers.gcs_server import GcsServer, wait_until
from datasets.errors import BucketUnavailableError
from datasets.models.champions import Champions
from datasets.models.shadow import ShadowHistory
from datasets.objects.folder import FolderObjects
from datasets.samples.places import Places
from datasets.samples.uploader import UploadPolicy
from ocr_model.errors import ModelError
from ocr_model.reading.prediction import ModelInfo, Prediction

KEY = Settings(store_key=SecretStr("the-key-of-one-store-and-no-other"))


class Model:
    """Reads what its folder says."""

    def __init__(self, like: Any, folder: Path) -> None:
        self._like = like
        self._about = json.loads((folder / "model.json").read_bytes())
        if (folder / "encoder.onnx").read_bytes() == b"no graph":
            raise ModelError(f"{folder}: the model does not run")

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(self._about["name"], self._about["version"])

    def read(self, image: Image.Image, /) -> Prediction:
        return replace(self._like.read(image), text=self._about["text"], model=self.info)


class Place:
    """The store, and the model folders that are registered in it."""

    def __init__(self, settings: Settings, scratch: Path) -> None:
        self.objects = FolderObjects(settings.spool)
        self.champions = Champions(self.objects)
        self.shadow = ShadowHistory(self.objects)
        self._scratch = scratch

    def register(self, version: str, *, text: str = "CW2288-111", graph: bytes = b"graph") -> str:
        folder = self._scratch / f"model-{version}"
        folder.mkdir(exist_ok=True)
        (folder / "encoder.onnx").write_bytes(graph)
        about = {"name": "new", "version": version, "text": text, "files": {"encoder": "encoder.onnx"}}
        about["sha256"] = {"encoder.onnx": hashlib.sha256(graph).hexdigest()}
        (folder / "model.json").write_text(json.dumps(about))
        return self.champions.registry.register(folder)

    def promote(self, digest: str) -> int:
        present = self.champions.current()
        expected = present.number if present is not None else None
        return self.champions.promote(digest, expected=expected, by="me", reason="test").number


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Place:
    return Place(settings, tmp_path)


@pytest.fixture
def run(settings: Settings, reader: Any) -> Iterator[Callable[..., TestClient]]:
    """Start a backend that looks at the store all the time, and wait until it is ready."""
    clients: list[TestClient] = []

    def load(folder: Path | None, threads: int) -> Reader:
        return reader if folder is None else Model(reader, folder)

    def start(**changes: object) -> TestClient:
        chosen = settings.model_copy(update={"champion_poll_seconds": 0.02, **changes})
        client = TestClient(create_app(chosen, load_recognizer=load))
        client.__enter__()
        clients.append(client)
        assert wait_until(lambda: client.get("/readyz").status_code == 200)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is set, the store does not say who the champion is."""
    away, original = threading.Event(), Champions.look

    def look(self: Champions) -> Any:
        if away.is_set():
            raise BucketUnavailableError("503")
        return original(self)

    monkeypatch.setattr(Champions, "look", look)
    return away


def serving(client: TestClient) -> tuple[str, int | None]:
    body = client.get("/v1/model").json()
    return body["version"], body["champion"] and body["champion"]["number"]


def serves(client: TestClient, version: str, number: int | None) -> bool:
    return wait_until(lambda: serving(client) == (version, number))


def failure(client: TestClient) -> dict[str, Any]:
    return client.get("/v1/model").json()["last_failure"] or {}


def read(client: TestClient, png: bytes) -> Any:
    answer = client.post("/v1/predictions", files={"image": ("a.png", png)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_without_a_champion_the_shipped_model_serves(run: Callable[..., TestClient]) -> None:
    client = run()
    assert serving(client) == ("7", None)
    body = client.get("/v1/model").json()
    assert (body["is_behind"], body["last_failure"]) == (False, None)
    assert "tags_champion_number 0.0" in client.get("/metrics").text


def test_a_start_serves_the_champion_at_once(run: Callable[..., TestClient], place: Place, png: bytes) -> None:
    digest = place.register("1")
    place.promote(digest)
    client = run(champion_poll_seconds=3600)
    assert serving(client) == ("1", 1)
    assert client.get("/v1/model").json()["champion"]["model"] == digest
    assert read(client, png)["model"] == {"name": "new", "version": "1"}
    assert "tags_champion_number 1.0" in client.get("/metrics").text


def test_what_only_training_needs_is_not_fetched(
    run: Callable[..., TestClient], place: Place, settings: Settings, tmp_path: Path
) -> None:
    for version in ("1", "2"):
        (tmp_path / f"model-{version}").mkdir()
        (tmp_path / f"model-{version}" / "weights.pt").write_bytes(b"what training begins with")
    champion, challenger = place.register("1"), place.register("2")
    assert "weights.pt" in place.champions.registry.model(champion).files
    place.promote(champion)
    place.shadow.set(challenger, "me", "test")
    client = run()
    assert serving(client) == ("1", 1)
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] == {"name": "new", "version": "2"})
    for digest in (champion, challenger):
        fetched = {path.name for path in (settings.model_cache / digest).iterdir()}
        assert fetched == {"encoder.onnx", "files.json", "model.json"}


def test_zero_seconds_never_look(run: Callable[..., TestClient], place: Place) -> None:
    place.promote(place.register("1"))
    client = run(champion_poll_seconds=0)
    assert serving(client) == ("7", None)


def test_promotions_and_rollbacks_are_followed(run: Callable[..., TestClient], place: Place, png: bytes) -> None:
    client = run()
    for version in ("1", "2"):
        number = place.promote(place.register(version))
        assert serves(client, version, number)
    before = client.get("/v1/model").json()["serving_since"]
    assert place.champions.rollback("me", "worse").number == 3
    assert serves(client, "1", 3)
    assert client.get("/v1/model").json()["serving_since"] > before
    assert place.promote(place.register("1")) == 4  # what serves already
    assert serves(client, "1", 4)
    assert read(client, png)["text"] == "CW2288-111"


def test_a_label_says_which_model_read_it(
    run: Callable[..., TestClient], place: Place, png: bytes, settings: Settings
) -> None:
    from datasets.samples.store import SampleStore

    client = run()
    before = read(client, png)
    place.promote(place.register("1"))
    assert serves(client, "1", 1)
    after = read(client, png)
    assert (before["model"]["version"], after["model"]["version"]) == ("7", "1")
    for prediction in (before, after):
        answer = client.post(f"/v1/predictions/{prediction['id']}/label", files={"status": (None, "accepted")})
        assert answer.status_code == 200
    with SampleStore.open(settings.spool) as store:
        labels = {sample.label.prediction_id: sample.label for sample in store.samples()}
    assert [labels[one["id"]].model_version for one in (before, after)] == ["7", "1"]


@pytest.mark.parametrize("what", ["damaged", "does not load", "misreads", "missing"])
def test_a_bad_champion_changes_nothing(
    run: Callable[..., TestClient], place: Place, png: bytes, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    place.promote(place.register("1"))
    client = run()
    digest = place.register(
        "2", text="-" if what == "misreads" else "CW2288-111", graph=b"no graph" if "load" in what else b"g"
    )
    stored = place.objects.root / "models" / digest / "encoder.onnx"
    if what == "damaged":
        stored.write_bytes(b"x")
    if what == "missing":
        stored.unlink()
    place.promote(digest)
    kind = {"misreads": "misreads"}.get(what, "damaged")
    assert wait_until(lambda: failure(client).get("kind") == kind)
    body = client.get("/v1/model").json()
    assert serving(client) == ("1", 1)
    assert body["is_behind"] is True
    assert (body["last_failure"]["number"], body["last_failure"]["resolved"]) == (2, False)
    assert str(place.objects.root) not in client.get("/v1/model").text
    assert read(client, png)["model"]["version"] == "1"
    metrics = client.get("/metrics").text
    assert f'tags_champion_failures_total{{kind="{kind}"}}' in metrics
    assert "tags_champion_behind 1.0" in metrics
    assert wait_until(lambda: _times(client, kind) >= 3)  # it keeps trying
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1  # and says so once
    place.promote(place.register("3"))
    assert serves(client, "3", 3)
    assert wait_until(lambda: failure(client)["resolved"])


def test_what_an_unexpected_error_says_is_not_in_the_line(
    tmp_path: Path, reader: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def open_places() -> Places:
        raise RuntimeError("cannot encode CW2288-111")

    watch = ChampionWatch(
        ModelSlot(),
        None,
        None,
        load=lambda folder: reader,
        load_challenger=lambda folder: reader,
        open_places=open_places,
        cache=tmp_path,
        seconds=60,
    )

    async def look() -> None:
        await watch.start()
        await watch.close()

    asyncio.run(look())
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.getMessage().endswith("RuntimeError")


def _times(client: TestClient, kind: str) -> float:
    (line,) = [
        line
        for line in client.get("/metrics").text.splitlines()
        if line.startswith(f'tags_champion_failures_total{{kind="{kind}"}}')
    ]
    return float(line.split()[-1])


def test_a_model_that_is_healed_is_taken_after_all(run: Callable[..., TestClient], place: Place) -> None:
    digest = place.register("1")
    stored = place.objects.root / "models" / digest / "encoder.onnx"
    stored.write_bytes(b"x")
    place.promote(digest)
    client = run()
    assert serving(client) == ("7", None)
    assert place.register("1") == digest
    assert serves(client, "1", 1)


def test_a_start_with_a_bad_champion_serves_the_last_good_one(run: Callable[..., TestClient], place: Place) -> None:
    place.promote(place.register("1"))
    run()
    place.promote(place.register("2", graph=b"no graph"))
    client = run()
    assert serving(client) == ("1", 1)
    assert failure(client)["number"] == 2


@pytest.mark.parametrize("served_before", [False, True])
def test_a_store_that_is_away_does_not_stop_a_start(
    run: Callable[..., TestClient],
    place: Place,
    png: bytes,
    served_before: bool,
    outage: threading.Event,
) -> None:
    place.promote(place.register("1"))
    if served_before:
        run()
    outage.set()
    client = run()
    assert serving(client) == (("1", 1) if served_before else ("7", None))
    assert (failure(client)["kind"], failure(client)["number"]) == ("store-unavailable", None)
    read(client, png)
    outage.clear()
    assert serves(client, "1", 1)
    assert wait_until(lambda: failure(client)["resolved"])


def test_the_entry_of_another_store_is_another_champion(
    run: Callable[..., TestClient], place: Place, tmp_path: Path, settings: Settings, outage: threading.Event
) -> None:
    """Each store counts from 1; what served last here may be of another."""
    place.promote(place.register("1"))
    run()
    elsewhere = settings.model_copy(update={"spool_dir": tmp_path / "another"})
    other = Place(elsewhere, tmp_path)
    other.promote(other.register("2"))
    outage.set()
    client = run(spool_dir=elsewhere.spool)
    assert serving(client) == ("1", 1)
    outage.clear()
    assert serves(client, "2", 1)
    assert not client.get("/v1/model").json()["is_behind"]


def test_a_store_that_hangs_does_not_hold_up_a_start(
    run: Callable[..., TestClient], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.reading.champion_watch._FIRST_LOOK_SECONDS", 0.2)
    place.promote(place.register("1"))
    gate = threading.Event()
    original = Places.open

    def hang(*args: Any, **options: Any) -> Places:
        gate.wait(60)
        return original(*args, **options)

    monkeypatch.setattr(Places, "open", hang)
    client = run()
    assert serving(client) == ("7", None)
    gate.set()
    assert serves(client, "1", 1)


def test_the_champion_in_a_bucket_outlives_the_bucket_s_outage(
    run: Callable[..., TestClient], place: Place, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services._LOOKING", UploadPolicy(timeout=1.0, deadline=0.1))
    with GcsServer() as gcs:
        gcs.create_bucket("tags")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
        url = "gs://tags/shoes"
        with Places.open(place.objects.root, url) as places:
            place.champions = Champions(places.authority)
            place.promote(place.register("1"))
            client = run(storage_url=url)
            assert serving(client) == ("1", 1)
            gcs.faults.unavailable = -1
            assert wait_until(lambda: failure(client).get("kind") == "store-unavailable")
            assert read(client, png)["model"]["version"] == "1"
            other = run(storage_url=url)  # starts while the bucket is away
            assert serving(other) == ("1", 1)
            gcs.faults.unavailable = 0
            place.promote(place.register("2"))
            for one in (client, other):
                assert serves(one, "2", 2)
                assert wait_until(lambda watched=one: failure(watched)["resolved"] is True)


def test_only_the_latest_models_stay_here(run: Callable[..., TestClient], place: Place, settings: Settings) -> None:
    client = run()
    for number in range(1, 10):
        place.promote(place.register(str(number)))
        assert serves(client, str(number), number)

    def kept() -> set[str]:
        return {path.name for path in settings.model_cache.iterdir() if path.is_dir()}

    assert wait_until(lambda: len(kept()) == 6)
    assert place.register("9") in kept()


def test_the_challenger_is_followed(run: Callable[..., TestClient], place: Place, png: bytes) -> None:
    client = run()
    assert client.get("/v1/shadow").json()["challenger"] is None
    digest = place.register("2", text="CW2288-112")
    place.shadow.set(digest, "me", "test")
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] == {"name": "new", "version": "2"})
    answer = read(client, png)
    assert answer["model"]["version"] == "7"
    assert "CW2288" not in json.dumps(answer)
    assert wait_until(lambda: client.get("/v1/shadow").json()["different"] == 1)
    client.post(
        f"/v1/predictions/{answer['id']}/label", files={"status": (None, "corrected"), "text": (None, "CW2288-112")}
    )
    body = client.get("/v1/shadow").json()
    assert body["labels"] == {"both": 0, "champion": 0, "challenger": 1, "neither": 0}
    assert body["entry"]["model"] == digest
    assert body["confidence"] == {"champion": 0.9, "challenger": 0.9}
    client.delete(f"/v1/predictions/{answer['id']}/label")
    assert client.get("/v1/shadow").json()["labels"]["challenger"] == 0
    place.shadow.set(None, "me", "test")
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] is None)


def test_a_bad_challenger_is_reported_and_changes_nothing(
    run: Callable[..., TestClient], place: Place, png: bytes
) -> None:
    client = run()
    place.shadow.set(place.register("2", text="-"), "me", "test")
    assert wait_until(lambda: (client.get("/v1/shadow").json()["last_failure"] or {}).get("kind") == "misreads")
    assert client.get("/v1/shadow").json()["challenger"] is None
    assert failure(client) == {}
    read(client, png)


def test_a_challenger_that_was_promoted_no_longer_reads_in_shadow(run: Callable[..., TestClient], place: Place) -> None:
    client = run()
    digest = place.register("2")
    place.shadow.set(digest, "me", "test")
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] is not None)
    place.promote(digest)
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] is None)
    assert serves(client, "2", 1)


def test_no_request_fails_while_champions_change(run: Callable[..., TestClient], place: Place, png: bytes) -> None:
    """Twenty promotions under the load of three shoppers: each reading is of a model that was promoted by then."""
    client = run()
    digests = [place.register(str(number)) for number in range(3)]
    answers: list[tuple[int, str]] = []
    done = threading.Event()

    def shop() -> None:
        while not done.is_set():
            answer = client.post("/v1/predictions", files={"image": ("a.png", png)})
            answers.append((answer.status_code, answer.json().get("model", {}).get("version", answer.text)))

    shoppers = [threading.Thread(target=shop) for _ in range(3)]
    for shopper in shoppers:
        shopper.start()
    try:
        for number in range(20):
            place.promote(digests[number % 3])
            assert serves(client, str(number % 3), number + 1)
    finally:
        done.set()
        for shopper in shoppers:
            shopper.join()
    assert {status for status, _ in answers} == {200}
    assert {version for _, version in answers} <= {"7", "0", "1", "2"}
    assert len({version for _, version in answers}) >= 3


def test_with_a_key_only_a_signed_champion_serves(
    run: Callable[..., TestClient], place: Place, outage: threading.Event
) -> None:
    """Whoever can write to the bucket can put a champion there, but cannot sign it."""
    mine = Champions(place.objects, key=KEY.signing_key)
    good, evil = place.register("1"), place.register("2")
    mine.promote(good, expected=None, by="me", reason="test")
    client = run(store_key=KEY.store_key)
    assert serves(client, "1", 1)
    place.promote(evil)  # without the key
    assert wait_until(lambda: failure(client).get("kind") == "unsigned")
    assert "not signed with the store's key" in failure(client)["message"]
    assert (failure(client)["number"], client.get("/v1/model").json()["is_behind"]) == (2, False)
    assert serving(client) == ("1", 1)
    metrics = client.get("/metrics").text
    assert 'tags_champion_failures_total{kind="unsigned"}' in metrics
    assert "tags_champion_behind 0.0" in metrics  # the last signed one serves
    # A start serves the last good one, and the shipped model where that is not signed either.
    assert serving(run(store_key=KEY.store_key)) == ("1", 1)
    assert serving(run()) == ("2", 2)  # without the key nothing changes
    outage.set()
    assert serving(run(store_key=KEY.store_key)) == ("7", None)  # what served last here was not signed
    outage.clear()
    mine.promote(good, expected=1, by="me", reason="mend")
    assert serves(client, "1", 3)
    assert wait_until(lambda: failure(client)["resolved"])


@pytest.mark.parametrize("data", [b"{}", b"\xff", bytes(1 << 16)])
def test_a_damaged_entry_above_the_champion_is_named_and_stops_nothing(
    run: Callable[..., TestClient], place: Place, data: bytes
) -> None:
    mine = Champions(place.objects, key=KEY.signing_key)
    good, better = place.register("1"), place.register("2")
    mine.promote(good, expected=None, by="me", reason="test")
    place.objects.put("champion/00000002.json", data)
    place.objects.put("shadow/00000001.json", data)
    client = run(store_key=KEY.store_key)  # a fresh one
    assert serves(client, "1", 1)
    assert wait_until(lambda: (failure(client).get("kind"), failure(client).get("number")) == ("damaged", 2))
    mine.promote(better, expected=1, by="me", reason="goes on")
    assert serves(client, "2", 3)
    assert wait_until(lambda: failure(client)["resolved"])


def test_with_a_key_an_unsigned_challenger_does_not_read_in_shadow(
    run: Callable[..., TestClient], place: Place
) -> None:
    evil = place.register("2")
    place.shadow.set(evil, "evil", "")
    client = run(store_key=KEY.store_key)
    assert wait_until(lambda: (client.get("/v1/shadow").json()["last_failure"] or {}).get("kind") == "unsigned")
    assert client.get("/v1/shadow").json()["challenger"] is None
    ShadowHistory(place.objects, key=KEY.signing_key).set(evil, "me", "I looked at it")
    assert wait_until(lambda: client.get("/v1/shadow").json()["challenger"] is not None)
