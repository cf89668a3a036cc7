import io

import numpy as np
import pytest
from PIL import Image

from data_gen.twins import TWINS, make_twin


def crop() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 160, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("kind", TWINS)
def test_the_same_crop_gives_the_same_twin(kind: str) -> None:
    def png(image: Image.Image) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return buffer.getvalue()

    twin = make_twin(crop(), "name", kind)
    assert twin.mode == "RGB"
    assert png(twin) == png(make_twin(crop(), "name", kind))
    assert png(twin) != png(crop())


def test_what_the_twins_do() -> None:
    assert make_twin(crop(), "name", "small").size == (48, 12)
    assert make_twin(crop(), "name", "jpeg").size == (80, 20)
    assert make_twin(crop(), "name", "tilt").height > 40
    assert np.asarray(make_twin(crop(), "name", "dark")).mean() < 0.4 * np.asarray(crop()).mean()
    for kind in ("blur", "motion"):
        assert np.asarray(make_twin(crop(), "name", kind)).std() < np.asarray(crop()).std()
