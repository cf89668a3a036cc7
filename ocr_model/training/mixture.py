"""Crops for a challenger: those that shoppers confirmed, mixed with freshly rendered ones of the recipes so far.

Confirmed crops are few and are repeated often, so each repetition looks a little different: another box, light,
sharpness. Rendered crops keep what the champion reads already (replay against forgetting, Rolnick et al.,
"Experience Replay for Continual Learning", NeurIPS 2019).
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen.drawn.variation import vary_drawing
from data_gen.recipe import load_recipe
from ocr_model.labelled_folder import read_labels
from ocr_model.reading.way_in import WayIn
from ocr_model.training.rendered_crops import CropDrawer, RecipeCrops


class NoCropsError(ValueError):
    """A mixture without any crop to train on."""


@dataclass(frozen=True)
class WeightedRecipe:
    """A recipe whose crops are replayed."""

    recipe: str  # name, or path of a .toml file
    weight: float  # relative to the other recipes


@dataclass(frozen=True)
class CropMixture:
    """Collected crops of a folder and rendered ones of some recipes.

    Which crop stands at a number follows from the seed and the number alone, so a resumed run goes on with the same
    mixture.
    """

    folder: Path | None  # folder with labels.tsv (columns file, text); None for rendered crops only
    collected_share: float  # of the crops, 0..1
    recipes: tuple[WeightedRecipe, ...]
    seed: int = 0
    excluded: frozenset[str] = frozenset()  # match keys of codes that must not be rendered: those of evaluation sets
    strength: float = 1.0  # of the variation of collected crops, 0 = none
    way_in: WayIn = "crop"  # of the network: crops are photographed again, drawings drawn again

    def open(self) -> CropDrawer:
        """Load the collected crops, the recipes and their fonts.

        Raises:
            NoCropsError: neither collected crops nor recipes, or a share that no crop can fill.
        """
        collected = [] if self.folder is None else load_collected(self.folder)
        share = self.collected_share if collected else 0.0
        weights = [weighted.weight for weighted in self.recipes]
        if not 0.0 <= self.collected_share <= 1.0 or min(weights, default=0.0) < 0.0:
            raise NoCropsError("a share lies between 0 and 1, and weights are not negative")
        if share < 1.0 and sum(weights) <= 0.0:
            raise NoCropsError("a mixture needs collected crops alone, or a recipe with some weight")
        drawers = [RecipeCrops(weighted.recipe, self.seed, self.excluded).open() for weighted in self.recipes]
        bounds = list(accumulate(weights))
        again = vary_drawing if self.way_in == "drawing" else vary

        def draw(number: int, easy: bool) -> tuple[NDArray[np.uint8], str]:
            # The seed comes first: the renderers take (seed, number, attempt), which must not be the same stream.
            rng = np.random.default_rng((5, self.seed, number))
            if rng.random() < share:
                image, text = collected[_place(self.seed, number, len(collected))]
                return again(rng, image, self.strength), text
            at = min(bisect(bounds, rng.random() * bounds[-1]), len(drawers) - 1)
            return drawers[at](number, easy)

        return draw

    def describe(self) -> dict[str, Any]:
        """Shares, recipes with their digests, and the codes left out of them."""
        whole = sum(weighted.weight for weighted in self.recipes)
        return {
            "mixture": {
                "collected": 0 if self.folder is None else len(read_labels(self.folder, may_be_empty=True)),
                "collected_share": self.collected_share,
                "recipes": [
                    {
                        "recipe": Path(weighted.recipe).name,
                        "share": round((1 - self.collected_share) * weighted.weight / whole, 4),
                        "digest": load_recipe(weighted.recipe).digest,
                    }
                    for weighted in self.recipes
                ],
                "excluded_codes": len(self.excluded),
                "excluded_digest": hashlib.sha256("\n".join(sorted(self.excluded)).encode()).hexdigest(),
            }
        }


def load_collected(folder: Path) -> list[tuple[NDArray[np.uint8], str]]:
    """The crops of a folder as grey pictures (H, W) and their texts.

    Raises:
        LabelsError: labels.tsv or a picture that it names is missing or damaged.
    """
    labels = read_labels(folder, may_be_empty=True)
    return [(np.asarray(label.picture().convert("L")), label.text) for label in labels]


def vary(rng: np.random.Generator, image: NDArray[np.uint8], strength: float = 1.0) -> NDArray[np.uint8]:
    """Photograph a crop a little differently: its text stays as readable as it was.

    Args:
        rng: generator of the choices.
        image: grey crop (H, W), any size.
        strength: 0 = unchanged, 1 = as meant, more = worse.

    Returns:
        A grey crop (H', W').
    """
    if strength <= 0.0 or min(image.shape) < 4:
        return image
    picture = image.astype(np.float32) / np.float32(255)
    height = picture.shape[0]
    if rng.random() < 0.7:
        picture = _view(rng, picture, strength)
    if rng.random() < 0.5:
        picture = degrade.lighting(rng, picture)
    if rng.random() < 0.5:
        picture = degrade.exposure(rng, picture)
    if rng.random() < 0.1:
        picture = np.float32(1) - picture
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), height * rng.uniform(0.005, 0.02) * strength)
    if rng.random() < 0.15:
        picture = degrade.motion_blur(rng, picture, 0.3 * height * strength)
    if rng.random() < 0.2:
        picture = degrade.sharpen(rng, picture)
    if rng.random() < 0.2 and height > 28:
        picture = degrade.low_resolution(rng, picture, max(20.0, 0.5 * height), 0.9 * height)
    if rng.random() < 0.4:
        picture = degrade.sensor_noise(rng, picture, rng.uniform(0.002, 0.03) * strength)
    if rng.random() < 0.3:
        picture = degrade.jpeg(rng, picture, 40, 95)
    return np.asarray(np.clip(picture, 0, 1) * 255 + 0.5, np.uint8)


def _view(rng: np.random.Generator, picture: degrade.Picture, strength: float) -> degrade.Picture:
    """Another box and a slightly other tilt, stretch and slant: one warp, edges continued."""
    height, width = picture.shape
    # Corners move by up to a twentieth of the height outwards and less inwards, so that no character is cut.
    inwards, outwards = 0.03 * strength * height, 0.1 * strength * height
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    away = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    source = corners + away * rng.uniform(-inwards, outwards, (4, 2)).astype(np.float32)
    size = (max(4, round(width * rng.uniform(0.9, 1.1))), height)
    target = np.array([[0, 0], [size[0], 0], [size[0], height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    return np.asarray(
        cv2.warpPerspective(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _place(seed: int, number: int, count: int) -> int:
    """The index of the collected crop at this number; all come equally often."""
    digest = hashlib.sha256(f"{seed}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % count
