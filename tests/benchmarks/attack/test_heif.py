import io

import pi_heif
import pytest

from benchmarks.attack.heif import grid, sequence


def test_tiles_are_decoded_to_grey() -> None:
    file = pi_heif.open_heif(io.BytesIO(grid(3, 2, tile=64, declared=(192, 128))))
    picture = file.to_pillow()
    assert picture.size == (192, 128)
    low, high = min(picture.getextrema())[0], max(picture.getextrema())[1]
    assert 100 < low <= high < 160


def test_a_grid_lies_about_its_size() -> None:
    small, large = (grid(count, count, tile=4096, declared=(100, 100)) for count in (2, 30))
    assert pi_heif.open_heif(io.BytesIO(large)).size == (100, 100)
    assert len(large) < 51_000
    assert len(small) < 1000


def test_a_canvas_that_differs_from_the_header_is_refused_by_libheif() -> None:
    file = pi_heif.open_heif(io.BytesIO(grid(2, 2, tile=64, declared=(100, 100), canvas=(128, 128))))
    assert file.size == (100, 100)
    with pytest.raises(ValueError, match="does not have the size"):
        file.to_pillow()


def test_the_tables_of_a_sequence_are_read() -> None:
    data = sequence(1000, side=64)
    assert b"moov" in data
    assert len(data) < 1500
    assert pi_heif.open_heif(io.BytesIO(data)).to_pillow().size == (64, 64)
    assert len(sequence(17_000_000, side=64)) == len(data)
