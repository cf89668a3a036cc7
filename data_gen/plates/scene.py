"""Frames of a camera at a gate: a vehicle with its plate on a road, nearer or farther, in any light.

The vehicle is a painted body with a window, lamps and a bumper: enough for a detector of text to have something else
to look at, and no picture of a real one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen.plates.kinds import Colours
from data_gen.plates.plate import FlatPlate

Picture = NDArray[np.uint8]  # (H, W, 3) RGB
_GROUNDS: dict[Colours, tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]] = {
    "white": ((238, 238, 234), (24, 24, 28), (30, 60, 150)),
    "green": ((22, 92, 62), (240, 240, 236), (240, 240, 236)),
    "yellow": ((244, 190, 32), (24, 24, 28), (30, 60, 150)),
    "electric": ((168, 206, 234), (24, 24, 28), (30, 60, 150)),
    "blue": ((24, 60, 140), (244, 244, 244), (200, 30, 40)),
    "black": ((26, 26, 28), (240, 240, 240), (150, 30, 30)),
}
"""Ground, characters, and band."""

_PAINTS = ((236, 236, 238), (30, 32, 36), (120, 124, 130), (70, 74, 82), (150, 30, 34), (28, 52, 110), (90, 100, 80))


@dataclass(frozen=True)
class Vehicle:
    """A vehicle with its plate, as the camera may see it many times."""

    plate: FlatPlate
    colours: Colours
    paint: tuple[int, int, int]
    seed: int


@dataclass(frozen=True)
class Sight:
    """Where a vehicle is in a frame."""

    vehicle: Vehicle
    width: float  # of the plate, pixels
    middle: tuple[float, float]  # of the plate, pixels
    tilt: float  # degrees
    motion: float  # pixels that the plate moves while the shutter is open


def choose_vehicle(plate: FlatPlate, words: random.Random) -> Vehicle:
    """A vehicle for a plate."""
    return Vehicle(plate, words.choice(plate.kind.colours), words.choice(_PAINTS), words.randrange(1 << 30))


def coloured(vehicle: Vehicle) -> Picture:
    """The plate in its colours, flat."""
    ground, ink, band = (np.array(colour, np.float32) for colour in _GROUNDS[vehicle.colours])
    plate = vehicle.plate
    level, cover = np.clip(plate.ink, 0, 1)[..., None], plate.band[..., None]
    other = cover * band + (1 - cover) * ink
    return np.asarray(ground + (other - ground) * level, np.uint8)


def draw_frame(
    sights: Sequence[Sight], size: tuple[int, int], rng: np.random.Generator, *, light: float = 1.0, noise: float = 0.01
) -> Picture:
    """A frame.

    Args:
        sights: vehicles, the farthest first.
        size: width and height, pixels.
        rng: generator of the noise.
        light: 1 by day, a quarter at night.
        noise: of the sensor, standard deviation of 0..1.
    """
    width, height = size
    frame = np.full((height, width, 3), (112, 114, 112), np.float32)
    frame[: height // 3] = (176, 192, 206)
    frame += 18 * degrade.low_frequency(rng, (height, width), (6, 9))[..., None]
    for sight in sights:
        _draw_vehicle(frame, sight)
    frame *= np.float32(light)
    frame += np.float32(255 * noise) * rng.standard_normal(frame.shape, dtype=np.float32)
    return np.clip(frame, 0, 255).astype(np.uint8)


def _draw_vehicle(frame: NDArray[np.float32], sight: Sight) -> None:
    vehicle, unit = sight.vehicle, sight.width
    (x, y), words = sight.middle, random.Random(sight.vehicle.seed)

    def box(left: float, top: float, right: float, bottom: float, colour: Sequence[float]) -> None:
        start, end = (
            (round(x + left * unit), round(y + top * unit)),
            (round(x + right * unit), round(y + bottom * unit)),
        )
        cv2.rectangle(frame, start, end, [float(value) for value in colour], -1)

    box(-1.75, -1.9, 1.75, 0.75, vehicle.paint)
    box(-1.35, -1.75, 1.35, -0.9, (40, 48, 58))
    box(-1.75, 0.35, 1.75, 0.75, [0.75 * level for level in vehicle.paint])
    for side in (-1, 1):
        box(
            min(side * 1.7, side * 1.15),
            -0.55,
            max(side * 1.7, side * 1.15),
            -0.15,
            words.choice(((200, 40, 40), (230, 230, 220))),
        )
    flat = coloured(vehicle)
    tall = unit * flat.shape[0] / flat.shape[1]
    angle = np.deg2rad(sight.tilt)
    right, down = (
        np.array([np.cos(angle), np.sin(angle)]) * unit / 2,
        np.array([-np.sin(angle), np.cos(angle)]) * tall / 2,
    )
    middle = np.array([x, y])
    corners = np.array(
        [middle - right - down, middle + right - down, middle + right + down, middle - right + down], np.float32
    )
    h, w = flat.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    shrink = w / max(1.0, unit)
    pixels = flat.astype(np.float32)
    if shrink > 1.3:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.4 * shrink)
    if sight.motion > 1.0:
        length = max(3, int(sight.motion * shrink) | 1)
        pixels = cv2.blur(pixels, (length, 1))
    matrix = cv2.getPerspectiveTransform(source, corners)
    seen = cv2.warpPerspective(pixels, matrix, (frame.shape[1], frame.shape[0]))
    mask = cv2.warpPerspective(np.ones((h, w), np.float32), matrix, (frame.shape[1], frame.shape[0]))[..., None]
    frame += (seen - frame) * mask
