import io

import numpy as np
from PIL import Image

from benchmarks.attack.photos import DensePhotos, WholePhotos, photo_of_tags


def test_every_tag_says_something_else() -> None:
    photo = photo_of_tags(2, 1, size=(800, 300))
    assert photo.size == (800, 300)
    left, right = (np.asarray(photo.crop((x, 0, x + 400, 300)), dtype=int) for x in (0, 400))
    assert np.abs(left - right).max() > 100


def test_the_photo_is_as_large_as_a_phone_s() -> None:
    attack = WholePhotos()
    attack.prepare()
    assert Image.open(io.BytesIO(attack._photo)).size == (4032, 3024)


def test_the_dense_photo_has_small_print_all_over() -> None:
    photo = DensePhotos().photo()
    assert photo.size == (3000, 2000)
    rows = np.asarray(photo.convert("L")) < 128
    lines = sum(int(np.count_nonzero(np.diff(half.any(axis=1).astype(int)) == 1)) for half in np.split(rows, 2, axis=1))
    assert 140 <= lines <= 160
