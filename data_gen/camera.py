"""From ink in the camera's view to a stored picture: paper and light, lens, sensor, file."""

from __future__ import annotations

import random

import cv2
import numpy as np

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture
from data_gen.recipe import Recipe


def photograph(
    ink: Picture,
    text_height: float,
    character_width: float,
    recipe: Recipe,
    rng: Generator,
    words: random.Random,
    damages: frozenset[str],
) -> Picture:
    """Paper, light and camera.

    Args:
        ink: (H, W), 0..1.
        text_height: height of the text in it, pixels.
        character_width: mean width of a character in text heights.
        recipe: recipe of the crops.
        rng: generator of the noise.
        words: generator of the choices.
        damages: damages of the crop; those of the print are done already.

    Returns:
        A grey picture, about 0..1, perhaps of another size.
    """
    if recipe.gentle_on_small and damages & {"small", "jpeg", "defocus"}:
        damages -= {"emboss"}
    contrast = words.uniform(0.12, 0.35) if damages & {"faint", "hazy"} else words.uniform(0.35, 0.97)
    if damages & {"overexposed", "scanned"}:  # they take most of what is left
        contrast = max(contrast, words.uniform(0.5, 0.97))
    picture = _on_paper(ink, text_height, contrast, recipe.roughness, rng, words, damages)
    picture = _through_lens(picture, text_height, recipe, rng, words, damages)
    # Height of the picture at which its text is barely readable.
    readable = max(recipe.readable, recipe.character_width / character_width) * ink.shape[0] / text_height
    return _on_file(picture, text_height / ink.shape[0], readable, contrast, recipe, rng, words, damages)


def _on_paper(
    ink: Picture,
    h: float,
    contrast: float,
    rough: float,
    rng: Generator,
    words: random.Random,
    damages: frozenset[str],
) -> Picture:
    """Ink on paper or cloth, lit."""
    if "box label" in damages or damages & {"scanned", "overexposed", "fax", "thermal"}:  # dark print on paper
        ground = words.uniform(max(0.75, min(0.97, contrast + 0.02)), 1.0)
        if "box label" in damages and words.random() < 0.25:  # carton
            ground = max(words.uniform(0.45, 0.7), contrast)
        colour = max(0.0, ground - contrast)
    elif words.random() < 0.22 or "sewn" in damages:  # light print on a dark ground
        ground = words.uniform(0.02, max(0.03, 1 - contrast))
        colour = min(1.0, ground + contrast)
    else:
        ground = words.uniform(min(0.97, contrast + 0.02), 1.0)
        colour = max(0.0, ground - contrast)
    paper = np.full(ink.shape, ground, np.float32)
    if "cloth" in damages:
        # On cloth the print is uneven where the threads rise, and the ground shows through.
        texture = degrade.weave(rng, ink.shape, h)
        roughness = words.uniform(0.25, 0.6) if "sewn" in damages else words.uniform(0.06, 0.4)
        paper = paper + texture * np.float32(roughness * rough * contrast)
        if words.random() < 0.7:
            ink = ink * np.clip(1 - words.uniform(0.1, 0.8) * rough * np.maximum(texture, 0), 0, 1)
    elif words.random() < 0.3:
        cells = (words.randint(4, 20), words.randint(8, 60))
        paper = paper + degrade.low_frequency(rng, ink.shape, cells) * np.float32(words.uniform(0.0, 0.15) * contrast)
    picture = paper + (np.float32(colour) - paper) * ink
    if "emboss" in damages:  # the light draws the edges
        relief = cv2.GaussianBlur(ink, (0, 0), 1.0)
        picture = paper + (relief - np.roll(relief, (2, 2), (0, 1))) * np.float32(words.uniform(0.4, 0.8))
    if words.random() < 0.8:
        picture = degrade.lighting(rng, picture, glare="glare" in damages)
    if "glare_on_a_part" in damages:
        picture = degrade.glare_on_a_part(rng, picture, h)
    if "overexposed" in damages:
        picture = degrade.overexposed(rng, picture, h)
    return picture


def _through_lens(
    picture: Picture, h: float, recipe: Recipe, rng: Generator, words: random.Random, damages: frozenset[str]
) -> Picture:
    """Focus, motion and exposure."""
    if "defocus" in damages:
        picture = degrade.defocus(rng, picture, h, recipe.blur)
    elif "hazy" in damages:
        picture = cv2.GaussianBlur(picture, (0, 0), h * words.uniform(0.05, 0.1))
    elif words.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), h * words.uniform(0.01, 0.045))
    if "motion" in damages:
        picture = degrade.motion_blur(rng, picture, h, recipe.blur)
    exposure = degrade.underexposed if "dark" in damages else degrade.exposure
    return exposure(rng, picture)


def _on_file(
    picture: Picture,
    text_share: float,
    readable: float,
    contrast: float,
    recipe: Recipe,
    rng: Generator,
    words: random.Random,
    damages: frozenset[str],
) -> Picture:
    """Pixels, sharpening, noise and compression.

    `text_share` is the height of the text in picture heights, `readable` the height of the picture at which its text
    is barely readable.
    """
    gentle = recipe.gentle_on_small
    if damages & {"scanned", "recompressed"}:
        return _saved_again(picture, text_share, readable, rng, words, damages)
    if "small" in damages:
        picture = degrade.low_resolution(rng, picture, readable, readable * 2)
    elif words.random() < 0.3:
        picture = degrade.low_resolution(rng, picture, readable * 2, readable * 5)
    if words.random() < 0.25:
        picture = degrade.sharpen(rng, picture)
    noise = words.uniform(0.05, 0.16) * contrast if "noise" in damages else words.uniform(0.002, 0.03) * contrast
    if gentle and ("dark" in damages or text_share * picture.shape[0] < 10):
        noise *= 0.4
    picture = degrade.sensor_noise(rng, picture, noise)
    if "jpeg" in damages:
        if recipe.blur > 1 and words.random() < 0.5:  # a messenger halves the picture, then squeezes it
            picture = degrade.low_resolution(rng, picture, readable * 1.2, readable * 4)
        picture = degrade.jpeg(rng, picture, 20 if gentle and text_share * picture.shape[0] < 10 else 8, 35)
    elif words.random() < 0.4:
        picture = degrade.jpeg(rng, picture, 35, 95)
    return picture


def _saved_again(
    picture: Picture,
    text_share: float,
    readable: float,
    rng: Generator,
    words: random.Random,
    damages: frozenset[str],
) -> Picture:
    """Small print that an app has sharpened, or turned into black on white, and compressed once more.

    `text_share` and `readable` as in `_on_file`.
    """
    picture = degrade.low_resolution(rng, picture, readable * 1.5, readable * 4)
    picture = degrade.sensor_noise(rng, picture, words.uniform(0.002, 0.012))
    if "scanned" in damages:
        picture = degrade.scanned(rng, picture, text_share * picture.shape[0])
    else:
        picture = degrade.sharpen(rng, degrade.sharpen(rng, picture))
    picture = degrade.jpeg(rng, picture, 25, 80)
    if words.random() < 0.3:  # enlarged on a screen, and saved from there
        scale = words.uniform(1.3, 2.2)
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = degrade.jpeg(rng, cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), 40, 90)
    return picture
