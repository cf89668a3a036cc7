"""The command `evaluate`: measures a recognizer on labelled crops, one JSON line per set.

python -m ocr_model evaluate --run runs/first --synthetic tags-1:1000 --folder path/with/labels.tsv [--on ray]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data_gen.processes import WorkerProcessError
from data_gen.workplace import add_options, open_workplace
from ocr_model.command_line import print_json
from ocr_model.errors import LabelsError
from ocr_model.training.evaluation import Evaluation, load_labelled_folder, load_run
from ocr_model.training.evaluation_parts import evaluate_parts, recipe_parts, set_parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model evaluate`."""
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run or of an exported model")
    parser.add_argument("--folder", type=Path, action="append", default=[], help="folder with labels.tsv")
    parser.add_argument(
        "--synthetic", action="append", default=[], metavar="RECIPE:COUNT", help="fresh crops of a recipe"
    )
    parser.add_argument("--errors", action="store_true", help="list every misread crop")
    add_options(parser, "render and read")


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model evaluate`: one JSON line per set.

    Returns:
        Exit status: 0, or 2 if a folder cannot be read, or workers cannot work.
    """
    network = load_run(args.run)
    try:
        sets = [load_labelled_folder(folder) for folder in args.folder]
        parts = [(data.name, set_parts(data)) for data in sets]
        for asked in args.synthetic:
            recipe, _, count = asked.partition(":")
            parts.append((f"synthetic {Path(recipe).stem}", recipe_parts(recipe, int(count or 1000))))
        with open_workplace(args) as workplace:
            for name, of_set in parts:
                _print(evaluate_parts(network, name, of_set, workplace), errors=args.errors)
    except (LabelsError, WorkerProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _print(evaluation: Evaluation, *, errors: bool) -> None:
    print_json({"set": evaluation.data.name, **evaluation.summary()})
    if errors:
        for file, label, reading, confidence in evaluation.errors():
            print(f"  {file}\t{label}\t{reading}\t{confidence:.3f}")
