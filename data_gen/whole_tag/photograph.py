"""The camera before a scene, and photos by their number."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen.degradations import Generator
from data_gen.whole_tag.background import Photo
from data_gen.whole_tag.faces import FaceBook
from data_gen.whole_tag.scene import compose
from data_gen.whole_tag.truth import PhotographedTag

_LIGHT = 48  # pixels of the longest side of the field of light, which is stretched to the photo
_DAMAGES = {"": 0.5, "defocus": 0.16, "motion": 0.1, "dark": 0.08, "noise": 0.08, "glare": 0.08}


@dataclass(frozen=True)
class TagPhoto:
    """A rendered photo and its truth."""

    jpeg: bytes
    size: tuple[int, int]  # width and height, pixels
    tags: tuple[PhotographedTag, ...]
    scene: str  # "close", "lying", "several", "stack"
    damage: str  # "defocus", "motion", "dark", "noise", "glare"; "" for a fair photo

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """The decoded picture, (H, W, 3) red, green, blue."""
        decoded: NDArray[np.uint8] = np.asarray(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR))
        return np.ascontiguousarray(decoded[..., ::-1])


class PhotoRenderer:
    """Renders photos of whole tags; photo `index` is the same in any process and any order.

    Args:
        seed: another seed gives other photos.
        megapixels: of every photo; None: 1 to 12.
    """

    def __init__(self, seed: int = 0, *, megapixels: float | None = None) -> None:
        self._seed, self._megapixels, self._book = seed, megapixels, FaceBook()

    def render(self, index: int) -> TagPhoto:
        """The photo with this index."""
        # A scene none of whose lines is whole is composed anew, and the attempt is part of the seed.
        for attempt in range(20):
            rng = np.random.default_rng((self._seed, index, attempt))
            words = random.Random(f"{self._seed}/photo/{index}/{attempt}")
            scene = compose(self._book, rng, words, megapixels=self._megapixels)
            if scene.tags:
                height, width = scene.photo.shape[:2]
                jpeg, damage = develop(scene.photo, scene.text_height, rng, words)
                return TagPhoto(jpeg, (width, height), scene.tags, scene.kind, damage)
        raise RuntimeError(f"photo {index} shows no whole line in 20 attempts")


def develop(photo: Photo, text_height: float, rng: Generator, words: random.Random) -> tuple[bytes, str]:
    """The photo through light, lens, sensor and file.

    Args:
        photo: the scene; changed in place.
        text_height: of its smallest code, pixels; blur is measured in it.
        rng: generator of the noise.
        words: generator of the choices.

    Returns:
        A JPEG file, and what it suffers from, a name in `_DAMAGES`.
    """
    damage = words.choices(tuple(_DAMAGES), weights=tuple(_DAMAGES.values()))[0]
    height, width = photo.shape[:2]
    photo *= _light(width, height, rng, words, damage)
    if damage == "defocus":
        photo = degrade.defocus(rng, photo, text_height, 0.8)
    elif damage == "motion":
        photo = degrade.motion_blur(rng, photo, text_height, 0.8)
    elif words.random() < 0.6:
        photo = cv2.GaussianBlur(photo, (0, 0), words.uniform(0.4, 0.9))
    curve = _curve(words, damage)
    noise = words.uniform(5, 14) if damage in {"noise", "dark"} else words.uniform(0.5, 4)
    grain = degrade.sensor_noise(rng, np.zeros((height, width), np.float32), noise)
    photo += grain[:, :, None]
    pixels = cv2.LUT(np.clip(photo, 0, 255, out=photo).astype(np.uint8), curve)
    if words.random() < 0.3:  # the halo of a phone's sharpening
        soft = cv2.GaussianBlur(pixels, (0, 0), words.uniform(0.8, 1.6))
        pixels = cv2.addWeighted(pixels, 1 + (share := words.uniform(0.3, 1.0)), soft, -share, 0)
    quality = words.randint(35, 60) if words.random() < 0.15 else words.randint(68, 95)
    done, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("JPEG encoding failed")
    return bytes(data), damage


def _light(width: int, height: int, rng: Generator, words: random.Random, damage: str) -> Photo:
    """The light on every pixel, about 1, tinted."""
    shrink = max(width, height) / _LIGHT
    small = (max(4, round(height / shrink)), max(4, round(width / shrink)))
    field = degrade.lighting(rng, np.ones(small, np.float32), glare=damage == "glare")
    tint = np.array([words.gauss(1, 0.025), 1.0, words.gauss(1, 0.04)], np.float32)
    if words.random() < 0.2:  # warm lamps
        tint *= np.array([1.05, 1.0, 0.88], np.float32)
    tinted = field[:, :, None] * tint[None, None, :]
    return np.asarray(cv2.resize(tinted, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _curve(words: random.Random, damage: str) -> NDArray[np.uint8]:
    """The camera's curve from light to stored levels: gamma, and too little light."""
    levels = np.arange(256, dtype=np.float64) / 255
    gamma = math.exp(words.gauss(0, 0.18))
    most = words.uniform(0.25, 0.55) if damage == "dark" else words.uniform(0.85, 1.1)
    return np.clip(levels**gamma * most * 255 + (words.uniform(0, 12) if damage == "dark" else 0), 0, 255).astype(
        np.uint8
    )
