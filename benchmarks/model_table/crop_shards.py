"""Crops rendered ahead: several networks learn from the same crops, and a training step waits for no renderer.

A folder holds `shards.json` (which crops), and per shard `00000.npy` (pictures (N, 64, 256) uint8, the network's input)
and `00000.json` (their texts). A shard is written whole or not at all, so a stopped rendering goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from data_gen.plan import plan_dataset
from data_gen.processes import map_on_processes
from data_gen.recipe import load_recipe
from ocr_model.codes.text import match_key
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.mixture import CropMixture, WeightedRecipe
from ocr_model.training.rendered_crops import CropDrawer, CropSource, RecipeCrops, RenderedCrops
from ocr_model.training.schedule import TrainingConfig

SHARD = 1000  # crops


class ShardMismatchError(ValueError):
    """The folder holds other crops than those that are wanted."""


@dataclass(frozen=True)
class ShardPlan:
    """The crops to render: those that a schedule of this length would have drawn while it trains."""

    recipe: str  # with the crops of its parents, in the proportions of their counts
    crops: int  # of the whole schedule
    easy_until: float  # share of the schedule in which clean crops fade out
    seed: int = 0
    height: int = 64  # pixels of the network's input
    width: int = 256

    @property
    def shards(self) -> int:
        """Number of shards; the last one may reach beyond the schedule."""
        return -(-self.crops // SHARD)

    def source(self) -> CropSource:
        """The source that renders the crops anew."""
        parts = plan_dataset(load_recipe(self.recipe), self.recipe).parts
        if len(parts) == 1:
            return RecipeCrops(self.recipe, self.seed)
        recipes = tuple(WeightedRecipe(name, float(count)) for name, count in parts)
        return CropMixture(folder=None, collected_share=0.0, recipes=recipes, seed=self.seed)

    def describe(self) -> dict[str, Any]:
        """The plan with the digest of its recipe, for cards and for `shards.json`."""
        return {**asdict(self), "shard": SHARD, **self.source().describe()}


def render_shards(plan: ShardPlan, folder: Path, *, processes: int = 1, stop_after: float | None = None) -> bool:
    """Render the missing shards, with a progress bar.

    Args:
        plan: the crops to render.
        folder: folder to write to; an existing one goes on.
        processes: processes that render side by side.
        stop_after: seconds after which no further shard is begun.

    Returns:
        Whether all shards are there.

    Raises:
        ShardMismatchError: the folder holds crops of another plan, or the missing ones would come from other fonts,
            libraries or code than those that are there.
        WorkerProcessError: a process died or could not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "shards.json"
    missing = [number for number in range(plan.shards) if not _texts_file(folder, number).is_file()]
    wanted = json.loads(json.dumps(plan.describe() if missing else asdict(plan)))
    if marker.is_file():
        there = json.loads(marker.read_text(encoding="utf-8"))
        if {**there, **wanted} != there:
            raise ShardMismatchError(f"{folder} holds other crops than {plan.recipe} gives now; choose another folder")
    else:
        marker.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
    if not missing:
        return True
    stop = None if stop_after is None else time.monotonic() + stop_after

    def in_time() -> Iterator[int]:
        for number in missing:
            if stop is not None and time.monotonic() >= stop:
                return
            yield number

    rendered = 0
    with tqdm(total=plan.shards * SHARD, unit="crop", desc=f"render {plan.recipe}") as bar:
        bar.update((plan.shards - len(missing)) * SHARD)
        for _ in map_on_processes(partial(_render_shard, plan, folder), in_time(), processes):
            rendered += 1
            bar.update(SHARD)
    return rendered == len(missing)


def _render_shard(plan: ShardPlan, folder: Path, number: int) -> None:
    network = NetworkConfig(input_height=plan.height, input_width=plan.width)
    config = TrainingConfig(
        recipe=plan.recipe, seed=plan.seed, crops=plan.crops, batch=SHARD, easy_until=plan.easy_until
    )
    pictures, texts = next(iter(RenderedCrops(config, network, number * SHARD, plan.source())))
    temporary = folder / f"{number:05d}.{os.getpid()}.part"  # another command may render the same shard
    with temporary.open("wb") as stream:
        np.save(stream, pictures[:, 0].numpy(), allow_pickle=False)
    temporary.replace(folder / f"{number:05d}.npy")
    # The texts come last: a shard with texts is complete.
    temporary.write_text(json.dumps(texts), encoding="utf-8")
    temporary.replace(_texts_file(folder, number))


def _texts_file(folder: Path, number: int) -> Path:
    return folder / f"{number:05d}.json"


@dataclass(frozen=True)
class ShardCrops:
    """Crops from a folder that `render_shards` has filled, as the source of a training run.

    The easy crops were chosen when they were rendered, so the schedule must be the plan's.
    """

    folder: Path
    letters_and_digits: bool = False  # whether texts are reduced to A-Z and 0-9

    def open(self) -> CropDrawer:
        """Map the shards into memory; a picture is read from disk when it is drawn.

        Raises:
            FileNotFoundError: the folder holds no shards.
        """
        count = self._description()["crops"]
        pictures: dict[int, NDArray[np.uint8]] = {}
        texts: dict[int, list[str]] = {}
        label: Callable[[str], str] = match_key if self.letters_and_digits else str

        def draw(number: int, easy: bool) -> tuple[NDArray[np.uint8], str]:
            shard, at = divmod(number % count, SHARD)
            if shard not in pictures:
                pictures[shard] = np.load(self.folder / f"{shard:05d}.npy", mmap_mode="r")
                texts[shard] = json.loads(_texts_file(self.folder, shard).read_text(encoding="utf-8"))
            return np.asarray(pictures[shard][at]), label(texts[shard][at])

        return draw

    def describe(self) -> dict[str, Any]:
        """The content of `shards.json`, and the treatment of the texts."""
        return {"shards": self._description(), "letters_and_digits": self.letters_and_digits}

    def _description(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "shards.json").read_text(encoding="utf-8"))
        return found
