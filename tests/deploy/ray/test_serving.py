"""The service on Ray Serve answers as it does in one process, and heals. One file, so that Ray starts once."""

import hashlib
import io
import json
import os
import shutil
import threading
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageDraw

from backend.main import create_app
from backend.settings import Settings
from benchmarks.drivers.server import free_port
from benchmarks.drivers.tag_picture import draw_tag, encode
from data_gen.ray_start import start_ray
from datasets.models.canary import CanaryHistory
from datasets.models.champions import Champions
from datasets.models.shadow import ShadowHistory
from datasets.objects.folder import FolderObjects
from deploy.ray.defaults import DEFAULTS
from ocr_model.reading.recognizer import CHAMPION

ray = pytest.importorskip("ray", reason="Ray is not installed (requirements-ray.txt)")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Ray's settings are declared as pydantic 1 has them
    from ray import serve

    from deploy.ray import application
    from deploy.ray.application import NAME, QUIET, build

# Ray's own threads, sockets and processes are closed by the garbage collector, and its modules warn of themselves.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]
SECONDS = 300.0  # for what a slow machine does in ten


class Service:
    """The service on Ray, and the same in one process."""

    def __init__(self, url: str, spool: Path, plain: TestClient) -> None:
        self.client = httpx.Client(base_url=url, timeout=SECONDS, trust_env=False)
        self.store = FolderObjects(spool)
        self.plain = plain

    def post(self, path: str, picture: bytes) -> Any:
        """What Ray answers, and what one process does."""
        answers = [client.post(path, files={"image": picture}) for client in (self.client, self.plain)]
        for answer in answers:
            assert answer.status_code == 200, answer.text
        return [answer.json() for answer in answers]

    def read(self) -> Any:
        answer = self.client.post("/v1/predictions", files={"image": CROP}, headers={"X-Request-ID": uuid.uuid4().hex})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def keep(self, prediction: Any, status: str, text: str) -> None:
        fields = {"status": (None, status), "text": (None, text), "client": (None, "test")}
        answer = self.client.post(f"/v1/predictions/{prediction['id']}/label", files=fields)
        assert answer.status_code == 200, answer.text

    def wait(self, path: str, holds: Any) -> Any:
        """Wait until an answer fits."""
        for _ in range(int(SECONDS / 0.2)):
            body = self.client.get(path).json()
            if holds(body):
                return body
            threading.Event().wait(0.2)
        raise TimeoutError(f"{path}: {body}")


CROP = encode(draw_tag("CW2288-111").crop((120, 240, 780, 400)))


def register(store: FolderObjects, scratch: Path, version: str) -> str:
    """A copy of the shipped model under another version."""
    folder = scratch / f"model-{version}"
    folder.mkdir()
    about = json.loads((CHAMPION / "model.json").read_bytes()) | {"version": version}
    for file in about["files"].values():
        shutil.copyfile(CHAMPION / file, folder / file)
    about["sha256"] = {
        file: hashlib.sha256((folder / file).read_bytes()).hexdigest()
        for file in about["sha256"]
        if (folder / file).is_file()
    }
    (folder / "model.json").write_text(json.dumps(about))
    return Champions(store).registry.register(folder)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("ray")
    port = free_port()
    settings = {
        "TAGS_DATA_DIR": str(folder / "var"),
        "TAGS_DOMAINS": "tags,digits",
        "TAGS_RATE_PER_MINUTE": "0",
        "TAGS_FEATURE_SECONDS": "0",
        "TAGS_CHAMPION_POLL_SECONDS": "0.2",
        "TAGS_CANARY_SHARE": "0.5",
        "TAGS_MODEL_THREADS": "1",
        "TAGS_LOG_FORMAT": "json",
        **DEFAULTS,
    }
    with patch.dict(os.environ, settings):
        for name in ("STORAGE_URL", "DATABASE_URL", "TAGS_MODEL_DIR", "RAY_ADDRESS"):
            os.environ.pop(name, None)
        start_ray(cpus=2)
        try:
            serve.start(http_options={"host": "127.0.0.1", "port": port}, logging_config=dict(QUIET))
            serve.run(build({"recognizer_replicas": 1}), name=NAME, route_prefix="/")
            plain = Settings(
                data_dir=folder / "plain",
                domains=("tags", "digits"),
                rate_per_minute=0,
                feature_seconds=0,
                allowed_hosts=("testserver",),
            )
            with TestClient(create_app(plain)) as client:
                made = Service(f"http://127.0.0.1:{port}", folder / "var" / "spool", client)
                made.wait("/readyz", ready)
                for _ in range(int(SECONDS / 0.2)):
                    if ready(client.get("/readyz").json()):
                        break
                    threading.Event().wait(0.2)
                yield made
                made.client.close()
        finally:
            serve.shutdown()  # type: ignore[no-untyped-call]
            ray.shutdown()


def ready(body: Any) -> bool:
    """Whether both domains read and keep labels."""
    return bool(body.get("status") == "ready" and body["domains"] == {"digits": {"status": "ready"}})


def reading(body: Any) -> Any:
    """What a reading says, without what differs from request to request."""
    return {name: value for name, value in body.items() if name not in ("id", "proof", "expires_at", "milliseconds")}


def test_a_crop_reads_as_in_one_process(service: Service) -> None:
    ours, plain = service.post("/v1/predictions", CROP)
    assert reading(ours) == reading(plain)
    assert ours["text"] == "CW2288-111"


def test_each_request_has_its_line_among_what_ray_keeps_of_its_workers(service: Service) -> None:
    service.read()
    logs = Path(ray._private.worker._global_node.get_logs_dir_path())
    for _ in range(int(SECONDS / 0.2)):
        if any('"route": "/v1/predictions"' in file.read_text() for file in logs.glob("worker-*.err")):
            return
        threading.Event().wait(0.2)
    raise AssertionError(f"no line of a request in {logs}")


def test_a_photo_reads_as_in_one_process(service: Service) -> None:
    ours, plain = service.post("/v1/tags", encode(draw_tag("GW2871"), "JPEG", quality=90))
    assert [reading(line) for line in ours["lines"]] == [reading(line) for line in plain["lines"]]
    assert ours["lines"]
    assert ours["cards"] == plain["cards"]
    assert ours["first_line"] == plain["first_line"]


def test_each_domain_is_read_by_its_own_model(service: Service) -> None:
    drawing = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(drawing).line([(60, 50), (140, 50), (90, 160)], fill="black", width=14, joint="curve")
    ours, plain = service.post("/domains/digits/v1/predictions", encode(drawing))
    assert reading(ours) == reading(plain)
    assert ours["text"] == "7"
    assert ours["model"] != service.read()["model"]


def test_what_is_no_picture_is_refused_as_in_one_process(service: Service) -> None:
    ours = service.client.post("/v1/predictions", files={"image": b"no picture"})
    plain = service.plain.post("/v1/predictions", files={"image": b"no picture"})
    assert (ours.status_code, ours.json()["kind"]) == (plain.status_code, plain.json()["kind"])


def test_the_champion_is_followed_and_no_request_is_dropped(service: Service, tmp_path: Path) -> None:
    champions = Champions(service.store)
    digest = register(service.store, tmp_path, "swapped")
    statuses: list[int] = []
    done = threading.Event()

    def shop() -> None:
        with httpx.Client(base_url=service.client.base_url, timeout=SECONDS, trust_env=False) as client:
            while not done.is_set():
                statuses.append(client.post("/v1/predictions", files={"image": CROP}).status_code)

    shopper = threading.Thread(target=shop)
    shopper.start()
    try:
        champions.promote(digest, expected=None, by="me", reason="test")
        service.wait("/v1/model", lambda body: body["version"] == "swapped")
        assert service.read()["model"]["version"] == "swapped"
    finally:
        done.set()
        shopper.join()
    assert set(statuses) == {200}


def test_a_canary_answers_its_share_and_goes_by_itself(service: Service, tmp_path: Path) -> None:
    history = CanaryHistory(service.store)
    history.set(register(service.store, tmp_path, "canary"), "me", "try it")
    service.wait("/v1/canary", lambda body: body["challenger"] is not None)
    versions = set()
    # What the champion reads is right; of the challenger's readings, shoppers correct each.
    while service.client.get("/v1/canary").json()["returned"] is None:
        found = service.read()
        versions.add(found["model"]["version"])
        is_right = found["model"]["version"] != "canary"
        service.keep(found, "accepted" if is_right else "corrected", found["text"] if is_right else "CW2288-112")
    assert "canary" in versions
    assert service.client.get("/v1/canary").json()["returned"]["why"] == "corrections"
    assert "canary" not in {service.read()["model"]["version"] for _ in range(12)}
    for _ in range(int(SECONDS / 0.2)):
        if (last := history.current()) is not None and last.model is None:
            break
        threading.Event().wait(0.2)
    assert last is not None
    assert last.model is None


def test_a_challenger_in_shadow_is_compared(service: Service, tmp_path: Path) -> None:
    history = ShadowHistory(service.store)
    history.set(register(service.store, tmp_path, "shadow"), "me", "try it")
    service.wait("/v1/shadow", lambda body: body["challenger"] is not None)
    found = service.read()
    compared = service.wait("/v1/shadow", lambda body: body["same"] + body["failed"] + body["different"] > 0)
    assert (compared["same"], compared["champion"]) == (1, found["model"])
    assert compared["challenger"] == {"name": found["model"]["name"], "version": "shadow"}
    service.keep(found, "accepted", found["text"])
    assert service.client.get("/v1/shadow").json()["labels"]["both"] == 1
    history.set(None, "me", "enough")


def test_a_killed_recognizer_costs_no_label_and_comes_back(service: Service) -> None:
    before = [service.read() for _ in range(3)]
    names = [
        actor["name"] for actor in ray.util.list_named_actors(all_namespaces=True) if "#Recognizers#" in actor["name"]
    ]
    assert names
    for name in names:
        ray.kill(ray.get_actor(name, namespace="serve"))
    for prediction in before:
        service.keep(prediction, "accepted", prediction["text"])
    found = service.read()  # waits for the replica that takes its place
    assert found["text"] == "CW2288-111"
    service.keep(found, "accepted", found["text"])
    kept = b"".join(file.read_bytes() for file in service.store.root.glob("events/*/*.json"))
    assert all(prediction["id"].encode() in kept for prediction in (*before, found))


def test_a_crop_of_another_size_in_one_batch_reads_the_same(service: Service) -> None:
    small = Image.open(io.BytesIO(CROP)).resize((220, 53))
    alone, plain = service.post("/v1/predictions", encode(small))
    answers: list[Any] = []

    def read(picture: bytes) -> None:
        with httpx.Client(base_url=service.client.base_url, timeout=SECONDS, trust_env=False) as client:
            answers.append(client.post("/v1/predictions", files={"image": picture}).json())

    threads = [threading.Thread(target=read, args=(encode(small) if at % 2 else CROP,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = sorted(answer["text"] for answer in answers)
    assert texts == sorted([alone["text"], "CW2288-111"] * 4)
    assert {answer["confidence"] for answer in answers if answer["text"] == plain["text"]} >= {plain["confidence"]}


def test_a_label_reaches_another_ingress_than_its_reading(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"TAGS_DATA_DIR": str(tmp_path), "TAGS_STORE_KEY": "k" * 32, "TAGS_DOMAINS": "tags"}
    options = application._options

    def two_at_once(*arguments: Any, least: int = 1) -> dict[str, Any]:
        made = options(*arguments, least=max(least, arguments[-1] // 2))
        made["ray_actor_options"]["runtime_env"] = {"env_vars": variables}
        return made

    monkeypatch.setattr(application, "_options", two_at_once)
    monkeypatch.setenv("TAGS_STORE_KEY", variables["TAGS_STORE_KEY"])
    counts = {f"{part}_replicas": 2 for part in ("recognizer", "detector", "second")}
    serve.run(build({"ingress_replicas": 4, "recognizer_cpus": 0.5, "ingress_cpus": 0.1, **counts}), name=NAME)
    statuses = set[int]()
    while statuses != {200, 404}:  # until one ingress has kept what it has read, and one what the other has
        found = service.read()
        fields: dict[str, Any] = {"status": (None, "accepted"), "text": (None, found["text"])}
        path = f"/v1/predictions/{found['id']}/label"
        answer = service.client.post(path, files=fields)
        statuses.add(answer.status_code)
        if answer.status_code == 404:
            again: dict[str, Any] = {"image": CROP, "proof": (None, found["proof"]), "read_text": (None, found["text"])}
            answer = service.client.post(path, files={**fields, **again})
            # It may reach the ingress that has read, or the other one: either believes it.
        assert answer.status_code == 200, answer.text
        assert answer.json()["proven"]
