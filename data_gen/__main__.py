"""Synthetic data from the command line.

python -m data_gen --recipe tags-1 --count 10000 --out shards --layout webdataset --processes 2
python -m data_gen fonts [--fetch]          which fonts a recipe finds; fetch the free ones
python -m data_gen sheet --recipe tags-1 --out sheet.png [--beside FOLDER]   look at crops before training on them
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from data_gen.crop import CropRenderer
from data_gen.fonts import DEBIAN_PACKAGES, FontsMissingError, fetch_npm_fonts, load_fonts
from data_gen.processes import WorkerProcessError
from data_gen.recipe import RecipeError, load_recipe, recipe_names
from data_gen.writing import DatasetMismatchError, plan_dataset, write_dataset
from ocr_model.reading.sheet import contact_sheet


def _parser_of_writing() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data_gen", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", required=True, help=f"{', '.join(recipe_names())}, or the path of a .toml file")
    parser.add_argument("--count", type=_positive, help="crops in all (default: what the recipe and its parents say)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; a stopped run goes on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=_positive, default=1)
    parser.add_argument("--layout", choices=("folder", "webdataset"), default="folder")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _write(arguments: list[str]) -> int:
    args = _parser_of_writing().parse_args(arguments)
    plan = plan_dataset(load_recipe(args.recipe), args.recipe, count=args.count, seed=args.seed)
    print(f"wrote {plan.count} crops: {write_dataset(plan, args.out, layout=args.layout, processes=args.processes)}")
    return 0


def _fonts(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_gen fonts")
    parser.add_argument("--recipe", default="tags-1")
    parser.add_argument("--fetch", action="store_true", help="fetch the free families from npm into fonts/")
    args = parser.parse_args(arguments)
    if args.fetch:
        failed = fetch_npm_fonts()
        if failed:
            print(f"not to be had: {', '.join(failed)}")
    book = load_fonts(load_recipe(args.recipe).fonts)
    for weight, paths in book.groups:
        print(f"{weight:.2f}  {len(paths)} fonts")
    print(f"digest {book.digest}")
    if book.missing:
        print(f"no file matches: {', '.join(book.missing)}")
        print(f"on Debian: apt-get install {' '.join(DEBIAN_PACKAGES)}")
        print("from npm: python -m data_gen fonts --fetch")
    return 0


def _sheet(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_gen sheet")
    parser.add_argument("--recipe", default="tags-1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=_positive, default=60)
    parser.add_argument("--beside", type=Path, help="folder with labels.tsv to show beside them")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(arguments)
    recipe = load_recipe(args.recipe)
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), args.seed)
    crops = [renderer.render(index) for index in range(args.count)]
    groups = [
        [(crop.image, f"{crop.text or '(no text)'}  {crop.image.shape[1]}x{crop.image.shape[0]}") for crop in crops]
    ]
    if args.beside:
        with (args.beside / "labels.tsv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))[: args.count]
        beside = []
        for row in rows:
            with Image.open(args.beside / row["file"]) as image:
                beside.append((np.asarray(image.convert("L")), f"{row['text']}  {image.width}x{image.height}"))
        groups.append(beside)
    contact_sheet(groups).save(args.out)
    print(args.out)
    return 0


def main(arguments: list[str]) -> int:
    """Run the command; bad input gives one clear line and exit status 2."""
    commands = {"fonts": _fonts, "sheet": _sheet}
    try:
        if arguments and arguments[0] in commands:
            return commands[arguments[0]](arguments[1:])
        return _write(arguments)
    except (RecipeError, FontsMissingError, DatasetMismatchError, WorkerProcessError, FileNotFoundError) as error:
        print(f"data_gen: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
