"""Harder twins of crops, for measuring: the same text in worse light, focus, size and angle; one crop, one twin."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

from PIL import Image, ImageEnhance, ImageFilter

Twin = Callable[[Image.Image, random.Random], Image.Image]


def small(crop: Image.Image, rng: random.Random) -> Image.Image:
    """Twelve pixels high."""
    return crop.resize((max(8, round(crop.width * 12 / crop.height)), 12), Image.Resampling.BOX)


def blur(crop: Image.Image, rng: random.Random) -> Image.Image:
    """Out of focus by 3 to 5 % of the height."""
    return crop.filter(ImageFilter.GaussianBlur(crop.height * rng.uniform(0.03, 0.05)))


def motion(crop: Image.Image, rng: random.Random) -> Image.Image:
    """Smeared sideways over 12 % of the height."""
    steps = max(3, int(crop.height * 0.12) | 1)
    smeared = Image.new("RGB", crop.size)
    for i in range(steps):
        moved = crop.transform(crop.size, Image.Transform.AFFINE, (1, 0, i - steps // 2, 0, 1, 0))
        smeared = Image.blend(smeared, moved, 1 / (i + 1))
    return smeared


def tilt(crop: Image.Image, rng: random.Random) -> Image.Image:
    """Turned by 8 to 15 degrees, the corners filled with the mean colour."""
    angle = rng.choice([-1, 1]) * rng.uniform(8, 15)
    mean = crop.resize((1, 1)).getpixel((0, 0))
    return crop.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=mean)


def dark(crop: Image.Image, rng: random.Random) -> Image.Image:
    """30 % of the light, half the contrast."""
    return ImageEnhance.Contrast(ImageEnhance.Brightness(crop).enhance(0.3)).enhance(0.5)


def jpeg(crop: Image.Image, rng: random.Random) -> Image.Image:
    """Half the size, JPEG quality 12."""
    buffer = io.BytesIO()
    crop.resize((max(8, crop.width // 2), max(8, crop.height // 2))).save(buffer, "JPEG", quality=12)
    return Image.open(buffer).convert("RGB")


TWINS: dict[str, Twin] = {"small": small, "blur": blur, "motion": motion, "tilt": tilt, "dark": dark, "jpeg": jpeg}
TURNS = (90, 180, 270)


def make_twin(crop: Image.Image, stem: str, kind: str) -> Image.Image:
    """The twin of an RGB crop whose file is named `stem`."""
    return TWINS[kind](crop, random.Random(stem + kind))
