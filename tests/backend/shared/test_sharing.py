"""Any backend answers for any other: a reading, its label, its undo and its limits may each reach another one."""

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from pydantic import SecretStr

from benchmarks.drivers.gcs_server import wait_until
from benchmarks.drivers.postgres_server import PostgresServer
from datasets.samples.crop import pixel_digest
from datasets.samples.store import SampleStore
from tests.backend.routes.test_tags import LINES, PHOTO
from tests.backend.shared.conftest import PATIENCE, Backends, label, own_postgres, proof_of, read, read_all

__all__ = ["own_postgres"]


def rows(url: str, table: str = "pending_readings") -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
        assert found is not None
        return int(found[0])


def undo(client: TestClient, prediction: str) -> dict[str, bool]:
    answer = client.delete(f"/v1/predictions/{prediction}/label")
    assert answer.status_code == 200, answer.text
    body: dict[str, bool] = answer.json()
    return body


def test_a_label_reaches_another_backend_without_the_crop(
    backends: Backends, png: bytes, picture: Image.Image, reader: object
) -> None:
    here, there = backends("here"), backends("there")
    reader.turn = 2  # type: ignore[attr-defined]
    prediction = read(here, png, turn="0")
    answer = label(there, prediction, status="corrected", text="gw2872", client="browser-1")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["text"], body["completed"], body["proven"]) == ("ART GW2872", True, True)
    (path,) = backends.pictures("there")
    assert backends.pictures("here") == []
    with Image.open(path) as crop:
        assert pixel_digest(crop) == pixel_digest(picture.rotate(180))  # upright, as the reader turned it
    sample = there.app.state.services.labels.samples.find(prediction)  # type: ignore[attr-defined]
    assert (sample.label.read_text, sample.label.read_confidence) == ("ARTGW2871", 0.9)
    assert (sample.label.model_name, sample.label.model_version, sample.label.turn) == ("fake", "7", 2)
    # The same verdict again, at the other one, is the same label; another takes its place.
    assert label(here, prediction, status="corrected", text="ART GW2872").json()["stored_at"] == body["stored_at"]
    assert label(here, prediction, status="accepted").json()["text"] == "ART GW2871"


def test_the_lines_of_a_photo_are_labelled_elsewhere(backends: Backends, detector: object) -> None:
    here, there = backends("here"), backends("there")
    detector.lines = LINES  # type: ignore[attr-defined]
    body = here.post("/v1/tags", files={"image": ("a.png", PHOTO)}).json()
    assert len(body["lines"]) == len(LINES) == rows(backends.url)
    for line in body["lines"]:
        assert label(there, line["id"], status="accepted").json()["proven"]


def test_an_undo_reaches_another_backend_and_the_crop_goes_where_it_lies(backends: Backends, png: bytes) -> None:
    here, there = backends("here"), backends("there")
    prediction = read(here, png)
    assert label(here, prediction, status="accepted").status_code == 200
    price = {"price": (None, "129000"), "currency": (None, "KRW")}
    assert here.post(f"/v1/predictions/{prediction}/tag-price", files=price).status_code == 200
    prices = here.app.state.services.tag_prices  # type: ignore[attr-defined]
    assert len(backends.pictures("here")) == len(prices.all()) == 1
    assert undo(there, prediction) == {"deleted": True}
    assert wait_until(lambda: backends.pictures("here") == [] and prices.all() == (), seconds=60)
    assert undo(here, prediction) == {"deleted": False}
    assert label(here, prediction, status="accepted").status_code == 404  # forgotten everywhere


def test_a_crop_that_another_label_needs_stays(backends: Backends, png: bytes) -> None:
    here, there = backends("here"), backends("there")
    first, second, other = read(here, png), read(here, png), read(here, png, box="0,0,80,30")
    for prediction in (first, second, other):
        assert label(here, prediction, status="accepted").status_code == 200
    assert len(backends.pictures("here")) == 2
    assert undo(there, first) == undo(there, other) == {"deleted": True}
    assert wait_until(lambda: len(backends.pictures("here")) == 1, seconds=60)  # that of the later deletion is gone
    assert label(there, second, status="accepted").status_code == 200


def test_a_deletion_is_carried_out_by_a_backend_that_was_away(backends: Backends, png: bytes, tmp_path: Path) -> None:
    here, there = backends("here"), backends("there")
    prediction = read(here, png)
    assert label(here, prediction, status="accepted").status_code == 200
    here.__exit__(None, None, None)
    assert undo(there, prediction) == {"deleted": True}
    assert len(backends.pictures("here")) == 1
    backends("here")
    assert wait_until(lambda: backends.pictures("here") == [], seconds=60)


def test_a_reading_without_a_label_is_deleted_elsewhere(backends: Backends, png: bytes) -> None:
    here, there = backends("here"), backends("there")
    prediction = read(here, png)
    assert undo(there, prediction) == {"deleted": False}  # there was no label
    assert rows(backends.url) == 0
    assert label(here, prediction, status="accepted").status_code == 404


def test_nobody_labels_or_undoes_with_an_id_that_was_not_given(backends: Backends, png: bytes) -> None:
    here, there = backends("here"), backends("there")
    prediction = read(here, png)
    with psycopg.connect(backends.url) as connection:
        kept = connection.execute("SELECT digest, reading FROM pending_readings").fetchone()
    assert kept is not None and prediction not in str(kept)  # who sees the database cannot label
    for stranger in (kept[0], prediction[:-1] + ("A" if prediction[-1] != "A" else "B"), "0123456789abcdefghijklmn"):
        assert label(there, stranger, status="accepted").json()["kind"] == "prediction-expired"
        assert undo(there, stranger) == {"deleted": False}
    assert label(there, prediction, status="accepted").status_code == 200
    assert undo(here, prediction[::-1]) == {"deleted": False}
    assert len(backends.pictures("there")) == 1


def test_readings_expire_and_are_deleted(backends: Backends, png: bytes) -> None:
    here, there = backends("here", pending_seconds=0.001), backends("there")
    prediction = read(here, png)
    assert wait_until(lambda: label(there, prediction, status="accepted").status_code == 404, seconds=60)
    assert wait_until(lambda: rows(backends.url) == 0, seconds=60)  # without anybody asking


def test_what_waits_is_bounded_by_count(backends: Backends, png: bytes) -> None:
    here, there = backends("here", shared_pending_count=3), backends("there")
    predictions = [read(here, png) for _ in range(6)]
    assert wait_until(lambda: rows(backends.url) == 3, seconds=60)
    statuses = [label(there, prediction, status="accepted").status_code for prediction in predictions]
    assert statuses == [404, 404, 404, 200, 200, 200]  # the oldest go first


def test_what_waits_is_bounded_by_bytes(backends: Backends) -> None:
    here = backends("here", shared_pending_bytes=1 << 20)
    large = io.BytesIO()
    Image.new("RGB", (640, 320)).save(large, "PNG")  # six hundred kilobytes
    predictions = [read(here, large.getvalue()) for _ in range(3)]
    assert wait_until(lambda: rows(backends.url) == 1, seconds=60)
    assert label(here, predictions[-1], status="accepted").status_code == 200


def test_a_crop_that_is_too_large_to_share_waits_where_it_was_read(backends: Backends) -> None:
    here, there = backends("here"), backends("there")
    large = io.BytesIO()
    Image.new("RGB", (2000, 1000)).save(large, "PNG")
    reading = read_all(here, large.getvalue())
    assert rows(backends.url) == 0
    assert label(there, reading["id"], status="accepted").json()["kind"] == "prediction-expired"
    shown = proof_of(reading)
    assert label(there, reading["id"], large.getvalue(), status="accepted", **shown).json()["proven"]
    assert label(here, reading["id"], status="accepted").status_code == 200


def test_a_restart_keeps_what_waits(backends: Backends, png: bytes) -> None:
    here = backends("here")
    prediction = read(here, png)
    here.__exit__(None, None, None)
    assert label(backends("here"), prediction, status="accepted").json()["proven"]


def accepted_until_refused(ask: Callable[[int], bool]) -> list[int]:
    """Ask two backends in turn until one refuses; return how often each has accepted.

    Tokens come back by the clock, so a slow machine is let through a little more often.
    """
    accepted = [0, 0]
    for number in range(400):
        if not ask(number % 2):
            return accepted
        accepted[number % 2] += 1
    raise AssertionError("nothing was refused")


def test_requests_are_counted_together(backends: Backends) -> None:
    clients = [backends(name, rate_per_minute=0.01, rate_burst=40) for name in ("here", "there")]
    accepted = accepted_until_refused(lambda at: clients[at].get("/v1/model").status_code == 200)
    assert sum(accepted) >= 40 > max(accepted)
    refused = [client.get("/v1/model") for client in clients]
    assert {answer.json().get("kind") for answer in refused} == {"too-many-requests"}
    assert all(1 <= int(answer.headers["retry-after"]) <= 6000 for answer in refused)
    assert TestClient(clients[1].app, client=("192.0.2.77", 5)).get("/v1/model").status_code == 200


def test_unproven_labels_are_counted_together(backends: Backends, png: bytes) -> None:
    clients = [backends("here"), backends("there")]
    ids = (f"{number:024d}" for number in itertools.count())

    def ask(at: int) -> bool:
        return bool(label(clients[at], next(ids), png, status="accepted", read_text="ART GW2871").status_code == 200)

    accepted = accepted_until_refused(ask)
    assert sum(accepted) >= 20 > max(accepted)


def test_wrong_tokens_are_counted_together(backends: Backends) -> None:
    clients = [backends(name, team_token=SecretStr("a-token-for-the-team")) for name in ("here", "there")]
    wrong = {"Authorization": "Bearer a-wrong-token-of-the-team"}
    accepted = accepted_until_refused(lambda at: clients[at].get("/v1/team/overview", headers=wrong).status_code == 401)
    assert sum(accepted) >= 10 > max(accepted)


def test_passwords_are_counted_together_and_right_ones_given_back(backends: Backends) -> None:
    clients = [backends("here"), backends("there")]

    def attempt(at: int, what: str) -> float | None:
        """Count in the loop of the app."""
        attempts = clients[at].app.state.services.accounts.attempts  # type: ignore[attr-defined]
        wait: float | None = clients[at].portal.call(getattr(attempts, what), "ada@example.com", "192.0.2.1")  # type: ignore[union-attr]
        return wait

    accepted = accepted_until_refused(lambda at: attempt(at, "begin") == 0.0)
    assert sum(accepted) >= 5 > max(accepted)
    attempt(1, "give_back")
    assert attempt(0, "begin") == 0.0


def test_a_database_that_stops_costs_nothing_that_was_acknowledged(
    start: Callable[..., TestClient], own_postgres: PostgresServer, tmp_path: Path, png: bytes
) -> None:
    backends = Backends(start, tmp_path, own_postgres.url)
    here, there = backends("here", shared_seconds=5.0), backends("there", shared_seconds=5.0)
    before, reading = read(here, png), read_all(here, png)
    waiting = reading["id"]
    kept = {before}
    assert label(there, before, status="accepted").status_code == 200
    own_postgres.stop("fast")
    during = read(here, png)  # photos are read
    assert label(here, during, status="accepted").status_code == 200  # from the memory of the process
    kept.add(during)
    assert label(here, waiting, status="accepted").json()["kind"] == "prediction-expired"
    # The crop is carried again, with the proof of its reading.
    assert label(there, waiting, png, status="accepted", **proof_of(reading)).json()["proven"]
    kept.add(waiting)
    assert there.delete(f"/v1/predictions/{before}/label").status_code == 503  # not acknowledged
    own_postgres.start()
    for client in (here, there):
        sharing = client.app.state.services.sharing  # type: ignore[attr-defined]
        assert wait_until(lambda sharing=sharing, client=client: client.get("/v1/model") and not sharing.is_away, 60)  # type: ignore[misc]
    after = read(here, png)
    assert label(there, after, status="accepted").json()["proven"]
    kept.add(after)
    assert wait_until(lambda: {it.label.prediction_id for it in store(there).samples()} == kept, seconds=60)
    assert undo(there, during) == {"deleted": True}


def test_a_database_that_hangs_holds_no_reading_up(backends: Backends, png: bytes) -> None:
    here = backends("here", shared_seconds=1.0, rate_per_minute=6000.0, rate_burst=1000)
    with psycopg.connect(backends.url) as connection:  # until it is closed, every statement of the backend waits
        connection.execute("LOCK TABLE pending_readings, rate_limits IN ACCESS EXCLUSIVE MODE")
        predictions = [read(here, png) for _ in range(5)]
        sharing = here.app.state.services.sharing  # type: ignore[attr-defined]
        assert sharing.is_away
        assert len(here.app.state.services.pending) > 0  # type: ignore[attr-defined]
        assert label(here, predictions[-1], status="accepted").status_code == 200
        refused = here.delete(f"/v1/predictions/{predictions[0]}/label")
        assert (refused.status_code, refused.json()["kind"]) == (503, "database-unavailable")
    assert wait_until(lambda: here.get("/v1/model") and not sharing.is_away, seconds=60)
    assert label(backends("there"), read(here, png), status="accepted").json()["proven"]


def store(client: TestClient) -> SampleStore:
    samples: SampleStore = client.app.state.services.labels.samples  # type: ignore[attr-defined]
    return samples


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none"])
def test_photos_are_read_where_the_database_never_answered(
    start: Callable[..., TestClient], png: bytes, url: str, tmp_path: Path
) -> None:
    client = start(database_url=SecretStr(url), data_dir=tmp_path / "here", shared_seconds=PATIENCE)
    assert read(client, png)
    assert "tags_shared_away 1.0" in client.get("/metrics").text
