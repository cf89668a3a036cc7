"""Lines cut out of photos of rendered whole tags: print of many kinds, as a detector finds it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from data_gen.whole_tag.photograph import PhotoRenderer
from data_gen.whole_tag.truth import Line
from ocr_model.codes.text import CHARSET, label_text, normalize_text
from ocr_model.tags.cutting import cut_line, side_lengths
from ocr_model.tags.tag import Corners

_MEGAPIXELS = 3.0
_LINES = 8  # of one photo, so that a tag of many lines does not count for several
_SHORTEST = 3  # characters
_LEAST_HEIGHT = 8.0  # pixels
_MARGIN = (0.05, 0.3)  # heights of a line by which its box is larger than the print
_SLACK = 0.06  # heights of a line: standard deviation of each corner's place


class TagLines:
    """Cuts lines out of rendered photos; those of a photo are the same in any process and any order.

    Args:
        seed: another seed gives other photos.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._renderer = PhotoRenderer(seed, megapixels=_MEGAPIXELS)

    def cut(self, index: int) -> Iterator[tuple[str, Image.Image]]:
        """(text, picture) of some lines that the recognizer can write, of the photo with this index.

        Args:
            index: number of the photo.
        """
        photo = self._renderer.render(index)
        rng = np.random.default_rng((self._seed, index, 1))
        lines = [line for tag in photo.tags for line in tag.lines if _is_readable(line)]
        picture = Image.fromarray(photo.pixels)
        for at in rng.permutation(len(lines))[:_LINES]:
            line = lines[at]
            yield line.text, cut_line(picture, _found(line.corners, rng))


def _is_readable(line: Line) -> bool:
    return (
        len(label_text(line.text)) >= _SHORTEST
        and set(normalize_text(line.text)) <= set(CHARSET)
        and side_lengths(line.corners)[1] >= _LEAST_HEIGHT
    )


def _found(corners: Corners, rng: np.random.Generator) -> Corners:
    """The corners as a detector finds them: a margin around the print, and not quite right."""
    points = np.array(corners)
    length, height = side_lengths(corners)
    along = (points[1] - points[0]) / max(1.0, length)
    down = (points[3] - points[0]) / max(1.0, height)
    outwards = np.array([-along - down, along - down, along + down, down - along])
    points += outwards * rng.uniform(*_MARGIN) * height + rng.normal(0.0, _SLACK, (4, 2)) * height
    a, b, c, d = ((float(x), float(y)) for x, y in points)
    return a, b, c, d
