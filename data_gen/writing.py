"""Writing crops to disk, wherever they are rendered, in layouts that other programs read.

folder      `images/000000.png ...` and `labels.tsv` with the columns file, text, font, tilt, quarter_turns, recipe
webdataset  `shard-000000.tar ...` holding `000000.png` and `000000.txt` pairs (https://github.com/webdataset/webdataset)

Both hold `dataset.json`: recipe, digest, seed, count. The same seed, fonts and library versions give the same bytes,
however many workers render. A run that was stopped is continued by the same command.
"""

from __future__ import annotations

import contextlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
from tqdm import tqdm

from data_gen.crop import Crop, CropRenderer
from data_gen.fonts import load_fonts
from data_gen.missing_fonts import warn_of_missing_fonts
from data_gen.plan import Plan
from data_gen.processes import WorkerProcessError
from data_gen.recipe import Recipe, load_recipe
from data_gen.workplace import HERE, Workplace

Layout = Literal["folder", "webdataset"]
CHUNK = 250  # crops that a worker renders at once
COLUMNS = ("file", "text", "font", "tilt", "quarter_turns", "recipe")


class DatasetMismatchError(ValueError):
    """The output folder holds another dataset."""


class MachineDiffersError(WorkerProcessError):
    """A worker's machine would draw other crops; the message names it, in one line."""


def check_machine(recipe: Recipe, digest: str) -> None:
    """Make sure that this machine draws a recipe's crops as another one does.

    Raises:
        MachineDiffersError: the other one's digest of the recipe is not this one's.
    """
    if recipe.digest != digest:
        raise MachineDiffersError(
            f"{platform.node()} draws other crops of recipe {recipe.name} than the machine of the command: fonts, "
            "libraries or code differ"
        )


@dataclass(frozen=True)
class _Chunk:
    """A piece of work: the crops with the numbers from `first` to before `last`."""

    plan: Plan
    digest: str  # of the plan's recipe, as this command's machine draws it
    first: int
    last: int


@dataclass(frozen=True)
class _Rendered:
    """A crop as it is written."""

    number: int
    recipe: str
    png: bytes
    text: str
    font: str
    tilt: float
    quarter_turns: int


class _Renderers:
    """The renderers of a plan's recipes, made when first needed; one per process."""

    def __init__(self, plan: Plan, digest: str) -> None:
        check_machine(load_recipe(plan.recipe), digest)
        self.plan = plan
        self._made: dict[str, CropRenderer] = {}

    def render(self, number: int) -> _Rendered:
        name, index = self.plan.locate(number)
        if name not in self._made:
            recipe = load_recipe(name)
            self._made[name] = CropRenderer(recipe, load_fonts(recipe.fonts), self.plan.seed)
        crop = self._made[name].render(index)
        return _Rendered(number, name, _png(crop), crop.text, crop.font, crop.tilt, crop.quarter_turns)


def _render_chunk(chunk: _Chunk) -> list[_Rendered]:
    if chunk.plan not in _RENDERERS:
        _RENDERERS[chunk.plan] = _Renderers(chunk.plan, chunk.digest)
    return [_RENDERERS[chunk.plan].render(number) for number in range(chunk.first, chunk.last)]


_RENDERERS: dict[Plan, _Renderers] = {}  # per process, so that fonts and neighbouring lines are made once


def _write_chunk(out: Path, layout: Layout, crops: Sequence[_Rendered]) -> None:
    done = _chunk_file(out, layout, crops[0].number)
    temporary = done.with_name(done.name + ".part")
    if layout == "folder":
        rows = []
        for crop in crops:
            file = f"images/{crop.number:06d}.png"
            (out / file).write_bytes(crop.png)
            cells = (file, crop.text, crop.font, f"{crop.tilt:.2f}", str(crop.quarter_turns), crop.recipe)
            rows.append("\t".join(cells) + "\n")
        temporary.write_text("".join(rows), encoding="utf-8")
    else:
        with tarfile.open(temporary, "w", format=tarfile.USTAR_FORMAT) as tar:
            for crop in crops:
                for suffix, data in (("png", crop.png), ("txt", crop.text.encode())):
                    member = tarfile.TarInfo(f"{crop.number:06d}.{suffix}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
    temporary.replace(done)


def _png(crop: Crop) -> bytes:
    done, data = cv2.imencode(".png", crop.image)
    if not done:
        raise RuntimeError("PNG encoding failed")
    return bytes(data)


def _chunk_file(out: Path, layout: Layout, first: int) -> Path:
    return out / (f".parts/{first:06d}.tsv" if layout == "folder" else f"shard-{first // CHUNK:06d}.tar")


def write_dataset(plan: Plan, out: Path, *, layout: Layout = "folder", workplace: Workplace = HERE) -> Path:
    """Render the plan's crops into `out`, with a progress bar. Returns the path of dataset.json.

    Args:
        plan: which crops.
        out: folder of this machine.
        layout: how they lie in it.
        workplace: where they are rendered; the bytes are the same anywhere.

    Raises:
        DatasetMismatchError: `out` holds a dataset of another recipe, seed, count or layout, or one whose fonts,
            libraries or code have changed since.
        WorkerProcessError: a worker died, or its machine draws other crops.
    """
    digest = load_recipe(plan.recipe).digest
    warn_of_missing_fonts(plan.recipe)
    description = {
        "recipe": plan.recipe,
        "digest": digest,
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
    missing = [
        _Chunk(plan, digest, first, min(first + CHUNK, plan.count))
        for first in firsts
        if not _chunk_file(out, layout, first).is_file()
    ]
    done = plan.count - sum(chunk.last - chunk.first for chunk in missing)
    with (
        tqdm(total=plan.count, initial=done, unit="crop") as bar,
        contextlib.closing(workplace.map(_render_chunk, missing)) as rendered,
    ):
        for crops in rendered:
            _write_chunk(out, layout, crops)
            bar.update(len(crops))
    if layout == "folder":
        rows = [_chunk_file(out, layout, first).read_text(encoding="utf-8") for first in firsts]
        (out / "labels.tsv").write_text("\t".join(COLUMNS) + "\n" + "".join(rows), encoding="utf-8")
        shutil.rmtree(out / ".parts")
    marker.write_text(json.dumps({**description, "complete": True}, indent=2) + "\n", encoding="utf-8")
    return marker
