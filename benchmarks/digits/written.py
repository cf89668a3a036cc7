"""Digits and letters of another kind than training draws: outlines of handwriting fonts, warped; and other scribbles.

Training draws splines with a round pen (`data_gen.drawn`), and has seen no font but Hershey's letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from data_gen.degradations import Generator, low_frequency

DEBIAN_PACKAGES: Final = tuple(
    f"fonts-{name}"
    for name in (
        *("breip", "bwht", "comic-neue", "dancingscript", "dkg-handwriting", "ecolier-court"),
        *("humor-sans", "kiloji", "klee", "kristi", "rufscript", "seto", "sjfonts", "tomsontalks", "yusei-magic"),
    )
)
"""The packages of the fonts, all free; faces of hollow letters are left out, which no pen draws."""
FONTS: Final = (
    *("Breip.ttf", "BecauseWeBuild-Regular.otf", "BecauseWeCreate-Regular.otf", "BecauseWeLearn-Regular.otf"),
    *("ComicNeue-Regular.otf", "ComicNeue-Light.otf", "DancingScript-Regular.otf", "dkg.ttf", "Ecolier-court.ttf"),
    *("Humor-Sans.ttf", "kiloji.ttf", "KleeOne-Regular.ttf", "Kristi.ttf", "Rufscript010.ttf"),
    *("setofont.ttf", "Delphine.ttf", "SteveHand.ttf", "TomsonTalks.ttf", "YuseiMagic-Regular.ttf"),
)
LETTERS: Final = "AEFHKMNPRTWXadehkmnrwx"
"""Letters that no digit looks like, in any of the hands."""
_FOLDER: Final = Path("/usr/share/fonts")
_SIZE: Final = 110  # pixels of the font


@dataclass(frozen=True)
class Written:
    """A written picture with what it says."""

    image: NDArray[np.uint8]  # grey (H, W), dark on light
    text: str  # a digit, or "" for none
    what: str  # "digit", "letter" or "scribble"
    font: str  # file name; "" for a scribble


def font_files() -> list[Path]:
    """The fonts that are installed, by name."""
    found = {path.name: path for path in _FOLDER.rglob("*") if path.name in FONTS}
    return [found[name] for name in FONTS if name in found]


def write_digits(seed: int, count: int) -> list[Written]:
    """Digits in all fonts in turn."""
    return [_character(seed, number, "0123456789", "digit") for number in range(count)]


def write_letters(seed: int, count: int) -> list[Written]:
    """Letters in all fonts in turn."""
    return [_character(seed, number, LETTERS, "letter") for number in range(count)]


def scribbles(seed: int, count: int) -> list[Written]:
    """Hatching, spirals, tangles of sine waves and spatter."""
    return [Written(_scribble(np.random.default_rng((seed, number, 3))), "", "scribble", "") for number in range(count)]


def _character(seed: int, number: int, characters: str, what: str) -> Written:
    fonts = font_files()
    if not fonts:
        raise FileNotFoundError(f"no handwriting font; apt-get install {' '.join(DEBIAN_PACKAGES)}")
    rng = np.random.default_rng((seed, number, len(characters)))
    path = fonts[number % len(fonts)]
    sign = characters[number // len(fonts) % len(characters)]
    font = ImageFont.truetype(str(path), _SIZE)
    left, top, right, bottom = font.getbbox(sign)
    margin = 40
    sheet = Image.new("L", (int(right - left) + 2 * margin, int(bottom - top) + 2 * margin), 255)
    ImageDraw.Draw(sheet).text((margin - left, margin - top), sign, font=font, fill=0)
    return Written(_warped(np.asarray(sheet), rng), sign if what == "digit" else "", what, path.name)


def _warped(image: NDArray[np.uint8], rng: Generator) -> NDArray[np.uint8]:
    """The outlines bent by up to a few pixels, slanted and turned, and made thinner or bolder."""
    height, width = image.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y - height / 2, x - width / 2
    slant, turn = rng.normal(0, 0.12), rng.normal(0, 0.08)
    wide, high = np.exp(rng.normal(0, 0.12, 2))
    bend, cells = rng.uniform(1.0, 5.0), int(rng.integers(3, 6))
    at_x = wide * x + (slant - turn) * y + width / 2 + bend * low_frequency(rng, image.shape, (cells, cells))
    at_y = turn * x + high * y + height / 2 + bend * low_frequency(rng, image.shape, (cells, cells))
    warped = cv2.remap(
        image,
        at_x.astype(np.float32),
        at_y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255.0,
    )
    change = int(rng.integers(-1, 5))  # of the pen, in pixels; what is dark grows by erosion
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1, abs(change) + 1))
    changed = cv2.erode(warped, kernel) if change > 0 else cv2.dilate(warped, kernel)
    return np.asarray(changed if changed.min() < 128 else warped, np.uint8)


def _scribble(rng: Generator) -> NDArray[np.uint8]:
    canvas = np.full((160, 160), 255, np.uint8)
    pen = int(rng.integers(2, 8))
    kind = int(rng.integers(4))
    t = np.linspace(0, 1, 400)
    if kind == 0:  # hatching
        turns = int(rng.integers(5, 12))
        x, y = np.abs((t * turns) % 2 - 1) * rng.uniform(60, 110) + 25, t * rng.uniform(70, 110) + 25
    elif kind == 1:  # a spiral
        angle = t * 2 * np.pi * rng.uniform(2.5, 5)
        x, y = 80 + 55 * t * np.cos(angle), 80 + 55 * t * np.sin(angle) * rng.uniform(0.6, 1.0)
    elif kind == 2:  # a tangle
        a, b = rng.integers(3, 7, 2)
        x, y = 80 + 55 * np.sin(2 * np.pi * a * t + 1), 80 + 55 * np.sin(2 * np.pi * (b + 0.5) * t)
    else:  # spatter
        for _ in range(int(rng.integers(5, 30))):
            place = tuple(int(value) for value in rng.integers(20, 140, 2))
            cv2.circle(canvas, place, int(rng.integers(1, 6)), 0, -1, cv2.LINE_AA)
        return canvas
    points = np.stack([x, y], axis=1) + rng.normal(0, 0.8, (len(t), 2))
    cv2.polylines(canvas, [np.rint(points).astype(np.int32)[:, None]], False, 0, pen, cv2.LINE_AA)
    return canvas
