"""Pictures of any Pillow mode as 8-bit RGB, whole or part by part.

What depends on the whole picture (the range of its values, the backdrop of its transparency) is found once; then any
part is flattened to the same pixels that it has in the whole. So a large picture is never there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.errors import ImageError

Part = tuple[int, int, int, int]
"""A rectangle in a picture: left, upper, right, lower."""

Cut = Callable[[Part], Image.Image]
"""Returns a part of a picture, in the picture's own mode."""

_BAND_PIXELS = 1_000_000
_SAMPLED_SIDE = 256  # pixels of the longer side in the small picture that decides on the backdrop
_LIGHT = 170  # of 255; print as light as this is invisible on white


@dataclass(frozen=True)
class Flattening:
    """How the parts of one picture become RGB."""

    kind: Literal["plain", "numbers", "transparent"]
    full: float = 255.0  # the value of white in a picture of numbers
    backdrop: str = "white"  # colour behind a transparent picture

    def apply(self, part: Image.Image) -> Image.Image:
        """Return a part as RGB without metadata."""
        if self.kind == "numbers":
            values = np.asarray(part)
            if values.dtype == np.uint16:
                levels = _bytes_of(np.arange(65536), self.full)[values]
            else:
                levels = _bytes_of(values, self.full)
            flat = Image.fromarray(levels).convert("RGB")
        elif self.kind == "transparent":
            rgba = _rgba(part)
            flat = Image.alpha_composite(Image.new("RGBA", rgba.size, self.backdrop), rgba).convert("RGB")
        else:
            flat = part.copy() if part.mode == "RGB" else part.convert("RGB")
        flat.info = {}
        return flat


def plan_flattening(cut: Cut, size: tuple[int, int]) -> Flattening:
    """Return how a picture is flattened.

    16-bit grey is scaled (Pillow's own conversion would clip it to white), transparency is put on a backdrop on which
    it can be seen, CMYK and palettes are converted.

    Args:
        cut: Returns parts of the picture.
        size: Its width and height.

    Raises:
        ImageError: "bad_values" for a float picture (mode F) with NaN or infinity.
    """
    corner = cut((0, 0, 1, 1))
    if corner.mode.startswith("I;16"):
        return Flattening("numbers", full=65535.0)
    if corner.mode.startswith("I") or corner.mode == "F":
        # Modes I and F do not say their range: 8-bit if everything fits in there, else 16-bit. Interpolation leaves
        # floats somewhat above 255.
        largest_byte = 2 * 255.0 if corner.mode == "F" else 255.0
        return Flattening("numbers", full=65535.0 if _largest_value(cut, size) > largest_byte else 255.0)
    if corner.has_transparency_data:
        return Flattening("transparent", backdrop=_backdrop(cut, size))
    return Flattening("plain")


def bands(width: int, height: int, multiple: int = 1) -> Iterator[tuple[int, int]]:
    """Yield top and bottom of the bands that a picture is worked on in; their heights are multiples of a number."""
    step = max(1, _BAND_PIXELS // (width * multiple)) * multiple
    for top in range(0, height, step):
        yield top, min(top + step, height)


def _rgba(part: Image.Image) -> Image.Image:
    # Pillow converts premultiplied grey in two steps only.
    return (part.convert("LA") if part.mode == "La" else part).convert("RGBA")


def _bytes_of(values: NDArray[Any], full: float) -> NDArray[np.uint8]:
    return np.clip(np.rint(values.astype(np.float64) * (255.0 / full)), 0, 255).astype(np.uint8)


def _largest_value(cut: Cut, size: tuple[int, int]) -> float:
    width, height = size
    largest = 0.0
    for top, bottom in bands(width, height):
        values = np.asarray(cut((0, top, width, bottom)))
        if not np.isfinite(values).all():
            raise ImageError("bad_values", "the picture has values that are not numbers")
        largest = max(largest, float(values.max(initial=0)))
    return largest


def _backdrop(cut: Cut, size: tuple[int, int]) -> str:
    """White, or black for a light picture: white print must stay visible."""
    width, height = size
    factor = max(1, max(size) // _SAMPLED_SIDE)
    rows = [
        np.asarray(_rgba(cut((0, top, width, bottom))).reduce(factor), dtype=np.float32)
        for top, bottom in bands(width, height, factor)
    ]
    pixels = np.concatenate(rows)
    alpha = pixels[..., 3]
    visible = float(alpha.sum())
    lightness = float((pixels[..., :3].mean(axis=-1) * alpha).sum()) / visible if visible else 0.0
    return "black" if lightness > _LIGHT else "white"
