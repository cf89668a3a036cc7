"""Photos with barcodes on them: drawn by zxing-cpp's writer, laid at any angle in perspective, blurred, with noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter

WRITERS = {
    "EAN-13": zxingcpp.EAN13,
    "UPC-A": zxingcpp.UPCA,
    "EAN-8": zxingcpp.EAN8,
    "Code 128": zxingcpp.Code128,
    "Code 39": zxingcpp.Code39,
    "ITF": zxingcpp.ITF,
    "QR Code": zxingcpp.QRCode,
    "Data Matrix": zxingcpp.DataMatrix,
}
CONTENTS = {
    "EAN-13": "4006381333931",
    "UPC-A": "036000291452",
    "EAN-8": "96385074",
    "Code 128": "CW2288-111",
    "Code 39": "GW2871",
    "ITF": "00012345678905",
    "QR Code": "https://shop.example/GW2871",
    "Data Matrix": "VN0A38F7PXP",
}
_SCALE = 8  # pixels of a module as it is drawn
_BORDER = 80  # pixels of white label around it
_FINER = 3  # times that a label is drawn finer than the photo, so that its edges are grey


@dataclass(frozen=True)
class Printed:
    """A label with a barcode on a photo."""

    format: str
    x: float  # of its middle, pixels
    y: float
    module: float = 3.0  # width of the narrowest bar, pixels
    angle: float = 0.0  # degrees clockwise
    slant: float = 0.0  # how much nearer its right side is than its left
    content: str | None = None  # of CONTENTS if None

    @property
    def text(self) -> str:
        return CONTENTS[self.format] if self.content is None else self.content


def photograph(size: tuple[int, int], labels: Sequence[Printed], *, blur: float = 0.0, seed: int = 0) -> Image.Image:
    """A grey photo of labels before an uneven ground.

    Args:
        size: width and height, pixels.
        labels: what lies there.
        blur: radius, pixels.
        seed: of ground and noise.
    """
    generator = np.random.default_rng(seed)
    ground = generator.integers(90, 200, (size[1] // 100 + 2, size[0] // 100 + 2), dtype=np.uint8)
    photo = Image.fromarray(ground).resize(size, Image.Resampling.BICUBIC)
    for label in labels:
        _lay(photo, label)
    if blur:
        photo = photo.filter(ImageFilter.GaussianBlur(blur))
    values = np.asarray(photo).astype(np.float32) * 0.8 + 10
    values += generator.standard_normal(values.shape, dtype=np.float32) * 4
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def draw(label: Printed) -> Image.Image:
    """The barcode as it is printed, with white around it."""
    code = zxingcpp.create_barcode(label.text, WRITERS[label.format])
    bars = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=_SCALE)))
    paper = Image.new("L", (bars.width + 2 * _BORDER, bars.height + 2 * _BORDER), 245)
    paper.paste(bars, (_BORDER, _BORDER))
    return paper


def _lay(photo: Image.Image, label: Printed) -> None:
    paper = draw(label)
    width, height = paper.width * label.module / _SCALE, paper.height * label.module / _SCALE
    cosine, sine = math.cos(math.radians(label.angle)), math.sin(math.radians(label.angle))
    corners = []
    for side, level in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        near = 1 + label.slant * side
        x, y = side * width * near, level * height * near
        corners.append((label.x + x * cosine - y * sine, label.y + x * sine + y * cosine))
    left, top = (int(min(values)) - 2 for values in zip(*corners, strict=True))
    right, bottom = (int(max(values)) + 3 for values in zip(*corners, strict=True))
    to_paper = _perspective([((x - left) * _FINER, (y - top) * _FINER) for x, y in corners], paper.size)
    finer = (right - left) * _FINER, (bottom - top) * _FINER
    for whole, resampling in ((paper, Image.Resampling.BICUBIC), (Image.new("L", paper.size, 255), 0)):
        laid = whole.transform(finer, Image.Transform.PERSPECTIVE, to_paper, resampling)
        if whole is paper:
            picture = laid.resize((right - left, bottom - top), Image.Resampling.BOX)
        else:
            photo.paste(picture, (left, top), laid.resize(picture.size, Image.Resampling.BOX))


def _perspective(corners: Sequence[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """The eight numbers that map these corners to those of a picture of this size, as `Image.transform` takes them."""
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (size[0], 0), size, (0, size[1])), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return list(np.linalg.solve(np.array(rows, float), np.array(values, float)))
