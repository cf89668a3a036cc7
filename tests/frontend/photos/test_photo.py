from __future__ import annotations

import pytest
from PIL import Image

from frontend.photos.photo import Photo

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (255, 255, 255)


def corners(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A white picture with a red, a green and a blue corner: top left, top right, bottom left."""
    image = Image.new("RGB", size, WHITE)
    width, height = size
    image.paste(RED, (0, 0, 10, 10))
    image.paste(GREEN, (width - 10, 0, width, 10))
    image.paste(BLUE, (0, height - 10, 10, height))
    return image


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_the_preview_shows_the_turned_photo(turn: int) -> None:
    small = corners((600, 400))
    photo = Photo(b"", (4200, 2800), small)
    preview = photo.preview(turn)
    turned = small.rotate(-90 * turn, expand=True)
    assert photo.turned_size(turn) == (turned.width * 7, turned.height * 7)
    assert preview.tobytes() == turned.tobytes()


def test_the_preview_is_made_once_for_the_same_turn() -> None:
    photo = Photo(b"", (60, 40), corners())
    assert photo.preview(1) is photo.preview(5)
    assert photo.preview(1) is not photo.preview(2)
