"""How well a crop can be seen: light, contrast, sharpness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

# The height to which crops are brought before edges are measured: a large picture of a blurred line has soft edges as
# well, but each of its pixels differs little from the next one.
_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class PictureQuality:
    """Measures of a crop. They order crops; none has a unit."""

    light: int  # mean brightness, 0 (black) to 255
    contrast: float  # standard deviation of brightness, 0 to 127.5
    sharpness: float  # mean square of the Laplacian over that of the differences from the mean; 0 without structure


def light(image: Image.Image) -> int:
    """Mean brightness of a crop, 0 (black) to 255."""
    grey = np.asarray(image.convert("L")).astype(np.int64)
    return int(grey.sum() // grey.size)


def picture_quality(image: Image.Image) -> PictureQuality:
    """Measure a crop.

    Args:
        image: Picture of any mode and size.
    """
    grey = np.asarray(image.convert("L"), np.float64)
    return PictureQuality(light(image), round(float(grey.std()), 1), sharpness(image))


def sharpness(image: Image.Image) -> float:
    """Measure how sharp a crop is: 0 without structure; typically 0.1 (blurred) to 2.

    It is the variance of the Laplacian (Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy") of
    the crop brought to a height of 32 pixels, over the variance of its brightness, so that a faint line is no less
    sharp than a bold one.

    Args:
        image: Picture of any mode and size.
    """
    small = image.convert("L").resize((max(3, round(image.width * _HEIGHT / image.height)), _HEIGHT))
    pixels = np.asarray(small, np.float64)
    middle = pixels[1:-1, 1:-1]
    laplacian = pixels[:-2, 1:-1] + pixels[2:, 1:-1] + pixels[1:-1, :-2] + pixels[1:-1, 2:] - 4 * middle
    variance = float(pixels.var())
    return round(float(laplacian.var()) / variance if variance > 0 else 0.0, 3)
