"""Verdicts: kept once, completed, superseded, undone; and kept all the same after a restart.

Longer than other files: one route, and every order in which verdicts, undos and restarts may come.
"""

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.http.rate_limit import OwnAllowances, TokenBuckets
from backend.reading.decoding import PhotoDecoder
from backend.reading.photos import Crop, Region
from backend.settings import Settings
from benchmarks.drivers.gcs_server import GcsServer, wait_until
from datasets.errors import BucketUnavailableError
from datasets.samples.bucket_copy import BucketCopy
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore

NOWHERE = "0123456789abcdefghijklmn"


def read(client: TestClient, png: bytes, **fields: str) -> str:
    answer = client.post("/v1/predictions", files={"image": ("a.png", png)}, data=fields)
    assert answer.status_code == 200
    return str(answer.json()["id"])


def label(client: TestClient, prediction: str, image: bytes | None = None, /, **fields: str) -> Any:
    # Multipart in any case, as documented; a part without a file name is a plain field.
    parts: dict[str, Any] = {name: (None, value) for name, value in fields.items()}
    if image is not None:
        parts["image"] = ("crop.png", image)
    return client.post(f"/v1/predictions/{prediction}/label", files=parts)


def kept(settings: Settings) -> list[Sample]:
    """Return the samples that another program finds in the store."""
    store = SampleStore.open(settings.spool)
    try:
        return list(store.samples())
    finally:
        store.close()


def pictures(settings: Settings) -> list[Path]:
    return [path for path in settings.spool.rglob("*.png") if path.is_file()]


def test_nothing_is_kept_before_a_verdict(client: TestClient, png: bytes, settings: Settings) -> None:
    read(client, png)
    assert pictures(settings) == []
    assert kept(settings) == []


def test_an_accepted_reading_is_kept(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png, box="0,0,80,30", turn="2")
    answer = label(client, prediction, status="accepted", client="browser-1")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["prediction_id"] == prediction
    assert (body["status"], body["text"], body["code"]) == ("accepted", "ART GW2871", "GW2871")
    assert (body["completed"], body["saved"]) == (False, True)
    assert "adidas" in {found["brand"] for found in body["formats"]}
    (sample,) = kept(settings)
    assert body["sample"] == sample.digest
    assert (sample.label.text, sample.label.read_text) == ("ARTGW2871", "ARTGW2871")
    assert (sample.label.model_name, sample.label.model_version) == ("fake", "7")
    assert (sample.label.client, sample.label.turn, sample.label.read_confidence) == ("browser-1", 2, 0.9)
    (path,) = pictures(settings)
    with Image.open(path) as crop:
        assert crop.size == (80, 30)
        assert crop.getpixel((0, 0)) == (250, 250, 250)


def test_a_typed_code_is_completed_to_its_line(client: TestClient, png: bytes, settings: Settings) -> None:
    answer = label(client, read(client, png), status="corrected", text="gw2872")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["text"], body["code"], body["completed"]) == ("ART GW2872", "GW2872", True)
    assert kept(settings)[0].label.text == "ARTGW2872"


def test_a_whole_line_is_kept_as_it_is(client: TestClient, png: bytes, settings: Settings) -> None:
    """A candidate that was chosen says everything: the field name of the reading is not on the tag."""
    body = label(client, read(client, png), status="corrected", text="GW2871", whole="true").json()
    assert (body["status"], body["text"], body["completed"]) == ("corrected", "GW2871", False)
    assert kept(settings)[0].label.text == "GW2871"


def test_a_typed_line_is_the_line(client: TestClient, png: bytes, settings: Settings) -> None:
    body = label(client, read(client, png), status="corrected", text=" ａｒｔ  gw2872 ").json()
    assert (body["text"], body["completed"]) == ("ART GW2872", False)
    assert kept(settings)[0].label.text == "ARTGW2872"


@pytest.mark.parametrize(("typed", "completed"), [("gw2871", True), ("ART GW2871", False), ("artgw2871", False)])
def test_a_correction_that_says_what_was_read_is_an_acceptance(
    client: TestClient, png: bytes, settings: Settings, typed: str, completed: bool
) -> None:
    prediction = read(client, png)
    body = label(client, prediction, status="corrected", text=typed).json()
    assert (body["status"], body["text"], body["completed"]) == ("accepted", "ART GW2871", completed)
    (sample,) = kept(settings)
    assert (sample.label.status, sample.label.text) == ("accepted", "ARTGW2871")
    assert 'tags_labels_total{status="accepted"} 1.0' in client.get("/metrics").text
    assert label(client, prediction, status="accepted").json()["sample"] == body["sample"]
    assert len(kept(settings)) == 1


def test_unreadable_has_no_text(client: TestClient, png: bytes, settings: Settings) -> None:
    body = label(client, read(client, png), status="unreadable", text="whatever").json()
    assert (body["status"], body["text"], body["code"]) == ("unreadable", "", "")
    assert kept(settings)[0].label.status == "unreadable"


def test_that_there_is_no_text_can_be_accepted(client: TestClient, png: bytes, settings: Settings, reader: Any) -> None:
    reader.text = ""
    assert label(client, read(client, png), status="accepted").status_code == 200
    assert kept(settings)[0].label.text == ""


def test_the_same_verdict_twice_is_one_label(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png)
    first = label(client, prediction, status="corrected", text="GW2872")
    second = label(client, prediction, status="corrected", text="GW2872")
    assert first.json() == second.json()
    assert len(kept(settings)) == 1


def test_another_verdict_takes_the_place_of_the_first(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png)
    label(client, prediction, status="accepted")
    label(client, prediction, status="corrected", text="ART GW2872")
    assert [sample.label.text for sample in kept(settings)] == ["ARTGW2872"]


def test_an_undo_deletes_the_picture_too(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png)
    label(client, prediction, status="accepted")
    assert len(pictures(settings)) == 1
    path = f"/v1/predictions/{prediction}/label"
    assert client.delete(path).json() == {"deleted": True}
    assert pictures(settings) == []
    assert kept(settings) == []
    assert client.delete(path).json() == {"deleted": False}
    assert label(client, prediction, status="accepted").status_code == 404  # gone from memory, too


def test_an_undone_reading_can_be_labelled_again(client: TestClient, png: bytes, settings: Settings) -> None:
    prediction = read(client, png)
    label(client, prediction, status="accepted")
    client.delete(f"/v1/predictions/{prediction}/label")
    assert label(client, prediction, png, status="unreadable").status_code == 200
    assert [sample.label.status for sample in kept(settings)] == ["unreadable"]


# -- how often a photo is decoded -----------------------------------------------------------------------


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The uploads that are decoded, one entry for each time."""
    uploads: list[bytes] = []

    cut = PhotoDecoder.cut

    def counted_cut(decoder: PhotoDecoder, photo: bytes | BinaryIO, region: Region) -> Crop:
        if isinstance(photo, bytes):
            uploads.append(photo)
        else:
            photo.seek(0)
            uploads.append(photo.read())
        return cut(decoder, photo, region)

    monkeypatch.setattr(PhotoDecoder, "cut", counted_cut)
    return uploads


@pytest.mark.parametrize("fields", [{}, {"box": "0,0,80,30", "turn": "1"}], ids=["whole", "box"])
@pytest.mark.parametrize("again", [False, True], ids=["label alone", "picture sent again"])
def test_a_photo_is_decoded_once_for_its_prediction_and_its_labels(
    client: TestClient, png: bytes, decoded: list[bytes], fields: dict[str, str], again: bool
) -> None:
    prediction = read(client, png, **fields)
    picture = (png,) if again else ()
    for verdict in ({"status": "accepted"}, {"status": "corrected", "text": "GW2872"}):
        assert label(client, prediction, *picture, **verdict, **fields).status_code == 200
    assert decoded == [png]


def test_a_forgotten_photo_is_decoded_once_more(client: TestClient, png: bytes, decoded: list[bytes]) -> None:
    assert label(client, NOWHERE, png, status="unreadable").status_code == 200
    assert decoded == [png]


# -- several backends on one bucket ---------------------------------------------------------------------


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[GcsServer]:
    with GcsServer() as server:
        server.create_bucket("tags")
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


@pytest.fixture
def two(gcs: GcsServer, start: Callable[..., TestClient], tmp_path: Path) -> tuple[TestClient, TestClient]:
    """Two backends, each with a spool of its own, that have just heard of each other and will not soon again."""
    one, other = (start(data_dir=tmp_path / name, storage_url="gs://tags/shoes") for name in ("one", "other"))
    return one, other


def sent(gcs: GcsServer) -> list[str]:
    return gcs.names("tags", "shoes/crops/")


def test_a_label_that_another_backend_kept_is_deleted(
    two: tuple[TestClient, TestClient], gcs: GcsServer, png: bytes, tmp_path: Path
) -> None:
    one, other = two
    prediction = read(one, png)
    assert label(one, prediction, status="accepted").status_code == 200
    path = f"/v1/predictions/{prediction}/label"
    assert wait_until(lambda: len(gcs.names("tags", "shoes/events/")) == 1)
    assert other.delete(path).json() == {"deleted": True}
    assert 'tags_labels_total{status="deleted"} 1.0' in other.get("/metrics").text
    assert wait_until(lambda: sent(gcs) == [])
    with SampleStore.open(tmp_path / "other" / "spool") as store:
        assert list(store.samples()) == []
    assert other.delete(path).json() == {"deleted": False}
    assert other.delete(f"/v1/predictions/{NOWHERE}/label").json() == {"deleted": False}


def test_while_the_bucket_is_away_no_answer_says_that_there_is_no_label(
    two: tuple[TestClient, TestClient], gcs: GcsServer, png: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.label_store._BUCKET_SECONDS", 0.3)
    one, other = two
    predictions = [read(one, png), read(one, png)]
    for prediction in predictions:
        assert label(one, prediction, status="accepted").status_code == 200
    assert wait_until(lambda: len(gcs.names("tags", "shoes/events/")) == 2)
    gcs.faults.unavailable = -1
    begun = time.monotonic()
    answer = other.delete(f"/v1/predictions/{predictions[0]}/label")
    assert time.monotonic() - begun < 5.0
    assert (answer.status_code, answer.json()["kind"]) == (503, "bucket-unavailable")
    assert "another one may have kept it" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "10"
    # What is known here needs no bucket; and shoppers are served.
    assert one.delete(f"/v1/predictions/{predictions[1]}/label").json() == {"deleted": True}
    assert label(other, read(other, png), status="accepted").status_code == 200
    gcs.faults.unavailable = 0
    monkeypatch.setattr("backend.label_store._BUCKET_SECONDS", 30.0)
    # The look that took too long may have gone on, and found it.
    assert other.delete(f"/v1/predictions/{predictions[0]}/label").status_code == 200
    assert wait_until(lambda: other.delete(f"/v1/predictions/{predictions[0]}/label").json() == {"deleted": False})


def test_a_bucket_that_refuses_is_told_at_once(
    two: tuple[TestClient, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(copy: BucketCopy) -> int:
        raise BucketUnavailableError("gs://tags/shoes: 403 for robot@example.com")

    monkeypatch.setattr(BucketCopy, "pull", refused)
    answer = two[0].delete(f"/v1/predictions/{NOWHERE}/label")
    assert (answer.status_code, answer.json()["kind"]) == (503, "bucket-unavailable")
    assert "robot" not in answer.text


# -- without the backend's memory -----------------------------------------------------------------------


def test_a_forgotten_prediction_asks_for_the_picture(client: TestClient) -> None:
    answer = label(client, NOWHERE, status="accepted", read_text="A1", read_confidence="0.5")
    assert answer.status_code == 404
    assert answer.json()["kind"] == "prediction-expired"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_label_survives_a_restart(start: Callable[..., TestClient], png: bytes, settings: Settings) -> None:
    before, after = start(), start()
    prediction = read(before, png, box="0,0,80,30")
    fields = {"status": "corrected", "text": "GW2872", "read_text": "ART GW2871", "read_confidence": "0.9"}
    first = label(before, prediction, **fields).json()
    second = label(after, prediction, png, box="0,0,80,30", **fields).json()
    assert second["completed"] is True
    assert first == second
    assert len(kept(settings)) == 1


def test_what_the_shopper_saw_counts_not_what_is_read_now(
    client: TestClient, png: bytes, settings: Settings, reader: Any
) -> None:
    reader.text = "ART GW9999"
    answer = label(client, NOWHERE, png, status="accepted", read_text="ART GW2871", read_confidence="0.8")
    assert answer.status_code == 200
    (sample,) = kept(settings)
    assert (sample.label.text, sample.label.read_confidence) == ("ARTGW2871", 0.8)


@pytest.mark.parametrize(
    ("fields", "model"),
    [
        # Another backend, or a champion since replaced, had read it: the request says which, or it is not known.
        ({"model_name": "old", "model_version": "6"}, ("old", "6")),
        ({"model_name": "old", "model_version": "6", "read_confidence": "0.8"}, ("old", "6")),
        ({"read_confidence": "0.8"}, ("", "")),
        ({}, ("", "")),
        ({"read_text": "artgw9999"}, ("fake", "7")),  # this one reads the same
    ],
)
def test_a_label_names_the_model_that_read(
    client: TestClient, png: bytes, settings: Settings, reader: Any, fields: dict[str, str], model: tuple[str, str]
) -> None:
    reader.text = "ART GW9999"
    answer = label(client, NOWHERE, png, **{"status": "accepted", "read_text": "ART GW2871", **fields})
    assert answer.status_code == 200
    (sample,) = kept(settings)
    assert (sample.label.model_name, sample.label.model_version) == model


@pytest.mark.parametrize("again", [False, True], ids=["remembered", "sent again"])
def test_a_sideways_crop_is_kept_with_its_text_upright(
    client: TestClient, png: bytes, settings: Settings, reader: Any, again: bool
) -> None:
    """A crop that the reader turned by itself would teach the wrong thing if it were kept as it came."""
    reader.turn = 3
    fields = {"box": "0,0,80,30", "turn": "2"}
    verdict = {"status": "accepted", "read_text": "ART GW2871", "read_confidence": "0.9"}
    if again:
        answer = label(client, NOWHERE, png, **fields, **verdict)
    else:
        answer = label(client, read(client, png, **fields), **verdict)
    assert answer.status_code == 200
    (sample,) = kept(settings)
    assert ((sample.width, sample.height), sample.label.turn) == ((30, 80), 1)


def test_a_picture_alone_is_read_again(client: TestClient, png: bytes, settings: Settings) -> None:
    answer = label(client, NOWHERE, png, status="corrected", text="GW2872")
    assert answer.json()["text"] == "ART GW2872"
    (sample,) = kept(settings)
    assert (sample.label.read_text, sample.label.read_confidence) == ("ARTGW2871", 0.9)


def test_no_text_is_what_the_shopper_saw(client: TestClient, png: bytes, settings: Settings, reader: Any) -> None:
    reader.text = "ART GW9999"  # another model reads by now
    fields = {"read_text": "", "read_confidence": "0.4", "model_name": "old", "model_version": "6"}
    answer = label(client, NOWHERE, png, status="corrected", text="GW2871", **fields)
    assert answer.json()["text"] == "GW2871"
    (sample,) = kept(settings)
    assert (sample.label.read_text, sample.label.read_confidence, sample.label.model_name) == ("", 0.4, "old")


def test_accepting_needs_to_say_what(client: TestClient, png: bytes) -> None:
    answer = label(client, NOWHERE, png, status="accepted")
    assert (answer.status_code, answer.json()["kind"]) == (422, "text-required")


def test_the_size_limit_holds_for_labels_too(client: TestClient) -> None:
    answer = label(client, NOWHERE, b"no picture", status="unreadable")
    assert (answer.status_code, answer.json()["kind"]) == (415, "unsupported-format")


# -- verdicts that make no sense ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "invalid-request"),
        ({"status": "perhaps"}, "invalid-request"),
        ({"status": "corrected"}, "text-required"),
        ({"status": "corrected", "text": "   "}, "text-required"),
        ({"status": "corrected", "text": "- - -"}, "bad-text"),
        ({"status": "corrected", "text": "가나다 GW2871"}, "bad-text"),
        ({"status": "corrected", "text": "A" * 65}, "bad-text"),
        ({"status": "corrected", "text": "A" * 1000}, "invalid-request"),
        ({"status": "corrected", "text": "<script>"}, "bad-text"),
        ({"status": "accepted", "text": "GW2872"}, "text-differs"),
        ({"status": "accepted", "read_confidence": "7"}, "invalid-request"),
        ({"status": "accepted", "read_confidence": "nan"}, "invalid-request"),
        ({"status": "accepted", "client": "me@example.com"}, "invalid-request"),
    ],
)
def test_senseless_verdicts_are_refused(
    client: TestClient, png: bytes, settings: Settings, fields: dict[str, str], kind: str
) -> None:
    answer = label(client, read(client, png), **fields)
    assert (answer.status_code, answer.json()["kind"]) == (422, kind)
    assert kept(settings) == []


@pytest.mark.parametrize(
    "text", ["CW2288ㅡ112", "CW2288─112\ufe0f", "\u3164CW2288-112", "ＣＷ２２８８ー１１２\uffa0", "cw2288\u034f-112"]
)
def test_a_pasted_correction_is_kept_as_tags_print_it(client: TestClient, png: bytes, text: str) -> None:
    answer = label(client, read(client, png), status="corrected", whole="true", text=text)
    assert answer.json()["text"] == "CW2288-112"


def test_what_no_tag_prints_is_named_and_what_may_be_meant_is_offered(
    client: TestClient, png: bytes, settings: Settings
) -> None:
    prediction = read(client, png)
    problem = label(client, prediction, status="corrected", text="ㅎㅉ2871").json()
    assert problem["characters"] == [{"glyph": "ㅎ", "name": "Korean"}, {"glyph": "ㅉ", "name": "Korean"}]
    assert problem["suggestions"] == ["GW2871"]
    problem = label(client, prediction, status="corrected", text="СW2288-111").json()
    assert problem["characters"] == [{"glyph": "С", "name": "Cyrillic"}]
    assert "'С' (Cyrillic)" in problem["detail"]
    assert kept(settings) == []
    assert "characters" not in label(client, prediction, status="corrected", text="- -").json()


def test_a_crop_kept_as_upload_is_cut_again(client: TestClient, picture: Image.Image, settings: Settings) -> None:
    # Flat and large: the file is far smaller than its pixels, so that is what memory holds.
    buffer = io.BytesIO()
    picture.resize((1600, 600), Image.Resampling.NEAREST).save(buffer, "PNG")
    prediction = read(client, buffer.getvalue(), turn="1", box="0,0,300,800")
    assert label(client, prediction, status="accepted").status_code == 200
    (path,) = pictures(settings)
    with Image.open(path) as crop:
        assert crop.size == (300, 800)
        assert crop.getpixel((10, 10)) == (0, 0, 255)
    assert "gps" not in path.read_bytes().decode("latin-1").lower()


def test_a_full_disk_is_said(client: TestClient, png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from datasets.errors import StoreError, StoreFullError

    def fail(error: StoreError) -> Callable[..., None]:
        def keep(*args: object) -> None:
            raise error

        return keep

    prediction = read(client, png)
    monkeypatch.setattr(SampleStore, "keep", fail(StoreFullError("/srv/spool is full")))
    answer = label(client, prediction, status="accepted")
    assert (answer.status_code, answer.json()["kind"]) == (507, "store-full")
    monkeypatch.setattr(SampleStore, "keep", fail(StoreError("/srv/spool: input/output error")))
    answer = label(client, prediction, status="accepted")
    assert (answer.status_code, answer.json()["kind"]) == (503, "store-unavailable")
    assert "/srv" not in answer.text


# -- bytes ----------------------------------------------------------------------------------------------


def test_an_address_may_keep_so_many_bytes_an_hour(
    start: Callable[..., TestClient], png: bytes, settings: Settings
) -> None:
    """A refused label is not lost: the prediction waits, and so does the page."""
    client = start()
    now = [0.0]
    size = 400  # bytes; more than the crop's file, less than two of them
    client.app.state.services.kept_bytes = OwnAllowances(TokenBuckets(size / 60, size, clock=lambda: now[0]))  # type: ignore[attr-defined]
    first, second = read(client, png), read(client, png)
    assert label(client, first, status="accepted").status_code == 200
    answer = label(client, second, status="accepted")
    assert (answer.status_code, answer.json()["kind"]) == (429, "too-much-kept")
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert len(kept(settings)) == 1
    assert "tags_rate_limited_total 1.0" in client.get("/metrics").text
    now[0] += int(answer.headers["retry-after"])
    assert label(client, second, status="accepted").status_code == 200
    assert len(kept(settings)) == 2


def test_a_crop_of_noise_is_kept_shrunk(
    start: Callable[..., TestClient], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasets.samples.crop.make_bounded_crop.__defaults__", (20_000,))
    noise = io.BytesIO()
    Image.effect_noise((300, 100), 200).convert("RGB").save(noise, "PNG")
    client = start()
    body = label(client, read(client, noise.getvalue()), status="accepted").json()
    (path,) = pictures(settings)
    assert path.stat().st_size <= 20_000
    (sample,) = kept(settings)
    assert (sample.digest, body["proven"]) == (body["sample"], True)
    assert sample.width < 300


@pytest.mark.parametrize(("limit", "is_limited"), [(0, False), (16 << 20, True)])
def test_the_limit_of_bytes_can_be_switched_off(start: Callable[..., TestClient], limit: int, is_limited: bool) -> None:
    client = start(kept_bytes_per_hour=limit)
    assert (client.app.state.services.kept_bytes is not None) == is_limited  # type: ignore[attr-defined]
