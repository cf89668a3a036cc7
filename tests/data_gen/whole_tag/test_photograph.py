"""Photos: the same for the same number, of the size asked for, and readable."""

import numpy as np
import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

import zxingcpp

from data_gen.whole_tag.photograph import PhotoRenderer, TagPhoto


@pytest.fixture(scope="module")
def photos() -> list[TagPhoto]:
    renderer = PhotoRenderer(3, megapixels=1.0)
    return [renderer.render(index) for index in range(16)]


def test_a_photo_is_the_same_in_any_order_and_another_with_another_seed(photos: list[TagPhoto]) -> None:
    again = PhotoRenderer(3, megapixels=1.0)
    assert again.render(7) == photos[7]
    assert again.render(2) == photos[2]
    assert PhotoRenderer(4, megapixels=1.0).render(2).jpeg != photos[2].jpeg


def test_photos_have_the_pixels_asked_for(photos: list[TagPhoto]) -> None:
    for photo in photos:
        assert photo.pixels.shape == (photo.size[1], photo.size[0], 3)
        assert photo.size[0] * photo.size[1] == pytest.approx(1e6, rel=0.01)
    sizes = [width * height / 1e6 for width, height in (PhotoRenderer(1).render(index).size for index in range(4))]
    assert all(0.99 <= size <= 12.1 for size in sizes) and len(set(sizes)) == 4


def test_ink_of_the_photo_stands_where_the_truth_says(photos: list[TagPhoto]) -> None:
    found = 0
    for photo in photos:
        grey = photo.pixels.mean(axis=2)
        for tag in photo.tags:
            for line in tag.lines:
                left, top = np.floor(np.min(line.corners, axis=0)).astype(int)
                right, bottom = np.ceil(np.max(line.corners, axis=0)).astype(int)
                found += 1
                inside = grey[top:bottom, left:right]
                assert np.ptp(inside) > 6, (line.text, np.ptp(inside))
    assert found > 100


def test_barcodes_are_read_where_they_stand(photos: list[TagPhoto]) -> None:
    drawn = read = 0
    for photo in photos:
        found = {code.text: code.position for code in zxingcpp.read_barcodes(photo.pixels)}
        for bars in (code for tag in photo.tags for code in tag.barcodes):
            drawn += 1
            place = found.get(bars.text) or found.get("0" + bars.text)
            if place is not None:
                read += 1
                corners = np.array(bars.corners)
                middle = np.mean([(p.x, p.y) for p in (place.top_left, place.bottom_right)], axis=0)
                assert (corners.min(axis=0) <= middle).all() and (middle <= corners.max(axis=0)).all()
    assert drawn > 8 and read >= drawn / 3
