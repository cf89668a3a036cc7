"""Measure a recipe with readers: does its print err as photographs do?

    python -m benchmarks.recipe_ruler --recipe tags-7 --count 3000 [--crops real/crops] [--kind hazy] [--threads 2]

For every kind of print of the recipe (its damages, and what else is particular about a crop) the table says how many
crops this reader, rapidocr, and either of them read right. Beside it stand the same figures for real crops, where a
labelled folder or its harder twins show that kind. rapidocr has not been trained on any recipe, so it is the ruler: a
kind that it reads much worse here than on real crops is too hard, a kind that it reads much better is too easy.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from benchmarks.cases import TEAM, UPRIGHT, Case, load_cases
from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, read_texts
from data_gen.crop import CropRenderer
from data_gen.fonts import FontsMissingError, load_fonts
from data_gen.recipe import RecipeError, load_recipe
from ocr_model.codes.text import match_key
from ocr_model.command_line import run_command
from ocr_model.errors import LabelsError, ModelError
from ocr_model.reading.recognizer import CHAMPION

SEED = 20_261_129  # no training run may use it
WHOLE, CLEAN = "all", "nothing particular"
# The real crops that show a kind of print: condition of `Case`.
REAL = {
    WHOLE: f"{TEAM} {UPRIGHT}",
    "small": f"{TEAM} small",
    "defocus": f"{TEAM} blur",
    "motion": f"{TEAM} motion",
    "tilted": f"{TEAM} tilt",
    "dark": f"{TEAM} dark",
    "jpeg": f"{TEAM} jpeg",
    "cloth": f"garment_dev {UPRIGHT}",
    "box label": f"box_dev {UPRIGHT}",
    "receipts": f"receipts_dev {UPRIGHT}",
    "words": f"words_dev {UPRIGHT}",
}
_BATCH = 48
_SEARCH = 1000  # crops after which a kind that none of them showed is given up


@dataclass(frozen=True)
class Shown:
    """A crop to read."""

    kinds: frozenset[str]
    text: str
    crop: Image.Image  # RGB


@dataclass
class Tally:
    """How many crops of a kind were read right on A-Z0-9."""

    crops: int = 0
    ours: int = 0
    peer: int = 0
    either: int = 0

    def add(self, by_us: bool, by_peer: bool) -> None:
        """Count a crop."""
        self.crops += 1
        self.ours += by_us
        self.peer += by_peer
        self.either += by_us or by_peer

    @property
    def cells(self) -> tuple[str, ...]:
        """Number of crops, and percentages of ours, the peer's and either's."""
        return (str(self.crops), *(f"{100 * n / self.crops:.0f} %" for n in (self.ours, self.peer, self.either)))


def rendered(recipe_name: str, count: int, seed: int = SEED, kind: str | None = None) -> Iterator[Shown]:
    """Crops of a recipe.

    Args:
        recipe_name: name, or path of a .toml file.
        count: how many crops.
        seed: seed of the renderer.
        kind: only crops of this kind, or all.

    Raises:
        RecipeError: unknown recipe, or one without crops of this kind.
        FontsMissingError: none of its fonts is installed.
    """
    recipe = load_recipe(recipe_name)
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed)
    index = found = 0
    while found < count:
        if not found and index == _SEARCH:
            raise RecipeError(f"none of the first {_SEARCH} crops of recipe {recipe.name} is of the kind {kind!r}")
        crop = renderer.render(index)
        index += 1
        if kind is None or kind in crop.kinds:
            found += 1
            yield Shown(crop.kinds or frozenset({CLEAN}), crop.text, Image.fromarray(crop.image).convert("RGB"))


def real(cases: Iterable[Case]) -> Iterator[Shown]:
    """Real crops, each of the kind that it shows."""
    for case in cases:
        kinds = frozenset(kind for kind, condition in REAL.items() if condition == case.condition)
        if kinds:
            yield Shown(kinds, case.text, case.crop)


def measure(shown: Iterable[Shown], mine: Reader, peer: Reader, *, whole: bool) -> dict[str, Tally]:
    """Let both readers read every crop.

    Args:
        shown: the crops.
        mine: this reader.
        peer: the reader beside it.
        whole: whether to count all crops together, too.

    Returns:
        Counts by kind.
    """
    tallies: dict[str, Tally] = {}
    remaining = iter(shown)
    while batch := list(islice(remaining, _BATCH)):
        crops = [each.crop for each in batch]
        for each, a, b in zip(batch, read_texts(mine, crops), read_texts(peer, crops), strict=True):
            key = match_key(each.text)
            for kind in each.kinds | ({WHOLE} if whole else set()):
                tallies.setdefault(kind, Tally()).add(match_key(a) == key, match_key(b) == key)
    return tallies


def table(synthetic: dict[str, Tally], beside: dict[str, Tally]) -> str:
    """Both counts as a Markdown table, the most frequent kinds first."""
    head = "| kind | crops | ours | peer | either | real crops | ours | peer | either |"
    rows = [head, "|---" * 9 + "|"]
    for kind in sorted(synthetic, key=lambda kind: -synthetic[kind].crops):
        other = beside[kind].cells if kind in beside else ("",) * 4
        rows.append("| " + " | ".join((kind, *synthetic[kind].cells, *other)) + " |")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    """Run the measurement.

    Returns:
        Exit status: 0, or 2 if recipe, fonts, crops, model or rapidocr are missing.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recipe_ruler",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", required=True, help="name, or path of a .toml file")
    parser.add_argument("--count", type=int, default=3000, help="crops to render (default: 3000)")
    parser.add_argument("--kind", help="render until there are as many crops of this kind, and read only those")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the crops (default: {SEED})")
    parser.add_argument(
        "--crops",
        type=Path,
        default=os.environ.get("REAL_CROPS") or None,
        help="folder of labelled folders (default: $REAL_CROPS; none: no real crops beside)",
    )
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2, help="of each reader (default: 2)")
    args = parser.parse_args(arguments)
    try:
        mine, peer = ours(args.threads, args.model, second=False), rapidocr(args.threads)
        beside = measure(real(load_cases(args.crops, quick=False)), mine, peer, whole=False) if args.crops else {}
        crops = rendered(args.recipe, args.count, args.seed, args.kind)
        synthetic = measure(
            tqdm(crops, total=args.count, unit="crop", mininterval=5), mine, peer, whole=args.kind is None
        )
    except (RecipeError, FontsMissingError, LabelsError, ModelError, ReaderMissingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(table(synthetic, beside))
    return 0


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
