"""Photos are shown as they are read: upright, small, without anything but their pixels."""

import base64
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

PROBLEM = "application/problem+json"


def encode(image: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def post(client: TestClient, data: bytes, **fields: str) -> Any:
    return client.post("/v1/previews", files={"image": ("tag", data)}, data=fields)


def shown(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.text
    assert answer.json()["media_type"] == "image/jpeg"
    return Image.open(io.BytesIO(base64.b64decode(answer.json()["picture"], validate=True)), formats=["JPEG"])


def test_a_large_photo_comes_small_with_its_own_size(client: TestClient, picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise once
    answer = post(client, encode(picture.resize((3200, 1200)), "JPEG", exif=exif))
    assert (answer.json()["width"], answer.json()["height"]) == (1200, 3200)
    preview = shown(answer)
    assert preview.size == (384, 1024)
    assert not preview.getexif()
    # Turned clockwise, blue (lower left) is the upper left quarter.
    assert np.abs(np.subtract(preview.getpixel((90, 250)), (0, 0, 255))).max() <= 12


def test_the_longest_side_is_the_client_s_choice_and_nothing_is_enlarged(client: TestClient, png: bytes) -> None:
    assert shown(post(client, png, longest_side="80")).size == (80, 30)
    assert shown(post(client, png, longest_side="1280")).size == (160, 60)
    for wrong in ("0", "1281", "wide"):
        assert post(client, png, longest_side=wrong).json()["kind"] == "invalid-request"


def test_the_answer_for_noise_stays_below_a_megabyte(client: TestClient) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1280, 1280, 3), dtype=np.uint8)
    answer = post(client, encode(Image.fromarray(noise), "PNG"), longest_side="1280")
    assert shown(answer).size == (1280, 1280)
    assert len(answer.content) < 1_000_000


def test_memory_is_given_back_once_the_answer_is_sent(client: TestClient, png: bytes) -> None:
    services = client.app.state.services
    given: list[bool] = []
    services.give_back_memory = lambda: given.append(True)
    assert post(client, png).status_code == 200
    assert given == [True]


def test_nothing_is_read_and_nothing_is_remembered(client: TestClient, reader: Any, png: bytes) -> None:
    post(client, png)
    assert reader.sizes == []
    assert "tags_pending_predictions 0.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b"", 422, "empty"),
        (b"just words", 415, "unsupported-format"),
        (encode(Image.new("1", (10_000, 5_001)), "PNG"), 413, "too-many-pixels"),
        (encode(Image.new("1", (1, 1)), "PNG"), 422, "too-small"),
        (encode(Image.effect_noise((300, 200), 90), "JPEG")[:5000], 422, "truncated"),
    ],
)
def test_what_cannot_be_read_is_refused_as_a_reading_is(
    client: TestClient, data: bytes, status: int, kind: str
) -> None:
    answer = post(client, data)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert answer.headers["content-type"] == PROBLEM
    read = client.post("/v1/predictions", files={"image": ("tag", data)})
    assert (read.status_code, read.json()["kind"]) == (status, kind)


def test_a_file_may_be_as_large_as_that_of_a_reading(start: Callable[..., TestClient], png: bytes) -> None:
    client = start(image_max_bytes=len(png) + 100_000)
    assert post(client, png + bytes(100_000)).status_code == 200
    assert post(client, png + bytes(100_001)).json()["kind"] == "too-large"
    # A body far beyond any photo is refused while it arrives.
    assert post(client, png + bytes(1_000_000)).status_code == 413


def test_a_full_queue_answers_503_and_is_counted(start: Callable[..., TestClient], png: bytes, reader: Any) -> None:
    client = start(reading_workers=1, reading_queue=0)
    reader.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(client.post, "/v1/predictions", files={"image": ("tag", png)})
        while not reader.sizes:
            pass
        refused = post(client, png)
        reader.gate.set()
        assert reading.result().status_code == 200
    assert (refused.status_code, refused.json()["kind"]) == (503, "overloaded")
    assert int(refused.headers["retry-after"]) > 0
    assert "tags_overloaded_total 1.0" in client.get("/metrics").text
