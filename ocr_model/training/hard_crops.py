"""Hard crops: those that another reader read and the model did not, drawn more often than others in training.

They are kept as numbers: recipe, its digest, seed and index give the same picture again. How hard a crop is was judged
by readings alone; the label is the one that was printed, so nothing of the other reader reaches the weights (online
hard example mining: Shrivastava et al., CVPR 2016; here the second reader tells hard crops from unreadable ones).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_gen.recipe import load_recipe
from ocr_model.training.mixture import vary
from ocr_model.training.rendered_crops import CropDrawer, RecipeCrops

_STRENGTH = 0.4  # of the variation; the crops are hard as they are


class HardCropsError(ValueError):
    """A file of hard crops cannot be used; the message says why."""


@dataclass(frozen=True)
class HardCropList:
    """The hard crops among the first `tried` crops of a recipe."""

    recipe: str  # name, or path of a .toml file
    digest: str  # of the recipe: another one has other crops at the same numbers
    seed: int
    tried: int = 0  # crops that were read; the next one to read has this index
    unread: int = 0  # of them neither reader read; they are left out
    hard: tuple[int, ...] = ()  # indices

    def write(self, file: Path) -> None:
        """Write the list whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(file.name + ".tmp")
        temporary.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        temporary.replace(file)


def read_hard_crops(file: Path) -> HardCropList:
    """The list in a file.

    Raises:
        HardCropsError: the file is missing or damaged, or its recipe is unknown or has another digest by now.
    """
    try:
        fields = json.loads(file.read_text(encoding="utf-8"))
        found = HardCropList(**{**fields, "hard": tuple(int(index) for index in fields["hard"])})
        digest = load_recipe(found.recipe).digest
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HardCropsError(f"{file} is no list of hard crops: {error}") from error
    if digest != found.digest:
        raise HardCropsError(f"{file}: recipe {found.recipe} has changed since, and so have its crops; list them anew")
    return found


@dataclass(frozen=True)
class WithHardCrops:
    """Crops of one recipe, a share of which are hard crops of the same recipe, each time a little varied."""

    base: RecipeCrops
    file: Path  # of hard crops
    share: float  # of the crops, 0..1

    def open(self) -> CropDrawer:
        """Load the recipe, its fonts and the list.

        Raises:
            HardCropsError: the list cannot be used, is empty, or belongs to another recipe; or a wrong share.
        """
        listed = self._listed()
        seed = self.base.seed
        draw_fresh, draw_hard = self.base.open(), replace(self.base, seed=listed.seed).open()

        def draw(number: int, easy: bool) -> tuple[NDArray[np.uint8], str]:
            rng = np.random.default_rng((7, seed, number))
            if easy or rng.random() >= self.share:
                return draw_fresh(number, easy)
            image, text = draw_hard(listed.hard[int(rng.integers(len(listed.hard)))], False)
            return vary(rng, image, _STRENGTH), text

        return draw

    def _listed(self) -> HardCropList:
        listed = read_hard_crops(self.file)
        if not 0.0 <= self.share <= 1.0:
            raise HardCropsError(f"the share of hard crops lies between 0 and 1, not at {self.share}")
        if not listed.hard:
            raise HardCropsError(f"{self.file} names no hard crop")
        if listed.digest != load_recipe(self.base.recipe).digest:
            raise HardCropsError(f"{self.file} lists crops of recipe {listed.recipe}, not of {self.base.recipe}")
        return listed

    def describe(self) -> dict[str, Any]:
        """The recipe's digest, and how many hard crops come how often."""
        listed = self._listed()
        hard = {"count": len(listed.hard), "of": listed.tried, "seed": listed.seed, "share": self.share}
        return {**self.base.describe(), "hard_crops": hard}


def new_list(recipe: str, seed: int) -> HardCropList:
    """A list of no crops yet.

    Raises:
        RecipeError: unknown recipe.
    """
    return HardCropList(recipe, load_recipe(recipe).digest, seed)
