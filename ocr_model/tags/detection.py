"""Finds the lines of text on a picture: the interface, and PP-OCRv6's small detector behind it.

The detector's weights lie in the wheel of `rapidocr` (Apache-2.0). Of that package only the graph is used: its own code
would load the modules of recognizers and of drawing, runs at one size, and rounds corners to whole pixels.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from ocr_model.reading.arrays import Floats
from ocr_model.reading.packaged_graphs import packaged_graph
from ocr_model.reading.sessions import open_session
from ocr_model.tags.tag import Corners

_LOG = logging.getLogger(__name__)

LINE = 0.5
"""Score from which a find is a line. One below it is a hint of text that is too small or too blurred to be outlined."""

_GRAPH = "PP-OCRv6_det_small.onnx"
_STEP = 32  # the graph's pictures are multiples of it
_TILE, _OVERLAP = 1280, 128  # pixels; a larger picture is looked at in tiles, because memory grows with it
_TEXT = 0.3  # probability from which a pixel belongs to a find
_HINT = 0.2  # least score of a find
_LEAST_HEIGHT = 2.0  # pixels of a find's core, as looked at
_GROWTH = 1.6  # from the core that the network marks to the whole line, as rapidocr sets it
_MOST_FINDS = 1000  # of one picture
_TILE_PIXELS = 960 * 736  # of a tile, which takes 160 MB to look at; at 1280 x 1280 it would be 330


@dataclass(frozen=True, slots=True)
class FoundLine:
    """Where a line of text may be."""

    corners: Corners  # clockwise from the upper left as the line lies on the picture; not yet in reading direction
    score: float  # mean probability, 0..1, that its pixels are text


class LineDetector(Protocol):
    """Finds lines of text; any number of threads may use it at the same time."""

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        """The lines on a picture, hints included, in no particular order.

        Args:
            picture: mode RGB or L.
            longest_side: pixels to which the picture is shrunk or enlarged before the detector looks at it.

        Returns:
            Lines with corners in pixels of the picture as it was passed, and their scores.
        """


class NoDetector:
    """Finds nothing: without a detector, a picture is read as a whole."""

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        """No line."""
        return []


def load_detector(threads: int) -> LineDetector:
    """PP-OCRv6's small detector; or one that finds nothing where `rapidocr` or OpenCV is not installed.

    Args:
        threads: CPU threads of one look.
    """
    graph = packaged_graph(_GRAPH)
    if graph is None or find_spec("cv2") is None:
        _LOG.warning("No text detector is installed (`rapidocr`), so pictures are read as a whole")
        return NoDetector()
    return PaddleDetector(graph, threads)


class PaddleDetector:
    """PP-OCRv6's small detector on ONNX Runtime: a map of where text is, by differentiable binarisation.

    The network marks the core of each line; `_GROWTH` widens it to the whole line (Liao et al. 2020, arXiv 1911.08947;
    the sizes are those of PaddleOCR and rapidocr).

    Args:
        graph: file of the network.
        threads: CPU threads of one look.
    """

    def __init__(self, graph: Path, threads: int) -> None:
        # Every picture has another size: an arena would keep the largest one's memory for good.
        self._session = open_session(graph, threads, keeps_memory=False)
        self._input = self._session.get_inputs()[0].name

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        """See `LineDetector.find`."""
        scale = longest_side / max(picture.size)
        width, height = (max(_STEP, round(side * scale / _STEP) * _STEP) for side in picture.size)
        colours = picture if picture.mode == "RGB" else picture.convert("RGB")  # which would copy a photo
        pixels = np.asarray(colours.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0))
        finds = _finds(self._text_map(pixels))
        factors = np.array([picture.width / width, picture.height / height])
        limits = np.array(picture.size)
        return [FoundLine(_corners(np.clip(points * factors, 0, limits)), score) for points, score in finds]

    def _text_map(self, pixels: Any) -> Floats:
        """Probability (H, W), 0..1, that a pixel of an RGB picture (H, W, 3), 0..255, belongs to the core of a line."""
        height, width = pixels.shape[:2]
        found = np.zeros((height, width), dtype=np.float32)
        across = min(width, _TILE)
        down = _TILE_PIXELS // across // _STEP * _STEP
        for top in _starts(height, down):
            for left in _starts(width, across):
                tile = pixels[top : top + down, left : left + across, ::-1]  # the network was trained on BGR
                # In place: a copy of the pixels in floats is what takes memory here.
                scaled = np.ascontiguousarray(tile.transpose(2, 0, 1), dtype=np.float32)[None]
                scaled /= 127.5
                scaled -= 1.0
                (answer,) = self._session.run(None, {self._input: scaled})
                part = found[top : top + down, left : left + across]
                np.maximum(part, answer[0, 0], out=part)
        return found


def _starts(length: int, tile: int) -> range:
    """Where tiles of a length begin along a side, a multiple of `_STEP` each."""
    return range(0, max(1, length - _OVERLAP), max(_STEP, tile - _OVERLAP))


def _finds(text_map: Floats) -> list[tuple[Floats, float]]:
    """The lines on a map: corners (4, 2) in its pixels, and scores."""
    import cv2  # OpenCV takes a moment, and a reader of crops does without

    marked = cv2.dilate((text_map > _TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    finds = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:_MOST_FINDS]:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _LEAST_HEIGHT:
            continue
        score = _score(text_map, cv2.boxPoints((centre, (width, height), angle)))
        if score < _HINT:
            continue
        growth = width * height * _GROWTH / (width + height)
        grown = cv2.boxPoints((centre, (width + growth, height + growth), angle))
        finds.append((grown + 0.5, score))  # from centres of pixels to their edges
    return finds


def _score(text_map: Floats, points: Floats) -> float:
    """Mean probability inside of a rectangle."""
    import cv2

    height, width = text_map.shape
    left, top = np.clip(np.floor(points.min(axis=0)).astype(int), 0, [width - 1, height - 1])
    right, bottom = np.clip(np.ceil(points.max(axis=0)).astype(int), 0, [width - 1, height - 1])
    inside = np.zeros((bottom - top + 1, right - left + 1), dtype=np.uint8)
    cv2.fillPoly(inside, [np.round(points - [left, top]).astype(np.int32)], 1)
    return float(cv2.mean(text_map[top : bottom + 1, left : right + 1], inside)[0])


def _corners(points: Sequence[Any] | Floats) -> Corners:
    """Corners clockwise, from the one at which an edge begins that leads to the right rather than up or down."""
    corners = [(float(x), float(y)) for x, y in points]
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True))
    if area < 0.0:  # y grows downwards, so a positive area is clockwise
        corners.reverse()
    edges = zip(corners, corners[1:] + corners[:1], strict=True)
    rightwards = [(x1 - x0) - abs(y1 - y0) for (x0, y0), (x1, y1) in edges]
    first = max(range(4), key=rightwards.__getitem__)
    a, b, c, d = (corners[(first + at) % 4] for at in range(4))
    return a, b, c, d
