"""A label without its reading is believed only if it proves what was read; all others are kept apart."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as thorough
from hypothesis import strategies as st
from PIL import Image

from backend.http.rate_limit import OwnAllowances, TokenBuckets
from backend.reading.proof import LONGEST_PROOF, ProvenReading, ReadCrop, ReadingProofs
from backend.settings import Settings
from datasets.objects.store_key import StoreKey
from datasets.samples.review import REVIEWED, UNPROVEN
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.samples.verdict import give_verdict
from ocr_model.reading.prediction import ModelInfo, Prediction

KEY = StoreKey.parse("the-key-of-one-store-and-no-other")
CROP = ReadCrop("0123456789abcdefghijklmn", "a" * 64, 1)
DAY = 86_400


def prediction(text: str = "ART GW2871", confidence: float = 0.9, turn: int = 3) -> Prediction:
    return Prediction(text, text, confidence, (), (), (), ModelInfo("fake", "7"), {}, turn)


def forged(proof: str, **changes: object) -> str:
    """The proof with something else said under the same signature."""
    version, told, signature = proof.split(".")
    said = json.loads(base64.urlsafe_b64decode(told + "==")) | changes
    return f"{version}.{base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip('=')}.{signature}"


# -- the proof itself -----------------------------------------------------------------------------------


@given(
    text=st.text(st.characters(codec="utf-8"), max_size=30),
    confidence=st.floats(0, 1),
    turn=st.integers(0, 3),
)
def test_a_proof_says_what_was_read(text: str, confidence: float, turn: int) -> None:
    proofs = ReadingProofs(KEY, Path("nowhere"))
    proof = proofs.give(CROP, prediction(text, confidence, turn))
    assert proof.isascii()
    assert len(proof) < LONGEST_PROOF
    assert proofs.check(proof, CROP) == ProvenReading(text, confidence, ModelInfo("fake", "7"), turn)


def test_a_proof_is_short_and_holds_for_thirty_days() -> None:
    now = [1_800_000_000.0]
    proofs = ReadingProofs(KEY, Path("nowhere"), clock=lambda: now[0])
    proof = proofs.give(CROP, prediction())
    assert len(proof) < 250
    now[0] += 30 * DAY
    assert proofs.check(proof, CROP) is not None
    now[0] += 2
    assert proofs.check(proof, CROP) is None
    now[0] = 0  # a clock that jumped back takes nothing from a shopper
    assert proofs.check(proof, CROP) is not None


@pytest.mark.parametrize(
    "other",
    [
        ReadCrop("another-prediction-id-00", CROP.digest, 1),
        ReadCrop(CROP.prediction_id, "b" * 64, 1),
        ReadCrop(CROP.prediction_id, CROP.digest, 2),
    ],
    ids=["id", "crop", "turn"],
)
def test_a_proof_is_of_one_crop_of_one_prediction(other: ReadCrop) -> None:
    proofs = ReadingProofs(KEY, Path("nowhere"))
    assert proofs.check(proofs.give(CROP, prediction()), other) is None


def test_nothing_of_a_proof_can_be_changed() -> None:
    proofs = ReadingProofs(KEY, Path("nowhere"))
    proof = proofs.give(CROP, prediction())
    changes: list[dict[str, object]] = [{"text": "FORGED1"}, {"confidence": 0.99}, {"name": "x"}, {"turn": 0}]
    for change in ({}, *changes, {"at": 4_000_000_000}):
        assert proofs.check(forged(proof, **change), CROP) is None or not change
    for length in range(len(proof)):
        assert proofs.check(proof[:length], CROP) is None
    for broken in (None, "", ".", "..", "1..", proof + "=", f"2{proof[1:]}", f"{proof}.x", f" {proof}", "1.\udcff.x"):
        assert proofs.check(broken, CROP) is None


@given(st.text())
def test_any_text_is_no_proof(text: str) -> None:
    proofs = ReadingProofs(KEY, Path("nowhere"))
    assert proofs.check(text, CROP) is None
    assert proofs.check(f"1.{text}.{text}", CROP) is None


def test_one_key_holds_for_all_backends_of_a_store(tmp_path: Path) -> None:
    proof = ReadingProofs(KEY, tmp_path / "one").give(CROP, prediction())
    other = ReadingProofs(KEY, tmp_path / "other")
    other.open()
    assert other.check(proof, CROP) is not None
    assert not (tmp_path / "other").exists()
    stranger = ReadingProofs(StoreKey.parse("the-key-of-a-store-of-strangers-0"), tmp_path / "one")
    assert stranger.check(proof, CROP) is None


def test_without_a_key_the_spool_s_own_outlives_the_process(tmp_path: Path) -> None:
    before, after, elsewhere = (ReadingProofs(None, tmp_path / name) for name in ("spool", "spool", "elsewhere"))
    for proofs in (before, after, elsewhere):
        proofs.open()
    proof = before.give(CROP, prediction())
    assert after.check(proof, CROP) is not None
    assert elsewhere.check(proof, CROP) is None


def test_without_a_disk_readings_are_proved_while_the_process_lives(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    proofs = ReadingProofs(None, tmp_path / "file" / "spool")
    with caplog.at_level(logging.ERROR):
        proofs.open()
    assert "unproven after a restart" in caplog.text
    before = proofs.give(CROP, prediction())
    assert proofs.check(before, CROP) is not None
    (tmp_path / "file").unlink()  # the disk is back
    proofs.open()
    assert proofs.check(before, CROP) is not None
    after = ReadingProofs(None, tmp_path / "file" / "spool")
    after.open()
    assert after.check(proofs.give(CROP, prediction()), CROP) is not None


# -- labels that bring it, and labels that do not -------------------------------------------------------


def read(client: TestClient, image: bytes, **fields: str) -> dict[str, Any]:
    answer = client.post("/v1/predictions", files={"image": ("a.png", image)}, data=fields)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def label(client: TestClient, prediction_id: str, image: bytes | None = None, /, **fields: str) -> Any:
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    if image is not None:
        parts["image"] = ("crop.png", image)
    return client.post(f"/v1/predictions/{prediction_id}/label", files=parts)


def told(reading: dict[str, Any]) -> dict[str, str]:
    """The fields that the page sends with a label."""
    return {
        "status": "accepted",
        "read_text": reading["text"],
        "read_confidence": repr(reading["confidence"]),
        "model_name": reading["model"]["name"],
        "model_version": reading["model"]["version"],
        "proof": reading["proof"],
    }


def kept(settings: Settings) -> list[Sample]:
    with SampleStore.open(settings.spool) as store:
        return list(store.samples())


@pytest.mark.parametrize("text", ["ART GW2871", ""], ids=["text", "no text"])
def test_a_proven_label_outlives_its_backend(
    start: Callable[..., TestClient], png: bytes, settings: Settings, reader: Any, text: str
) -> None:
    """As before the restart: the reading that the shopper saw, upright, and never read a second time."""
    reader.turn, reader.text = 3, text
    region = {"box": "0,0,80,30", "turn": "2"}
    reading = read(start(), png, **region)
    reader.text, seen = "ART GW9999", len(reader.sizes)  # another model reads by now
    after = start()
    assert label(after, reading["id"], **told(reading)).status_code == 404
    body = label(after, reading["id"], png, **region, **told(reading)).json()
    assert (body["proven"], body["text"]) == (True, text)
    (sample,) = kept(settings)
    said = sample.label
    assert (said.source, said.read_text, said.read_confidence) == ("app", text.replace(" ", ""), 0.9)
    assert (said.model_name, said.model_version, said.turn) == ("fake", "7", 1)
    assert (sample.width, sample.height) == (30, 80)
    assert len(reader.sizes) == seen


def test_two_backends_with_one_key_believe_each_other(
    start: Callable[..., TestClient], png: bytes, tmp_path: Path
) -> None:
    one, other = (start(store_key=KEY, data_dir=tmp_path / name) for name in ("one", "other"))
    stranger = start(data_dir=tmp_path / "stranger")
    reading = read(one, png)
    assert label(other, reading["id"], png, **told(reading)).json()["proven"] is True
    assert label(stranger, reading["id"], png, **told(reading)).json()["proven"] is False


def test_a_remembered_reading_needs_no_proof(client: TestClient, png: bytes) -> None:
    assert label(client, read(client, png)["id"], status="accepted").json()["proven"] is True


@pytest.mark.parametrize("attack", ["no proof", "id", "text", "crop", "box", "turn", "truncated", "old", "rewritten"])
def test_a_forged_label_is_unproven(
    start: Callable[..., TestClient],
    picture: Image.Image,
    png: bytes,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    attack: str,
) -> None:
    reading = read(start(), png)
    prediction_id, image, fields = str(reading["id"]), png, told(reading)
    match attack:
        case "no proof":
            del fields["proof"]
        case "id":
            prediction_id = "0123456789abcdefghijklmn"
        case "text":
            fields["read_text"] = "FORGED1"
        case "crop":
            other = io.BytesIO()
            picture.convert("L").save(other, "PNG")
            image = other.getvalue()
        case "box":
            fields["box"] = "0,0,80,30"
        case "turn":
            fields["turn"] = "2"
        case "truncated":
            fields["proof"] = fields["proof"][:-1]
        case "old":
            monkeypatch.setattr("backend.reading.proof._DAYS", -1)
        case _:
            fields |= {"proof": forged(fields["proof"], text="FORGED1"), "read_text": "FORGED1"}
    client = start()
    answer = label(client, prediction_id, image, **fields)
    assert (answer.status_code, answer.json()["proven"]) == (200, False)
    (sample,) = kept(settings)
    assert sample.label.source == UNPROVEN
    assert "tags_labels_unproven_total 1.0" in client.get("/metrics").text


def test_an_unproven_label_replaces_none_but_unproven_ones(
    start: Callable[..., TestClient], png: bytes, settings: Settings
) -> None:
    before, after = start(), start()
    reading = read(before, png)
    prediction_id = reading["id"]
    assert label(after, prediction_id, png, status="accepted", read_text="FORGED1").json()["proven"] is False
    assert label(after, prediction_id, png, status="accepted", read_text="FORGED2").json()["proven"] is False
    assert [sample.label.text for sample in kept(settings)] == ["FORGED2"]
    # The shopper's own label takes its place, also where it says the same.
    assert label(before, prediction_id, status="corrected", text="FORGED2").json()["proven"] is True
    answer = label(after, prediction_id, png, status="accepted", read_text="FORGED3")
    assert (answer.status_code, answer.json()["kind"]) == (409, "label-proven")
    assert [(sample.label.text, sample.label.source) for sample in kept(settings)] == [("FORGED2", "app")]
    # What the label says already is no change, and nothing is lost by saying it again.
    again = label(after, prediction_id, png, status="corrected", text="FORGED2", read_text="FORGED3")
    assert (again.status_code, again.json()["proven"]) == (200, True)


def test_an_unproven_label_does_not_replace_a_second_look(
    start: Callable[..., TestClient], png: bytes, settings: Settings
) -> None:
    client = start()
    prediction_id = "0123456789abcdefghijklmn"
    label(client, prediction_id, png, status="accepted", read_text="FORGED1")
    with SampleStore.open(settings.spool) as store:
        (sample,) = store.samples()
        give_verdict(store, prediction_id, "fix", text="GW2871", seen=sample.event)
        give_verdict(store, prediction_id, "keep", seen=next(store.samples()).event)
    assert label(client, prediction_id, png, status="accepted", read_text="FORGED2").status_code == 409
    assert [(sample.label.text, sample.label.source) for sample in kept(settings)] == [("GW2871", REVIEWED)]


def test_unproven_labels_have_a_limit_of_their_own(
    start: Callable[..., TestClient], png: bytes, settings: Settings
) -> None:
    client = start()
    answers = [label(client, f"{number:024d}", png, status="unreadable") for number in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].json()["kind"] == "too-many-unproven"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert len(kept(settings)) == 20
    # Shoppers of the same address go on.
    assert label(client, read(client, png)["id"], status="accepted").status_code == 200


def test_without_prediction_and_picture_nothing_is_kept(client: TestClient, settings: Settings) -> None:
    for fields in ({"read_text": "A1"}, {"read_text": "A1", "proof": "1.x.y"}):
        assert label(client, "0123456789abcdefghijklmn", status="accepted", **fields).status_code == 404
    assert kept(settings) == []


_TEXTS = st.one_of(st.none(), st.text(max_size=40), st.sampled_from(["GW2871", "ART GW2871", "1.x.y", "nan", "-1"]))
_FORMS = st.fixed_dictionaries(
    {"status": st.sampled_from(["accepted", "corrected", "unreadable"])},
    optional=dict.fromkeys(
        ("text", "read_text", "read_confidence", "model_name", "model_version", "proof", "box", "client"), _TEXTS
    ),
)


@thorough(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=_FORMS)
def test_no_form_alone_makes_a_proven_label(client: TestClient, png: bytes, form: dict[str, str | None]) -> None:
    client.app.state.services.unproven = OwnAllowances(TokenBuckets(60, 1_000_000))  # type: ignore[attr-defined]
    fields = {name: value for name, value in form.items() if value is not None}
    answer = label(client, "0123456789abcdefghijklmn", png, **fields)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["proven"] is False
