"""What a tag is made of: paper, coated or not, satin and woven cloth; and how its ink lies on it."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture
from data_gen.whole_tag.canvas import Canvas

FlatPicture = NDArray[np.uint8]
"""A flat tag, (H, W, 4): red, green, blue, and opacity."""

_TEXTURE = 900  # pixels of the longest side of a texture; larger tags stretch it
_PAPERS = ((250, 250, 248), (244, 243, 238), (235, 232, 222), (252, 251, 250), (228, 224, 214))
_LIGHT_CLOTHS = ((240, 239, 235), (228, 226, 222), (215, 210, 198), (232, 230, 228))
_DARK_CLOTHS = ((28, 28, 30), (34, 36, 48), (52, 50, 48), (20, 22, 34), (66, 62, 56), (70, 24, 28), (30, 52, 40))
_INKS = ((18, 18, 20), (30, 28, 34), (40, 40, 44), (12, 12, 14), (28, 30, 60))
_ACCENTS = ((196, 28, 36), (22, 60, 140), (18, 18, 20), (210, 96, 20), (18, 110, 70))


def make_tag(
    canvas: Canvas, *, cloth: bool, text_height: float, under: float | None, rng: Generator, words: random.Random
) -> FlatPicture:
    """The printed tag.

    Args:
        canvas: its ink.
        cloth: whether it is cloth, and not paper.
        text_height: height of its smallest text, pixels; the damages of the print are measured in it.
        under: brightness of the ground, 0..255, of a tag that is printed straight onto it; else None.
        rng: generator of the noise.
        words: generator of the choices.
    """
    ink = np.asarray(canvas.ink, np.float32) / np.float32(255)
    accent = np.asarray(canvas.accent, np.float32) / np.float32(255)
    dark = cloth and words.random() < 0.45 if under is None else under < 120
    grounds = _DARK_CLOTHS if dark else _LIGHT_CLOTHS if cloth else _PAPERS
    ground = np.array(words.choice(grounds), np.float32) + words.uniform(-6, 6)
    colour = np.array(words.choice(_INKS), np.float32)
    second = np.array(words.choice(_ACCENTS), np.float32)
    if dark:  # light print on dark cloth
        colour = np.array((226, 226, 222), np.float32) * words.uniform(0.72, 1.05)
        second = colour if words.random() < 0.7 else np.array((214, 170, 60), np.float32)
    elif cloth and words.random() < 0.2:
        colour = colour + words.uniform(30, 90)  # faded
    surface = _surface(ink.shape, text_height, cloth=cloth, rng=rng, words=words)
    if not cloth and not canvas.barcodes and words.random() < 0.05:  # printed the other way round
        ground, colour = colour + 10, ground - 10
    ink = _press(ink, text_height, cloth=cloth, rng=rng, words=words)
    if cloth and not dark and words.random() < 0.35:  # the print of the other side shines through
        through = cv2.GaussianBlur(np.ascontiguousarray(ink[:, ::-1]), (0, 0), max(0.6, text_height * 0.06))
        surface = surface - through * np.float32(words.uniform(0.04, 0.14))
    # Threads stand out as much as they do before a phone: ink misses their valleys, and each casts its shadow.
    rough = words.uniform(0.1, 0.75) if cloth else 0.0
    coverage = ink * np.clip(1 - rough * np.maximum(surface, 0), 0, 1) if rough else ink
    shade = words.choice((words.uniform(8, 26), words.uniform(20, 55))) if cloth else words.uniform(0, 5)
    if dark:
        shade *= 0.6
    paper = surface * np.float32(shade)
    out = np.empty((*ink.shape, 4), np.uint8)
    for channel in range(3):
        layer = ground[channel] + paper
        layer += (colour[channel] - layer) * coverage
        layer += (second[channel] - layer) * accent
        out[..., channel] = np.clip(layer, 0, 255)
    if under is not None:
        out[..., 3] = np.maximum(coverage, accent) * 255
        return out
    out[..., 3] = _outline(canvas, cloth=cloth, words=words)
    if cloth and words.random() < 0.5:
        _sew(out, canvas.scale, words)
    return out


def _sew(picture: FlatPicture, scale: float, words: random.Random) -> None:
    """Stitches along two or four edges, in the margin that no line reaches."""
    height, width = picture.shape[:2]
    colour = [*(words.uniform(20, 235) for _ in range(3)), 255]
    inset, stitch, thick = round(0.9 * scale), max(3, round(2.2 * scale)), max(1, round(0.35 * scale))
    level, upright = words.choice(((True, False), (False, True), (True, True)))
    for start in range(inset, width - inset, stitch) if level else ():
        for y in (inset, height - 1 - inset):
            cv2.line(picture, (start, y), (start + round(stitch * 0.65), y), colour, thick, cv2.LINE_AA)
    for start in range(inset, height - inset, stitch) if upright else ():
        for x in (inset, width - 1 - inset):
            cv2.line(picture, (x, start), (x, start + round(stitch * 0.65)), colour, thick, cv2.LINE_AA)


def _surface(shape: tuple[int, ...], h: float, *, cloth: bool, rng: Generator, words: random.Random) -> Picture:
    """Threads or fibres, about -1 to 1."""
    height, width = shape[:2]
    shrink = max(1.0, max(height, width) / _TEXTURE)
    small = (max(8, round(height / shrink)), max(8, round(width / shrink)))
    if cloth:
        texture = degrade.weave(rng, small, h / shrink)
    else:
        texture = degrade.low_frequency(rng, small, (words.randint(3, 12), words.randint(3, 12)))
        texture = texture * np.float32(0.6) + degrade.fine_noise(rng, small) * np.float32(0.25)
    if small == (height, width):
        return np.asarray(texture, np.float32)
    return np.asarray(cv2.resize(texture, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _press(ink: Picture, h: float, *, cloth: bool, rng: Generator, words: random.Random) -> Picture:
    """Ink after the loom, the thermal head or the press; half of all tags are printed well."""
    kind = words.random()
    if cloth and kind < 0.3 and h > 9:
        return degrade.woven(rng, ink, h)
    if kind < 0.5:
        return ink
    if kind < 0.62:
        return degrade.worn_print(rng, ink)
    if kind < 0.7 and not cloth:
        return degrade.streaks(rng, ink)
    if kind < 0.75 and not cloth and h > 12:
        return degrade.dots(rng, ink, h)
    if kind < 0.85 and h > 14:
        return degrade.weight_of_strokes(rng, ink)
    return ink


def _outline(canvas: Canvas, *, cloth: bool, words: random.Random) -> NDArray[np.uint8]:
    """The opacity of the tag: cut corners, holes, a hem of cloth."""
    width, height = canvas.ink.size
    opacity = np.zeros((height, width), np.uint8)
    radius = round(canvas.scale * (0.4 if cloth else words.choice((0.3, 0.3, 1.0, 2.2))))
    cv2.rectangle(opacity, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(opacity, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(opacity, (x, y), radius, 255, -1)
    for left, top, right, bottom in canvas.holes:
        centre = (round((left + right) / 2 * canvas.scale), round((top + bottom) / 2 * canvas.scale))
        cv2.circle(opacity, centre, round((right - left) / 2 * canvas.scale), 0, -1)
    return opacity
