"""Writing crops to disk, in one process or several, in layouts that other programs read.

folder      `images/000000.png ...` and `labels.tsv` with the columns file, text, font, tilt, quarter_turns, recipe
webdataset  `shard-000000.tar ...` holding `000000.png` and `000000.txt` pairs (https://github.com/webdataset/webdataset)

Both hold `dataset.json`: recipe, digest, seed, count. The same seed, fonts and library versions give the same bytes,
however many processes write. A run that was stopped is continued by the same command.
"""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
from tqdm import tqdm

from data_gen.crop import Crop, CropRenderer
from data_gen.fonts import load_fonts
from data_gen.processes import map_on_processes
from data_gen.recipe import Recipe, load_recipe

Layout = Literal["folder", "webdataset"]
CHUNK = 250  # crops that one task of one process writes
COLUMNS = ("file", "text", "font", "tilt", "quarter_turns", "recipe")


class DatasetMismatchError(ValueError):
    """The output folder holds another dataset."""


@dataclass(frozen=True)
class Plan:
    """The crops of a dataset: those of the recipe's parents first, then its own."""

    recipe: str
    seed: int
    parts: tuple[tuple[str, int], ...]  # (recipe, crops)

    @property
    def count(self) -> int:
        """Crops in all."""
        return sum(count for _, count in self.parts)

    def locate(self, number: int) -> tuple[str, int]:
        """Recipe and index in it of the crop with this number."""
        for name, count in self.parts:
            if number < count:
                return name, number
            number -= count
        raise IndexError(number)


def plan_dataset(recipe: Recipe, name: str, *, count: int | None = None, seed: int = 0) -> Plan:
    """The plan of a recipe: the crops of its parents and its own, or `count` crops in the same proportions."""
    parts = [(name, recipe.count)]
    parent = recipe.parent
    while parent:
        ancestor = load_recipe(parent)
        parts.append((parent, ancestor.count))
        parent = ancestor.parent
    parts.reverse()
    if count is not None:
        whole, ends, reached = sum(share for _, share in parts), [0], 0
        for _, share in parts:
            reached += share
            ends.append(round(count * reached / whole))
        parts = [(part, end - start) for (part, _), start, end in zip(parts, ends, ends[1:], strict=False)]
    return Plan(name, seed, tuple(parts))


class _Renderers:
    """The renderers of a plan's recipes, made when first needed; one per process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._made: dict[str, CropRenderer] = {}

    def render(self, number: int) -> tuple[str, Crop]:
        name, index = self.plan.locate(number)
        if name not in self._made:
            recipe = load_recipe(name)
            self._made[name] = CropRenderer(recipe, load_fonts(recipe.fonts), self.plan.seed)
        return name, self._made[name].render(index)


def _write_chunk(task: tuple[Plan, Path, Layout, int]) -> int:
    plan, out, layout, first = task
    renderers = _RENDERERS.setdefault(plan, _Renderers(plan))
    last = min(first + CHUNK, plan.count)
    done = _chunk_file(out, layout, first)
    temporary = done.with_name(done.name + ".part")
    if layout == "folder":
        rows = []
        for number, name, crop in _render(renderers, first, last):
            file = f"images/{number:06d}.png"
            (out / file).write_bytes(_png(crop))
            rows.append(
                "\t".join((file, crop.text, crop.font, f"{crop.tilt:.2f}", str(crop.quarter_turns), name)) + "\n"
            )
        temporary.write_text("".join(rows), encoding="utf-8")
    else:
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as tar:
            for number, _, crop in _render(renderers, first, last):
                for suffix, data in (("png", _png(crop)), ("txt", crop.text.encode())):
                    member = tarfile.TarInfo(f"{number:06d}.{suffix}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    temporary.replace(done)
    return last - first


_RENDERERS: dict[Plan, _Renderers] = {}  # per process, so that fonts and neighbouring lines are made once


def _render(renderers: _Renderers, first: int, last: int) -> Iterator[tuple[int, str, Crop]]:
    for number in range(first, last):
        name, crop = renderers.render(number)
        yield number, name, crop


def _png(crop: Crop) -> bytes:
    done, data = cv2.imencode(".png", crop.image)
    if not done:
        raise RuntimeError("PNG encoding failed")
    return bytes(data)


def _chunk_file(out: Path, layout: Layout, first: int) -> Path:
    return out / (f".parts/{first:06d}.tsv" if layout == "folder" else f"shard-{first // CHUNK:06d}.tar")


def write_dataset(plan: Plan, out: Path, *, layout: Layout = "folder", processes: int = 1) -> Path:
    """Render the plan's crops into `out`, with a progress bar. Returns the path of dataset.json.

    Raises:
        DatasetMismatchError: `out` holds a dataset of another recipe, seed, count or layout, or one whose fonts,
            libraries or code have changed since.
    """
    description = {
        "recipe": plan.recipe,
        "digest": load_recipe(plan.recipe).digest,
        "seed": plan.seed,
        "count": plan.count,
        "parts": [list(part) for part in plan.parts],
        "layout": layout,
    }
    out.mkdir(parents=True, exist_ok=True)
    marker = out / "dataset.json"
    if marker.is_file():
        there = json.loads(marker.read_text(encoding="utf-8"))
        if {**there, "complete": None} != {**description, "complete": None}:
            raise DatasetMismatchError(
                f"{out} holds another dataset ({there['recipe']}, seed {there['seed']}, {there['count']} crops)"
            )
        if there.get("complete"):
            return marker
    elif any(out.iterdir()):
        raise DatasetMismatchError(f"{out} is not empty and holds no dataset.json")
    marker.write_text(json.dumps({**description, "complete": False}, indent=2) + "\n", encoding="utf-8")
    if layout == "folder":
        (out / "images").mkdir(exist_ok=True)
        (out / ".parts").mkdir(exist_ok=True)
    firsts = range(0, plan.count, CHUNK)
    open_firsts = [first for first in firsts if not _chunk_file(out, layout, first).is_file()]
    tasks = [(plan, out, layout, first) for first in open_firsts]
    done = plan.count - sum(min(CHUNK, plan.count - first) for first in open_firsts)
    with tqdm(total=plan.count, initial=done, unit="crop") as bar:
        if processes == 1:
            for task in tasks:
                bar.update(_write_chunk(task))
        else:
            for written in map_on_processes(_write_chunk, tasks, processes):
                bar.update(written)
    if layout == "folder":
        rows = [_chunk_file(out, layout, first).read_text(encoding="utf-8") for first in firsts]
        (out / "labels.tsv").write_text("\t".join(COLUMNS) + "\n" + "".join(rows), encoding="utf-8")
        shutil.rmtree(out / ".parts")
    marker.write_text(json.dumps({**description, "complete": True}, indent=2) + "\n", encoding="utf-8")
    return marker
