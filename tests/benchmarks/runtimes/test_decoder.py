import numpy as np
from PIL import Image

from benchmarks.runtimes.decoder import prepare


def test_crops_are_prepared_as_serving_prepares_them() -> None:
    pixels = prepare(Image.new("RGB", (10, 10), "white"), (256, 64))
    assert pixels.shape == (1, 1, 64, 256) and pixels.dtype == np.float32
    assert np.allclose(pixels, 1.0)
