"""The worth of each part of decoding: the same crops read with one part after the other added, by turns.

    python -m benchmarks.decoding [--recipe tags-6] [--count 2000] [--crops real/crops] [--out docs/decoding.md]

Greedy decoding, a beam, CTC beside the attention decoder, the format prior, a second look at doubtful crops. The last
row is what serves. Real crops with their harder twins are measured only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.cases import UPRIGHT, load_cases
from ocr_model.codes.text import match_key
from ocr_model.command_line import run_command
from ocr_model.errors import ModelError
from ocr_model.reading.image import ImageLike
from ocr_model.reading.recognizer import CHAMPION, Recognizer

SEED = 20_240_803  # of crops that nothing was trained, fitted or calibrated on
WARM_UP = 5  # crops that every way of decoding reads before times count

WAYS: Sequence[tuple[str, dict[str, Any]]] = (
    ("greedy", {"beam": 1, "prior_weight": 0.0, "second_look": 0.0, "second": False}),
    ("beam of 5", {"prior_weight": 0.0, "second_look": 0.0, "second": False}),
    ("beam of 5, CTC weighs 0.3", {"prior_weight": 0.0, "second_look": 0.0, "ctc_weight": 0.3, "second": False}),
    ("beam of 5, format prior", {"second_look": 0.0, "second": False}),
    ("beam of 5, second look", {"prior_weight": 0.0, "second": False}),
    ("beam of 5, format prior, second look", {"second": False}),
    ("beam of 5, format prior, second reader", {"second_look": 0.0}),
    ("beam of 5, format prior, second look, second reader: what serves", {}),
)
"""Options of `Recognizer.load`; the others are the model's own."""


@dataclass
class DecodingResult:
    """Accuracy and times of one way of decoding."""

    name: str
    right: dict[str, int] = field(default_factory=dict)  # crops read right, exact match on A-Z0-9, by group
    milliseconds: list[float] = field(default_factory=list)  # wall clock of each crop


def synthetic_crops(recipe_name: str, count: int) -> list[tuple[str, str, ImageLike]]:
    """(group, text, picture) of fresh crops of a recipe.

    Raises:
        RecipeError: unknown recipe.
        FontsMissingError: its fonts are not there.
    """
    from data_gen.crop import CropRenderer
    from data_gen.fonts import load_fonts
    from data_gen.recipe import load_recipe

    recipe = load_recipe(recipe_name)
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=SEED)
    crops = (renderer.render(index) for index in range(count))
    return [(f"synthetic, {recipe.name}", crop.text, crop.image) for crop in crops]


def real_crops(folder: Path) -> list[tuple[str, str, ImageLike]]:
    """(group, text, picture) of every labelled folder below `folder`, and of the benchmark's harder twins."""
    return [
        (f"{case.folder}, {'upright' if case.kind == UPRIGHT else 'harder twins'}", case.text, case.crop)
        for case in load_cases(folder, quick=False)
        if not case.kind.startswith("turned")
    ]


def measure(
    readers: Sequence[tuple[str, Recognizer]], crops: Sequence[tuple[str, str, ImageLike]]
) -> list[DecodingResult]:
    """Read every crop in every way, in an order that is reversed after each crop."""
    results = [DecodingResult(name) for name, _ in readers]
    for _, _, picture in crops[:WARM_UP]:
        for _, reader in readers:
            reader.read(picture)
    turns = list(zip(results, readers, strict=True))
    for group, text, picture in tqdm(crops, unit="crop", mininterval=1.0):
        turns.reverse()
        for result, (_, reader) in turns:
            began = time.perf_counter()
            found = reader.read(picture)
            result.milliseconds.append((time.perf_counter() - began) * 1000)
            result.right[group] = result.right.get(group, 0) + (match_key(found.text) == match_key(text))
    return results


def table(results: Sequence[DecodingResult], crops: Sequence[tuple[str, str, ImageLike]]) -> str:
    """The results as a Markdown table."""
    totals: dict[str, int] = {}
    for group, _, _ in crops:
        totals[group] = totals.get(group, 0) + 1
    lines = [
        f"| decoding | {' | '.join(f'{group}, {total}' for group, total in totals.items())} | median ms | mean ms |",
        "|---" * (len(totals) + 3) + "|",
    ]
    for result in results:
        cells = [str(result.right[group]) for group in totals]
        cells += [f"{statistics.median(result.milliseconds):.1f}", f"{statistics.mean(result.milliseconds):.1f}"]
        lines.append(f"| {result.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison.

    Returns:
        Exit status: 0, or 2 if there is no model, recipe or font, or a labelled folder cannot be read.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.decoding", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    real = os.environ.get("REAL_CROPS")
    parser.add_argument("--crops", type=Path, default=Path(real) if real else None, help="default: $REAL_CROPS")
    parser.add_argument("--recipe", default="tags-6", help="how the synthetic crops look (default: tags-6)")
    parser.add_argument("--count", type=int, default=2000, help="synthetic crops (default: 2000)")
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2, help="processor threads of a reading (default: 2)")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    args = parser.parse_args(arguments)
    try:
        from data_gen.fonts import FontsMissingError
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed; run `make train-setup` first", file=sys.stderr)
        return 2
    try:
        crops = synthetic_crops(args.recipe, args.count)
        readers = [(name, Recognizer.load(args.model, threads=args.threads, **options)) for name, options in WAYS]
        if args.crops is not None and args.crops.is_dir():
            crops = real_crops(args.crops) + crops
        else:
            print("no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
    except (
        ModelError,
        FontsMissingError,
        ValueError,
    ) as error:  # also an unknown recipe, a wrong labels.tsv
        print(f"error: {error}", file=sys.stderr)
        return 2
    info = readers[0][1].info
    text = (
        f"{info.name} {info.version}, {args.threads} threads, crops read one at a time, turns found by itself; "
        "exact match on A-Z0-9. Written by `python -m benchmarks.decoding`.\n\n"
    ) + table(measure(readers, crops), crops)
    print(text)
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main))
