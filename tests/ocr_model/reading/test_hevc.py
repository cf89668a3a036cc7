"""The size that a sequence parameter set gives is the one that the decoder allocates."""

import pytest

from benchmarks.attack.hevc import parameter_sets
from ocr_model.errors import ImageError
from ocr_model.reading.hevc import read_parameter_set

SPS = 33


def parameter_set(width: int, height: int) -> bytes:
    return next(unit for kind, unit in parameter_sets(width, height) if kind == SPS)


@pytest.mark.parametrize("size", [(64, 64), (512, 512), (4032, 3008), (32_704, 64)])
def test_the_coded_size(size: tuple[int, int]) -> None:
    coded = read_parameter_set(parameter_set(*size))
    assert (coded.width, coded.height, coded.coded_pixels) == (*size, size[0] * size[1])
    assert (coded.sample_bytes, coded.is_deep) == (1.5, False)


def test_a_set_that_is_cut_off_is_damaged() -> None:
    with pytest.raises(ImageError):
        read_parameter_set(parameter_set(64, 64)[:14])
