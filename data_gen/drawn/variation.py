"""A drawing as the same hand would have drawn it once more: the digit stays, slant, width and pen change a little."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen.degradations import Generator, low_frequency

_SIDE = 40  # pixels of the longer side that a drawing is brought to: small ones have no room for a bend
_LARGEST = 1.5  # by which it may grow
_UNCHANGED = 0.25  # share of the drawings that stay as they were drawn: those are read, too
_PEN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


def vary_drawing(rng: Generator, image: NDArray[np.uint8], strength: float = 1.0) -> NDArray[np.uint8]:
    """Slant, turn, stretch and bend most drawings, and draw them with a somewhat thinner or wider pen.

    Args:
        rng: generator of the choices.
        image: grey (H, W), any size; its border has the ground's colour.
        strength: 0 = unchanged, 1 = as meant.

    Returns:
        Grey (H', W').
    """
    if strength <= 0.0 or min(image.shape) < 4 or rng.random() < _UNCHANGED:
        return image
    ground = float(np.median(np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])))
    scale = min(_LARGEST, _SIDE / max(image.shape))
    height, width = image.shape
    margin = _SIDE // 5
    out = (max(8, round(height * scale)) + 2 * margin, max(8, round(width * scale)) + 2 * margin)
    turn, slant = strength * rng.normal(0, 0.1), strength * rng.normal(0, 0.15)
    wide, high = np.exp(strength * rng.normal(0, 0.1, 2)) / scale
    cosine, sine = np.cos(turn), np.sin(turn)
    # From a pixel of the varied picture to one of the drawing; the middle stays.
    matrix = np.array([[cosine * wide, (slant - sine) * high, 0.0], [sine * wide, cosine * high, 0.0]])
    matrix[:, 2] = np.array([width, height]) / 2 - matrix[:, :2] @ (np.array([out[1], out[0]]) / 2)
    if rng.random() < 0.35:
        bend = strength * rng.uniform(0.35, 1.8) / scale
        y, x = np.mgrid[0 : out[0], 0 : out[1]].astype(np.float32)
        at_x = matrix[0, 0] * x + matrix[0, 1] * y + (matrix[0, 2] + bend * low_frequency(rng, out, (4, 4)))
        at_y = matrix[1, 0] * x + matrix[1, 1] * y + (matrix[1, 2] + bend * low_frequency(rng, out, (4, 4)))
        at = at_x.astype(np.float32), at_y.astype(np.float32)
        varied = cv2.remap(image, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=ground)
    else:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (out[1], out[0])
        varied = cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=ground)
    if rng.random() < 0.4:
        changed = cv2.dilate(varied, _PEN) if rng.random() < 0.5 else cv2.erode(varied, _PEN)
        share = rng.uniform(0.2, 0.9) * min(1.0, strength)
        varied = cv2.addWeighted(changed, share, varied, 1 - share, 0.0)
    return np.asarray(varied, np.uint8)
