"""The gate's routes: a photo becomes a passage, a correction a label, and a plate is forgotten on request."""

import io
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from backend.people.roles import LEAST_ROLES
from tests.backend.conftest import FakeDetector, FakeReader

TOKEN = "a-token-for-the-team"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


def photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "grey").save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def gate(start: Callable[..., TestClient], reader: FakeReader, detector: FakeDetector) -> TestClient:
    reader.text = "12가3456"
    detector.lines = [((200.0, 300.0), (400.0, 300.0), (400.0, 350.0), (200.0, 350.0))]
    client = start(domains=("plates",), team_token=SecretStr(TOKEN))
    client.headers.update(HEADERS)
    return client


def see(gate: TestClient, **fields: object) -> dict[str, object]:
    data = {name: str(value) for name, value in fields.items()}
    answer = gate.post("/v1/team/gate/frames", files={"image": photo()}, data=data)
    assert answer.status_code == 200, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_a_photo_with_a_plate_is_found_read_and_logged(gate: TestClient) -> None:
    body = see(gate, camera="north", direction="in")
    assert body["plates"][0]["shown"] == "12가 3456"  # type: ignore[index]
    (passage,) = body["passages"]  # type: ignore[misc]
    assert (passage["direction"], passage["camera"], passage["vehicle"]) == ("in", "north", None)
    listed = gate.get("/v1/team/gate/passages", params={"search": "3456"}).json()
    assert [item["id"] for item in listed["items"]] == [passage["id"]]
    assert listed["days"] == 30
    picture = gate.get(f"/v1/team/gate/passages/{passage['id']}.png")
    assert picture.headers["cache-control"] == "private, no-store"
    assert Image.open(io.BytesIO(picture.content)).size == (200, 50)
    assert gate.get("/v1/team/gate/visits", params={"inside": True}).json()["inside"] == 1
    table = gate.get("/v1/team/gate/passages.csv").content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("at,plate,direction")
    assert "12가 3456,in,north" in table[1]


def test_only_the_team_asks_about_a_gate(gate: TestClient) -> None:
    of_gates = [(method, path) for method, path in LEAST_ROLES if "/gate/" in path]
    assert len(of_gates) == 9
    for method, path in of_gates:
        filled = path.replace("{passage}", "0" * 32).replace("{plate}", "12가3456")
        assert gate.request(method, filled, headers={"Authorization": ""}).status_code == 401, (method, path)


def test_several_frames_of_a_stream_must_agree(gate: TestClient, reader: FakeReader) -> None:
    bodies = []
    for number, text in enumerate(("12가3458", "12가3456", "12가3456", "12가3456")):
        reader.text = text
        bodies.append(see(gate, stream="s1", seconds=0.2 * number, direction="out", last=number == 3))
    assert [len(body["passages"]) for body in bodies] == [0, 0, 0, 1]  # type: ignore[arg-type]
    (passage,) = bodies[-1]["passages"]  # type: ignore[misc]
    assert (passage["text"], passage["frames"], passage["agreeing"]) == ("12가3456", 4, 3)


def test_a_correction_becomes_a_label_and_a_deletion_takes_everything(gate: TestClient) -> None:
    (passage,) = see(gate, direction="in")["passages"]  # type: ignore[misc]
    checked = gate.post(f"/v1/team/gate/passages/{passage['id']}", files={"text": (None, "12가 3457")})
    assert checked.status_code == 200, checked.text
    assert (checked.json()["text"], checked.json()["read_text"]) == ("12가3457", "12가3456")
    samples = gate.app.state.services.labels.samples  # type: ignore[attr-defined]
    sample = samples.find(f"gate-{passage['id']}")
    assert (sample.label.text, sample.label.status, sample.label.source) == ("12가3457", "corrected", "gate")
    known = gate.post("/v1/team/gate/vehicles", files={"text": (None, "12가3457"), "name": (None, "Lee")})
    assert known.json()["name"] == "Lee"
    assert gate.get("/v1/team/gate/passages").json()["items"][0]["vehicle"] == "Lee"
    assert gate.get("/v1/team/gate/vehicles").json()["items"][0]["shown"] == "12가 3457"
    assert gate.delete("/v1/team/gate/plates/12가3457").json() == {"passages": 2, "labels": 1}
    assert samples.find(f"gate-{passage['id']}") is None
    assert gate.get("/v1/team/gate/passages").json()["found"] == 0


def test_what_cannot_be_on_a_plate_is_refused_and_an_unknown_passage_is_not_found(gate: TestClient) -> None:
    path = f"/v1/team/gate/passages/{'0' * 32}"
    assert gate.post(path, files={"text": (None, "12뷁3456")}).json()["kind"] == "bad-text"
    assert gate.post(path, files={"text": (None, "12가3456")}).status_code == 404
    assert gate.get(f"{path}.png").status_code == 404


def test_the_gate_is_where_plates_are_read_and_for_the_team_alone(
    start: Callable[..., TestClient], gate: TestClient
) -> None:
    assert gate.get("/v1/team/gate/passages", headers={"Authorization": "Bearer wrong"}).status_code == 401
    tags = start(team_token=SecretStr(TOKEN))
    assert tags.get("/v1/team/gate/passages", headers=HEADERS).status_code == 404
