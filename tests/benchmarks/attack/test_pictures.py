import io
import warnings

import pytest
from PIL import Image

from benchmarks.attack.pictures import SIDE, flat_png, flat_webp, noise_jpeg, scans_jpeg


def opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(data))


def test_a_jpeg_of_many_scans_is_valid_and_grey() -> None:
    data = scans_jpeg(100, side=1032)  # 129 x 129 blocks: one run of 16,641
    picture = opened(data)
    assert picture.info["progressive"] == 1
    assert picture.getextrema() == (128, 128)
    assert data.count(b"\xff\xda") == 101


def test_a_scan_takes_75_bytes() -> None:
    large = scans_jpeg(500)
    assert opened(large).size == (SIDE, SIDE)
    assert len(large) - len(scans_jpeg(499)) == 75
    assert len(large) < 140_000


def test_a_side_that_leaves_a_short_run_is_refused() -> None:
    with pytest.raises(ValueError, match="choose another side"):
        scans_jpeg(1, side=64)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("depth", "colour", "mode"), [(16, False, "I;16"), (8, True, "RGB"), (8, False, "L")])
def test_flat_pngs_are_valid(depth: int, colour: bool, interlaced: bool, mode: str) -> None:
    picture = opened(flat_png(side=37, depth=depth, colour=colour, interlaced=interlaced))
    assert (picture.size, picture.mode) == ((37, 37), mode)
    assert bool(picture.info.get("interlace")) == interlaced
    assert picture.getpixel((36, 36)) in (0, (0, 0, 0))


def test_a_png_is_a_thousandth_of_its_pixels() -> None:
    assert len(flat_png(side=2000)) < 2000 * 2000 * 2 / 500


def test_a_webp_is_tiny() -> None:
    data = flat_webp(side=500)
    assert (opened(data).size, opened(data).mode, len(data) < 100) == ((500, 500), "RGBA", True)


def test_noise_differs_by_seed_and_is_not_packed_small() -> None:
    first, second = (noise_jpeg(seed, side=300) for seed in (1, 2))
    assert first != second
    assert opened(first).size == (300, 300)
    stream = io.BytesIO()
    opened(first).save(stream, "PNG")
    assert len(stream.getvalue()) > 5 * len(first)
