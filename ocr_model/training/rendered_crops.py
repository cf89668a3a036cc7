"""Renders the crops of a training run in worker processes while the network learns."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import load_recipe
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import fit_input
from ocr_model.training.schedule import TrainingConfig

CropDrawer = Callable[[int, bool], tuple[NDArray[np.uint8], str]]
"""(number of the crop, whether it is to be an easy one) to a grey crop (H, W) uint8 and its text."""


class CropSource(Protocol):
    """A source of crops for training. It is sent to the rendering processes, and opened there."""

    def open(self) -> CropDrawer:
        """Load everything that drawing needs. The same number gives the same crop in any process and any order."""
        ...

    def describe(self) -> dict[str, Any]:
        """Entries about this source for the run's card."""
        ...


@dataclass(frozen=True)
class RecipeCrops:
    """Crops of one recipe."""

    recipe: str  # data_gen recipe, or a path to a .toml file
    seed: int = 0
    excluded: frozenset[str] = frozenset()  # match keys of codes that are never printed

    def open(self) -> CropDrawer:
        """Load the recipe and its fonts."""
        recipe = load_recipe(self.recipe)
        renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=self.seed, excluded=self.excluded)

        def draw(number: int, easy: bool) -> tuple[NDArray[np.uint8], str]:
            crop = renderer.render(number, 0.1 * recipe.hardness if easy else recipe.hardness)
            return crop.image, crop.text

        return draw

    def describe(self) -> dict[str, Any]:
        """The recipe's digest."""
        return {"recipe_digest": load_recipe(self.recipe).digest}


class RenderedCrops(IterableDataset[tuple[Tensor, list[str]]]):
    """Batches of freshly rendered crops: pictures (batch, 1, H, W) uint8 and their texts.

    Crop numbers run on from `start`, so a resumed run sees new crops; a worker renders every n-th batch.

    Args:
        config: settings of the training.
        network: size of the pictures.
        start: number of the first crop.
        source: source of the crops; `config.recipe` if None.
        places: in a batch, of the crops that are rendered; all if None. Crops have the same numbers either way.
    """

    def __init__(
        self,
        config: TrainingConfig,
        network: NetworkConfig,
        start: int,
        source: CropSource | None = None,
        *,
        places: range | None = None,
    ) -> None:
        super().__init__()
        self.config, self.network, self.start = config, network, start
        self.places = range(config.batch) if places is None else places
        self.source = source or RecipeCrops(config.recipe, config.seed)

    def __iter__(self) -> Iterator[tuple[Tensor, list[str]]]:
        worker = get_worker_info()
        number, count = (worker.id, worker.num_workers) if worker else (0, 1)
        if worker:
            # The trainer decides when to stop, so a signal to the whole process group must not end a worker that the
            # trainer waits for. SIGTERM is blocked because torch has installed a handler of its own for it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        draw = self.source.open()
        size = (self.network.input_width, self.network.input_height)
        batch = self.config.batch
        for first in range(self.start + number * batch, self.config.crops, count * batch):
            pictures = np.empty((len(self.places), 1, size[1], size[0]), np.uint8)
            texts = []
            for i, place in enumerate(self.places):
                image, text = draw(first + place, self._is_easy(first + place))
                pictures[i, 0] = fit_input(image, self.network)
                texts.append(text)
            yield torch.from_numpy(pictures), texts

    def _is_easy(self, index: int) -> bool:
        """Clean crops first: attention learns nothing from hard ones alone."""
        progress = index / self.config.crops
        if progress >= self.config.easy_until:
            return False
        easy_share = 1 - progress / self.config.easy_until
        return (index * 2654435761 % 1000) / 1000 < easy_share
