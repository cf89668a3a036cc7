from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin

from datasets.errors import CropError
from datasets.samples.crop import make_bounded_crop, make_crop, open_crop, pixel_digest
from tests.datasets.making import picture


def photo_with_secrets() -> Image.Image:
    exif = Image.Exif()
    exif[0x0110] = "Phone of Somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 33.0, 59.0), 3: "E", 4: (126.0, 58.0, 41.0)})
    buffer = io.BytesIO()
    picture(1).save(buffer, "JPEG", exif=exif, comment=b"a comment", icc_profile=b"a profile")
    image = Image.open(buffer)
    image.load()
    return image


def test_nothing_but_pixels_is_written() -> None:
    image = photo_with_secrets()
    assert image.getexif()[0x0110] == "Phone of Somebody"
    png = make_crop(image).png
    chunks = []
    with io.BytesIO(png) as stream:
        reader = PngImagePlugin.ChunkStream(stream)
        stream.seek(8)
        while True:
            kind, _, length = reader.read()
            chunks.append(kind)
            stream.seek(length + 4, io.SEEK_CUR)
            if kind == b"IEND":
                break
    assert set(chunks) == {b"IHDR", b"IDAT", b"IEND"}
    for secret in (b"Phone", b"GPS", b"comment", b"profile"):
        assert secret not in png


def test_pixels_survive() -> None:
    image = picture(5, (31, 17))
    crop = make_crop(image)
    assert (crop.width, crop.height) == (31, 17)
    assert open_crop(crop.png).tobytes() == image.tobytes()
    assert pixel_digest(open_crop(crop.png)) == crop.digest


def test_digest_sees_pixels_and_size_not_encoding() -> None:
    crop = make_crop(picture(5))
    buffer = io.BytesIO()
    picture(5).save(buffer, "PNG", compress_level=9, dpi=(300, 300))
    assert buffer.getvalue() != crop.png
    assert pixel_digest(open_crop(buffer.getvalue())) == crop.digest
    assert make_crop(picture(6)).digest != crop.digest
    flat, tall = Image.new("RGB", (4, 2)), Image.new("RGB", (2, 4))
    assert make_crop(flat).digest != make_crop(tall).digest


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "1"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    assert open_crop(make_crop(picture(3).convert(mode)).png).mode == "RGB"


def test_no_pixels_no_crop() -> None:
    with pytest.raises(CropError, match="0 x 5"):
        make_crop(Image.new("RGB", (0, 5)))


@pytest.mark.parametrize(
    "damage", [b"", b"not a picture", make_crop(picture(1)).png[:-40], make_crop(picture(1)).png[:-1]]
)
def test_damaged_png(damage: bytes) -> None:
    with pytest.raises(CropError):
        open_crop(damage)


def test_a_crop_is_shrunk_until_its_file_fits() -> None:
    noise = Image.effect_noise((400, 300), 200).convert("RGB")
    whole = make_crop(noise)
    bounded = make_bounded_crop(noise, len(whole.png) // 3)
    assert len(bounded.png) <= len(whole.png) // 3
    assert bounded.width / bounded.height == pytest.approx(4 / 3, rel=0.02)
    assert pixel_digest(open_crop(bounded.png)) == bounded.digest
    assert make_bounded_crop(noise, len(whole.png) // 3) == bounded
    assert make_bounded_crop(noise, len(whole.png)) == whole
