"""Whole photos over HTTP: lines, barcodes and cards, and labels of the lines as if they were crops.

Longer than other files: one route, and all that labels, barcodes and strangers do with its answer.
"""

import asyncio
import io
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.requests import ClientDisconnect

from backend.reading.photos import PHOTO_PIXELS
from backend.routes.tags import _unless_gone
from ocr_model.tags.detection import NoDetector
from tests.ocr_model.tags.barcode_photos import Printed, photograph

PROBLEM = "application/problem+json"
NDJSON = "application/x-ndjson"
EAN = "0194500874886"
LINES = [
    ((100.0, 50.0), (300.0, 50.0), (300.0, 90.0), (100.0, 90.0)),
    ((100.3, 200.0), (300.0, 210.0), (298.0, 250.0), (98.3, 240.0)),
    ((400.0, 100.0), (420.0, 100.0), (420.0, 300.0), (400.0, 300.0)),
    # So many that the picture is not taken for a line itself.
    *(((500.0, y), (580.0, y), (580.0, y + 20.0), (500.0, y + 20.0)) for y in (10.0, 260.0, 290.0, 320.0, 350.0)),
]
# More than are read at once.
MANY = [
    ((10.0 + x, y), (60.0 + x, y), (60.0 + x, y + 20.0), (10.0 + x, y + 20.0))
    for y in range(5, 390, 30)
    for x in (0.0, 60.0)
]


def encode(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def noise(width: int = 600, height: int = 400) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8))


PHOTO = encode(noise())


def post(client: TestClient, data: bytes = PHOTO, headers: dict[str, str] | None = None, **fields: str) -> Any:
    return client.post("/v1/tags", files={"image": ("tag.jpg", data)}, data=fields, headers=headers)


def corners_field(line: dict[str, Any]) -> str:
    return ",".join(str(number) for point in line["corners"] for number in point)


def label(client: TestClient, line: dict[str, Any], photo: bytes | None = None, **fields: str) -> Any:
    parts: dict[str, Any] = {name: (None, value) for name, value in {"status": "accepted", **fields}.items()}
    if photo is not None:
        parts["image"] = ("tag.jpg", photo)
    return client.post(f"/v1/predictions/{line['id']}/label", files=parts)


def again(line: dict[str, Any], **fields: str) -> dict[str, str]:
    """The fields by which a label shows a backend that has forgotten the line what was read."""
    told = {"read_text": line["text"], "proof": line["proof"], "corners": corners_field(line)}
    return {**told, **fields}


def forget(client: TestClient) -> None:
    pending = client.app.state.services.pending  # type: ignore[attr-defined]
    for name in list(pending._entries):
        pending.forget(name)


def store(client: TestClient) -> Any:
    return client.app.state.services.labels.samples  # type: ignore[attr-defined]


# -- reading ------------------------------------------------------------------------------------------


def test_a_photo_has_everything(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    answer = post(client)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"width", "height", "lines", "barcodes", "cards", "first_line", "milliseconds"}
    assert (body["width"], body["height"]) == (600, 400)
    assert [line["corners"][0][1] for line in body["lines"]] == [10.0, 50.0, 100.0, 200.0, 260.0, 290.0, 320.0, 350.0]
    first = body["lines"][1]
    assert (first["text"], first["code"], first["role"], first["turn"]) == ("ART GW2871", "GW2871", "code", 0)
    assert len(first["candidates"]) == 5
    assert "milliseconds" not in first
    assert body["barcodes"] == []
    assert body["cards"][0]["code"]["value"] == "GW2871"
    assert body["first_line"] in body["cards"][0]["code"]["lines"]
    assert set(body["milliseconds"]) == {"decode", "find", "closer", "read", "barcodes", "cards", "total"}
    assert len({line["id"] for line in body["lines"]}) == len(LINES)


def test_a_photo_without_text_has_no_line(client: TestClient, reader: Any) -> None:
    reader.text = ""
    body = post(client).json()
    assert (body["lines"], body["cards"], body["first_line"]) == ([], [], None)


def test_without_a_detector_the_photo_is_one_line(start: Callable[..., TestClient], detector: Any) -> None:
    detector.find = NoDetector().find
    body = post(start()).json()
    (line,) = body["lines"]
    assert (line["text"], line["corners"][2]) == ("ART GW2871", [600.0, 400.0])
    assert body["first_line"] == 0


def test_a_detector_that_fails_to_load_costs_no_photo(start: Callable[..., TestClient], detector: Any) -> None:
    def fail(picture: object, side: object) -> None:
        raise AssertionError("it was not loaded")

    client = start()
    client.app.state.services.photo_reading._detector = None  # type: ignore[attr-defined]
    client.app.state.services.photo_reading._load_detector = fail  # type: ignore[attr-defined]
    assert len(post(client).json()["lines"]) == 1
    assert client.get("/readyz").status_code == 200


def test_corners_are_of_the_photo_though_it_is_read_smaller(client: TestClient, detector: Any) -> None:
    """A photo of more pixels than are read at once is shrunk; what is kept is cut out of the shrunken one."""
    size = (4400, 3600)
    assert size[0] * size[1] > PHOTO_PIXELS
    shrunk = (PHOTO_PIXELS / (size[0] * size[1])) ** 0.5
    detector.lines = [tuple((x * 6, y * 6) for x, y in corners) for corners in LINES]
    photo = encode(noise(600, 491).resize(size), "JPEG")
    body = post(client, photo).json()
    assert (body["width"], body["height"]) == size
    assert body["lines"][1]["corners"][0] == pytest.approx([100 * 6 / shrunk, 50 * 6 / shrunk], rel=0.002)
    line = body["lines"][3]
    kept = label(client, line)
    forget(client)
    sent = label(client, line, photo, **again(line))
    assert (sent.status_code, sent.json()["proven"]) == (200, True), sent.text
    assert sent.json()["sample"] == kept.json()["sample"]


def test_the_likeliest_code_comes_first(client: TestClient, detector: Any) -> None:
    detector.lines = MANY
    answer = post(client, headers={"Accept": NDJSON})
    assert answer.headers["content-type"].startswith(NDJSON)
    first, whole = (json.loads(line) for line in answer.text.splitlines())
    assert (first["event"], first["code"], first["role"]) == ("line", "GW2871", "code")
    assert whole["event"] == "tag"
    (same,) = (line for line in whole["lines"] if line["id"] == first["id"])
    assert {**same, "event": "line"} == first
    assert label(client, first).status_code == 200
    plain = post(client).json()
    assert set(plain) == set(whole) - {"event"}


def test_a_photo_of_few_lines_comes_at_once(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    (whole,) = post(client, headers={"Accept": NDJSON}).text.splitlines()
    assert json.loads(whole)["event"] == "tag"


@pytest.mark.parametrize("accept", ["application/json", NDJSON])
@pytest.mark.parametrize(
    ("data", "fields", "status"),
    [
        (b"", {}, 422),
        (b"GIF89a not accepted", {}, 415),
        (PHOTO[:2000], {}, 422),
        (PHOTO, {"turn": "4"}, 422),
        (PHOTO, {"turn": "left"}, 422),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    client: TestClient, data: bytes, fields: dict[str, str], status: int, accept: str
) -> None:
    answer = post(client, data, {"Accept": accept}, **fields)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text


def test_limits_are_those_of_crops(start: Callable[..., TestClient]) -> None:
    assert post(start(image_max_pixels=100_000)).status_code == 413
    assert post(start(image_max_bytes=50_000)).status_code == 413


def test_before_the_model_is_there_the_answer_is_503(client: TestClient) -> None:
    client.app.state.services.model._serving = None  # type: ignore[attr-defined]
    assert post(client).status_code == 503


def test_a_photo_keeps_the_recognizer_that_it_began_with(client: TestClient, detector: Any, reader: Any) -> None:
    detector.lines = MANY
    reader.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        photo = pool.submit(post, client)
        while not reader.sizes:
            time.sleep(0.01)
        client.app.state.services.model.put(type(reader)())  # type: ignore[attr-defined]
        reader.gate.set()
        assert len(photo.result().json()["lines"]) == len(MANY)
    assert len(reader.sizes) == len(MANY)


def test_the_challenger_reads_the_line_that_is_shown_first(
    client: TestClient, detector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector.lines, offered = LINES, []
    shadow = client.app.state.services.shadow  # type: ignore[attr-defined]
    monkeypatch.setattr(shadow, "offer", lambda name, crop, prediction: offered.append(name))
    body = post(client).json()
    assert offered == [body["lines"][body["first_line"]]["id"]]


def test_photos_wait_for_each_other_and_too_many_are_refused(
    start: Callable[..., TestClient], detector: Any, reader: Any
) -> None:
    """Ordinary crops have threads of their own: they are answered while photos wait."""
    detector.lines = LINES
    client = start(reading_workers=2, reading_queue=2)
    services = client.app.state.services  # type: ignore[attr-defined]
    with services.recognizing, ThreadPoolExecutor(3) as pool:
        with services.recognizing:  # no place is left to look for lines
            photos = [pool.submit(post, client) for _ in range(3)]
            statuses = [photo.result().status_code for photo in photos if _ends(photo)]
            assert statuses == [503]
        crop = client.post("/v1/predictions", files={"image": ("a.png", PHOTO)})
        assert crop.status_code == 200
    assert sorted(photo.result().status_code for photo in photos) == [200, 200, 503]


def test_one_address_leaves_room_for_the_photos_of_others(
    start: Callable[..., TestClient], detector: Any, reader: Any
) -> None:
    detector.lines = LINES
    client = start(reading_workers=2, reading_queue=8, rate_per_minute=1000)
    other = TestClient(client.app, client=("10.0.0.9", 1))
    services = client.app.state.services  # type: ignore[attr-defined]
    with ThreadPoolExecutor(4) as pool, services.recognizing:
        with services.recognizing:
            photos = [pool.submit(post, client) for _ in range(3)]
            refused = [photo.result() for photo in photos if _ends(photo)]
            assert [(answer.status_code, answer.json()["kind"]) for answer in refused] == [(429, "too-many-at-once")]
            photos.append(pool.submit(post, other))
        statuses = [photo.result().status_code for photo in photos]
    assert (sorted(statuses[:3]), statuses[3]) == ([200, 200, 429], 200)
    assert post(client).status_code == 200


def _ends(photo: Any) -> bool:
    try:
        photo.result(timeout=3)
    except TimeoutError:
        return False
    return True


def test_a_photo_costs_its_client_what_it_takes(start: Callable[..., TestClient], detector: Any) -> None:
    detector.lines = MANY
    client = start(rate_per_minute=0.001, rate_burst=6)
    client.app.state.services.requests._buckets._buckets.clear()  # type: ignore[attr-defined]
    assert post(client).status_code == 200  # 3 for the photo, 1.6 for its lines
    statuses = [client.get("/v1/model").status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_a_client_with_little_room_may_send_a_photo(start: Callable[..., TestClient], detector: Any) -> None:
    detector.lines = MANY
    client = start(rate_per_minute=0.001, rate_burst=2)
    client.app.state.services.requests._buckets._buckets.clear()  # type: ignore[attr-defined]
    assert post(client).status_code == 200
    assert post(client).status_code == 429


def test_a_client_that_is_gone_gives_up_its_place() -> None:
    class Request:
        async def is_disconnected(self) -> bool:
            return True

    cancelled = []

    async def endless() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(ClientDisconnect):
        asyncio.run(_unless_gone(Request(), endless()))  # type: ignore[arg-type]
    assert cancelled == [True]


def test_photos_are_counted(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    post(client)
    text = client.get("/metrics").text
    assert 'tags_photos_total{outcome="code"} 1.0' in text
    assert 'tags_photo_seconds_count{step="find"} 1.0' in text
    assert "tags_photo_lines_sum 8.0" in text
    assert "tags_photo_jobs 0.0" in text


def test_one_photo_leaves_room_for_other_predictions(start: Callable[..., TestClient], detector: Any) -> None:
    detector.lines = MANY
    client = start(pending_count=16)
    body = post(client).json()
    pending = client.app.state.services.pending  # type: ignore[attr-defined]
    assert len(pending) == 3  # an eighth, and the one that was told before
    assert pending.get(body["lines"][body["first_line"]]["id"]) is not None


# -- labels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", [0, 1])
@pytest.mark.parametrize("found", [0, 1, 2])
def test_lines_are_labelled_whether_remembered_or_sent_again(
    client: TestClient, detector: Any, reader: Any, turn: int, found: int
) -> None:
    detector.lines, reader.turn = LINES, found
    photo = encode(noise(600, 600), "JPEG", quality=95)
    body = post(client, photo, turn=str(turn)).json()
    for line in body["lines"][1:4]:
        assert line["turn"] == line["turn_found"] == found
        remembered = label(client, line)
        assert remembered.status_code == 200, remembered.text
    forget(client)
    assert label(client, body["lines"][0]).status_code == 404
    for line in body["lines"][:4]:
        sent = label(client, line, photo, **again(line, turn=str(turn)))
        assert sent.status_code == 200, sent.text
        assert sent.json()["proven"]
    samples = list(store(client).samples())
    assert len(samples) == 4  # the same verdict on the same pixels is one label
    assert {sample.label.turn for sample in samples} == {(turn + found) % 4}


def test_a_restart_forgets_the_photo_and_believes_the_proof(start: Callable[..., TestClient], detector: Any) -> None:
    detector.lines = LINES
    line = post(start()).json()["lines"][1]
    client = start()
    assert label(client, line).status_code == 404
    sent = label(client, line, PHOTO, **again(line, status="corrected", text="CW2288-111"))
    assert (sent.json()["text"], sent.json()["proven"]) == ("CW2288-111", True)


def test_other_corners_prove_nothing(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    lines = post(client).json()["lines"]
    forget(client)
    sent = label(client, lines[1], PHOTO, **{**again(lines[1]), "corners": corners_field(lines[2])})
    assert (sent.status_code, sent.json()["proven"]) == (200, False)


def test_nothing_of_a_photo_is_kept_before_a_verdict(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    post(client)
    assert list(store(client).samples()) == []


def test_a_verdict_on_a_line_is_undone(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    line = post(client).json()["lines"][1]
    assert label(client, line).status_code == 200
    assert client.delete(f"/v1/predictions/{line['id']}/label").json() == {"deleted": True}
    assert list(store(client).samples()) == []
    assert label(client, line).status_code == 404


def test_lines_expire_as_crops_do(start: Callable[..., TestClient], detector: Any) -> None:
    detector.lines = LINES
    client = start(pending_seconds=0.001)
    assert label(client, post(client).json()["lines"][1]).status_code == 404


# -- barcodes -----------------------------------------------------------------------------------------


def test_a_confirmed_barcode_finds_the_code_until_the_label_is_deleted(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    photo = photograph((600, 400), [Printed("EAN-13", 300, 200, content=EAN)])
    body = post(client, encode(photo)).json()
    (barcode,) = body["barcodes"]
    assert (barcode["format"], barcode["code"], barcode["agrees"]) == ("UPC-A", None, None)
    assert 0 in body["cards"][0]["barcodes"]
    line = body["lines"][body["first_line"]]
    kept = label(client, line, barcode=barcode["text"])
    assert kept.json()["barcode"] == EAN
    assert post(client, encode(photo)).json()["barcodes"][0]["code"] == "GW2871"
    corrected = label(client, line, status="corrected", text="CW2288-111", barcode=barcode["text"])
    assert corrected.json()["barcode"] == EAN
    assert post(client, encode(photo)).json()["barcodes"][0]["code"] == "CW2288-111"
    client.delete(f"/v1/predictions/{line['id']}/label")
    assert post(client, encode(photo)).json()["barcodes"][0]["code"] is None
    assert list(store(client).pairs.all()) == []


@pytest.mark.parametrize("barcode", ["", "https://example.com/a", "0194500874887", "1" * 256])
def test_what_is_no_retail_number_is_not_kept(client: TestClient, detector: Any, barcode: str) -> None:
    detector.lines = LINES
    kept = label(client, post(client).json()["lines"][1], barcode=barcode)
    assert (kept.status_code, kept.json()["barcode"]) == (200, None)


def test_an_unproven_label_pairs_no_barcode(client: TestClient, detector: Any) -> None:
    detector.lines = LINES
    line = post(client).json()["lines"][1]
    forget(client)
    sent = label(client, line, PHOTO, **again(line, proof="", barcode=EAN))
    assert (sent.status_code, sent.json()["proven"], sent.json()["barcode"]) == (200, False, None)


# -- whatever strangers send --------------------------------------------------------------------------

NUMBERS = st.one_of(
    st.floats(-50, 700).map(lambda number: f"{number:.3f}"),
    st.sampled_from(["nan", "inf", "-inf", "1e9", "", " ", "1_0", "0x1", "٣", "999999.9", "-999999", "1.5.2", "NaN"]),
    st.text(max_size=6),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corners=st.one_of(
        st.lists(NUMBERS, min_size=5, max_size=10).map(",".join),
        st.lists(st.integers(-2, 602).map(str), min_size=8, max_size=8).map(",".join),
        st.text(max_size=40),
    ),
    turn=st.sampled_from(["0", "1", "3", "", "7"]),
    barcode=st.text(max_size=30),
)
def test_any_corners_are_answered(client: TestClient, corners: str, turn: str, barcode: str) -> None:
    """Crossed, outside, huge, no numbers, too few: a label or a refusal, never a failure."""
    client.app.state.services.unproven._buckets._buckets.clear()  # type: ignore[attr-defined]
    line = {"id": "0123456789abcdefghijklmn"}
    fields = {"corners": corners, "turn": turn, "barcode": barcode, "text": "GW2871"}
    answer = label(client, line, PHOTO, **fields)
    assert answer.status_code in (200, 400, 409, 422), answer.text


@pytest.mark.parametrize(
    "corners", ["1,2,3,4,5,6,7", "nan,0,9,0,9,9,0,9", "0,0,1e9,0,9,9,0,9", "0,0,700,0,700,30,0,30", "-9,0,9,0,9,9,0,9"]
)
def test_wrong_corners_are_named(client: TestClient, corners: str) -> None:
    answer = label(client, {"id": "0123456789abcdefghijklmn"}, PHOTO, corners=corners, text="GW2871")
    assert (answer.status_code, answer.json()["kind"]) == (422, "bad-corners")


def test_a_box_and_corners_contradict_each_other(client: TestClient) -> None:
    fields = {"corners": "0,0,9,0,9,9,0,9", "box": "1,1,9,9", "text": "GW2871"}
    assert label(client, {"id": "0123456789abcdefghijklmn"}, PHOTO, **fields).json()["kind"] == "bad-corners"


def test_the_description_names_both_answers(client: TestClient) -> None:
    content = client.get("/openapi.json").json()["paths"]["/v1/tags"]["post"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", NDJSON}
