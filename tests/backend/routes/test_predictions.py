"""Reading over HTTP: right answers for every odd picture that can be read, clear refusals for the others."""

import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

PROBLEM = "application/problem+json"


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def post(client: TestClient, data: bytes, name: str = "tag.jpg", **fields: str) -> Any:
    return client.post("/v1/predictions", files={"image": (name, data)}, data=fields)


def test_a_reading_has_everything(client: TestClient, png: bytes) -> None:
    answer = post(client, png)
    assert answer.status_code == 200
    body = answer.json()
    assert body["text"] == "ART GW2871"
    assert body["code"] == "GW2871"
    assert body["confidence"] == 0.9
    assert "".join(character["text"] for character in body["characters"]) == "ART GW2871"
    assert len(body["candidates"]) == 5
    assert body["text"] not in [candidate["text"] for candidate in body["candidates"]]
    assert {"brand": "adidas", "name": "article", "code": "GW2871"} in body["formats"]
    assert body["model"] == {"name": "fake", "version": "7"}
    assert set(body["milliseconds"]) == {"decode", "crop", "recognize", "total"}
    assert body["turn_found"] == 0
    assert body["picture_text"] is None
    assert body["expires_at"].endswith("Z")
    assert len(body["id"]) >= 22


def test_the_box_is_in_pixels_of_the_turned_picture(client: TestClient, png: bytes, reader: Any) -> None:
    answer = post(client, png, turn="1", box="2,3,20,30")
    assert answer.status_code == 200
    assert reader.sizes == [(20, 30)]
    assert reader.pixels == [(0, 0, 255)]  # blue, at the lower left, comes up on the left


def test_the_answer_says_which_turn_puts_the_text_upright(client: TestClient, png: bytes, reader: Any) -> None:
    reader.turn = 3
    assert post(client, png).json()["turn_found"] == 3


def test_the_answer_says_what_the_picture_alone_says(client: TestClient, png: bytes, reader: Any) -> None:
    reader.picture_text = "ART GWZ871"
    assert post(client, png).json()["picture_text"] == "ART GWZ871"


def test_a_box_over_the_edge_is_clipped(client: TestClient, png: bytes, reader: Any) -> None:
    assert post(client, png, box="-10,-10,30,30").status_code == 200
    assert reader.sizes == [(20, 20)]


@pytest.mark.parametrize(
    "fields",
    [
        {"box": "900,900,10,10"},
        {"box": "0,0,0,0"},
        {"box": "0,0,1,1"},
        {"box": "1,2,3"},
        {"turn": "4"},
        {"turn": "-1"},
        {"turn": "left"},
    ],
)
def test_wrong_regions_are_refused(client: TestClient, png: bytes, fields: dict[str, str]) -> None:
    answer = post(client, png, **fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"]


# -- pictures that can be read ------------------------------------------------------------------------


def shows_the_picture(client: TestClient, reader: Any, data: bytes, *, tolerance: int = 12) -> None:
    """Each quarter arrives in its colour, whatever the picture's way of storing it."""
    for box, colour in [
        ("10,5,40,20", (255, 0, 0)),
        ("100,5,40,20", (0, 255, 0)),
        ("10,35,40,20", (0, 0, 255)),
        ("100,35,40,20", (250, 250, 250)),
    ]:
        answer = post(client, data, box=box)
        assert answer.status_code == 200, answer.text
        assert np.abs(np.subtract(reader.pixels[-1], colour)).max() <= tolerance, (box, reader.pixels[-1])


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_formats(client: TestClient, reader: Any, picture: Image.Image, format: str) -> None:
    shows_the_picture(client, reader, encode(picture, format, quality=95))


def test_a_palette(client: TestClient, reader: Any, picture: Image.Image) -> None:
    shows_the_picture(client, reader, encode(picture.quantize(16), "PNG"))


def test_a_transparent_palette(client: TestClient, reader: Any, picture: Image.Image) -> None:
    shows_the_picture(client, reader, encode(picture.quantize(16), "PNG", transparency=15))


def test_cmyk(client: TestClient, reader: Any, picture: Image.Image) -> None:
    shows_the_picture(client, reader, encode(picture.convert("CMYK"), "JPEG", quality=95))


def test_transparency(client: TestClient, reader: Any, picture: Image.Image) -> None:
    transparent = picture.convert("RGBA")
    transparent.putpixel((0, 0), (0, 0, 0, 0))
    shows_the_picture(client, reader, encode(transparent, "PNG"))


def test_sixteen_bits(client: TestClient, reader: Any) -> None:
    grey = Image.fromarray(np.full((40, 90), 0x8080, np.uint16))
    assert post(client, encode(grey, "PNG")).status_code == 200
    assert np.abs(np.subtract(reader.pixels[-1], 0x80)).max() <= 2  # neither black nor white


@pytest.mark.parametrize("format", ["WEBP", "PNG"])
def test_an_animation_is_read_by_its_first_frame(
    client: TestClient, reader: Any, picture: Image.Image, format: str
) -> None:
    other = Image.new("RGB", picture.size, "black")
    data = encode(picture, format, save_all=True, append_images=[other], duration=100, lossless=True)
    shows_the_picture(client, reader, data)


def test_a_stored_orientation_is_obeyed(client: TestClient, reader: Any, picture: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = picture.transpose(Image.Transpose.ROTATE_90)
    shows_the_picture(client, reader, encode(sideways, "JPEG", exif=exif, quality=95))


def test_a_wrong_name_does_not_matter(client: TestClient, png: bytes) -> None:
    assert post(client, png, name="holiday.txt").status_code == 200
    assert post(client, png, name="../../etc/passwd\x00.gif").status_code == 200


def test_no_text(client: TestClient, reader: Any, png: bytes) -> None:
    reader.text = ""
    body = post(client, png).json()
    assert (body["text"], body["code"], body["characters"], body["formats"]) == ("", "", [], [])


# -- pictures that cannot -----------------------------------------------------------------------------


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims, and would unfold to, far more pixels than allowed."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 20_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", pixels) + png_chunk(b"IEND", b"")


NOISE = np.random.default_rng(5).integers(0, 255, (200, 300, 3), np.uint8)


@pytest.mark.parametrize(
    ("data", "status", "kind"),
    [
        (b"", 422, "empty"),
        (b"I am a text file that somebody calls tag.jpg", 415, "unsupported-format"),
        (b"\x00" * 5000, 415, "unsupported-format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported-format"),
        (b"%PDF-1.7", 415, "unsupported-format"),
        (encode(Image.new("RGB", (50, 50)), "GIF"), 415, "unsupported-format"),
        (encode(Image.new("RGB", (50, 50)), "TIFF"), 415, "unsupported-format"),
        (encode(Image.new("RGB", (50, 50)), "BMP"), 415, "unsupported-format"),
        (encode(Image.new("RGB", (1, 1)), "PNG"), 422, "too-small"),
        (encode(Image.new("RGB", (300, 1)), "JPEG"), 422, "too-small"),
        (bomb(30_000, 30_000), 413, "too-many-pixels"),
        (bomb(2**31 - 1, 2**31 - 1), 413, "too-many-pixels"),
        (bomb(5_000, 5_000)[:3000], 422, "truncated"),
        (encode(Image.fromarray(NOISE), "JPEG")[:5000], 422, "truncated"),
        (encode(Image.fromarray(NOISE), "JPEG")[:3], 422, "truncated"),
        (encode(Image.fromarray(NOISE), "PNG")[:5000], 422, "truncated"),
        (encode(Image.fromarray(NOISE), "WEBP")[:5000], 422, "truncated"),
        (b"\x89PNG\r\n\x1a\n" + b"garbage" * 100, 422, "truncated"),
        (b"RIFF\x10\0\0\0WEBPVP8 garbage", 422, "truncated"),
        (b"\0\0\0\x18ftypheic\0\0\0\0heic" + b"\0" * 100, 422, "truncated"),
    ],
)  # fmt: skip
def test_unusable_pictures_are_refused_clearly(client: TestClient, data: bytes, status: int, kind: str) -> None:
    answer = post(client, data)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_a_file_over_the_limit(start: Callable[..., TestClient], png: bytes) -> None:
    client = start(image_max_bytes=len(png) + 10)
    assert post(client, png).status_code == 200
    answer = post(client, png + bytes(20))
    assert (answer.status_code, answer.json()["kind"]) == (413, "too-large")


def test_random_bytes_never_break_the_service(client: TestClient, picture: Image.Image) -> None:
    random = np.random.default_rng(3)
    originals = [encode(picture, "PNG"), encode(picture, "JPEG"), encode(picture, "WEBP")]
    for round in range(60):
        data = bytearray(originals[round % 3])
        for position in random.integers(0, len(data), 1 + round % 7):
            data[position] = random.integers(0, 256)
        assert post(client, bytes(data)).status_code in {200, 413, 415, 422}


@pytest.mark.parametrize(
    "request_options",
    [
        {},
        {"json": {"image": "x"}},
        {"data": {"image": "not a file"}},
        {"content": b"rubbish", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"rubbish", "headers": {"content-type": "multipart/form-data"}},
        {"files": [("image", (None, b"x"))]},
        {"files": [("picture", ("a.png", b"x"))]},
        {"files": [("image", ("a", b"x"))] * 1500},
    ],
)
def test_odd_requests_are_refused(client: TestClient, request_options: dict[str, Any]) -> None:
    answer = client.post("/v1/predictions", **request_options)
    assert answer.status_code in {400, 413, 415, 422}
    assert answer.headers["content-type"] == PROBLEM


# -- the service under load, and without a model -------------------------------------------------------


def test_a_full_queue_answers_503_at_once(start: Callable[..., TestClient], png: bytes, reader: Any) -> None:
    client = start(reading_workers=1, reading_queue=1)
    reader.gate.clear()
    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(post, client, png) for _ in range(6)]
        # One is read, one waits; the gate stays shut until the other four have been refused.
        for refused in islice((answer.result() for answer in as_completed(answers, timeout=600)), 4):
            assert refused.status_code == 503
            assert refused.json()["kind"] == "overloaded"
            assert int(refused.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200  # the event loop is free
        assert "tags_overloaded_total" in client.get("/metrics").text
        reader.gate.set()
        statuses = sorted(answer.result().status_code for answer in answers)
    assert statuses == [200, 200, 503, 503, 503, 503]
    assert post(client, png).status_code == 200
