"""The command `export`: a training run becomes a model folder for the reading floor.

python -m ocr_model export --run runs/first --out ocr_model/weights/champion --name trba-tags-1 --version 1
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path, PurePath

from data_gen.workplace import Processes
from ocr_model.domains.registry import domain_of_charset
from ocr_model.export.averaging import about_model, average_networks
from ocr_model.export.calibration_fitting import calibrate_directory
from ocr_model.export.graphs import export_network
from ocr_model.export.int8_encoder import quantize_directory
from ocr_model.export.parity import ExportMismatchError, check_parity
from ocr_model.export.turn_fitting import fit_turn_directory
from ocr_model.training.evaluation import load_run, synthetic_set


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model export`."""
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run")
    parser.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    parser.add_argument("--name", required=True, help="name of the model")
    parser.add_argument("--version", required=True, help="version of the model")
    parser.add_argument("--recipe", help="recipe of the crops that calibrate and check the export (the domain's)")
    parser.add_argument(
        "--average-with",
        type=Path,
        help="run or exported model that the run began with; its weights and the run's are averaged",
    )
    parser.add_argument("--share", type=float, default=0.5, help="share of the other model in the average, 0..1")
    parser.add_argument("--check", type=int, default=200, help="crops on which the export must agree with the network")
    parser.add_argument(
        "--ctc-weight", type=float, default=0.0, help="weight of CTC beside the attention decoder, 0..1"
    )
    parser.add_argument("--int8", type=int, default=100, help="crops that set the scales of the int8 encoder; 0 = none")
    parser.add_argument(
        "--turns", type=int, help="crops that fit the turn head; 0 = none (4000 for what is read any way up, else none)"
    )
    parser.add_argument(
        "--calibrate", type=int, default=12000, help="crops on which the confidence is calibrated; 0 = none"
    )
    parser.add_argument("--processes", type=int, default=2, help="processes that read side by side for the calibration")


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model export`: write the graphs, check them against torch, fit turns, calibrate last.

    Returns:
        Exit status: 0; 1 if the graphs differ from the network; 2 if the average cannot be made.
    """
    network = load_run(args.run)
    domain = domain_of_charset(network.config.charset)
    recipe = args.recipe or domain.recipe
    turned = args.turns if args.turns is not None else 4000 if domain.stands_any_way else 0
    card_file = args.run / "card.json"
    card = json.loads(card_file.read_text(encoding="utf-8")) if card_file.is_file() else {}
    if args.average_with is not None:
        try:
            network = average_networks(network, load_run(args.average_with), args.share)
        except ValueError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
        card["averaged_with"] = {**about_model(args.average_with), "share": args.share}
    part = args.out.with_name(args.out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)  # left by an export that was killed
    try:
        weight = args.ctc_weight if network.attention is not None else 0.0
        export_network(
            network, part, name=args.name, version=args.version, card=card, ctc_weight=weight, domain=domain.name
        )
        parity = check_parity(network, part, synthetic_set(recipe, args.check), ctc_weight=weight)
        agreed = parity.crops - parity.different_texts
        print(f"export agrees on {agreed} of {parity.crops} texts, probabilities to {parity.largest_difference:.4f}")
        if args.int8:
            print(quantize_directory(part, recipe, args.int8))
        if turned:
            turns = fit_turn_directory(part, recipe, turned)
            print(f"turn head puts {100 * turns.ordered:.1f} % of {turns.crops} crops the right way up")
        if args.calibrate:
            workplace = Processes(args.processes)
            fit = calibrate_directory(part, recipe, args.calibrate, workplace=workplace, progress=True)
            found = fit.calibration
            print(f"word-level temperature {found.temperature:.3f}, bias {found.bias:.3f} from {args.calibrate} crops")
        put_in_place(part, args.out)
    except ExportMismatchError as error:
        print(f"error: {error}; {args.out} is as it was", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(part, ignore_errors=True)
    print(f"{sum(file.stat().st_size for file in args.out.iterdir()) / 1e6:.1f} MB in {args.out}")
    return 0


def put_in_place(part: Path, out: Path) -> None:
    """Move a finished model into its folder, model.json last; files of an earlier model there are removed."""
    out.mkdir(parents=True, exist_ok=True)
    description = out / "model.json"
    if description.is_file():
        for name in json.loads(description.read_text(encoding="utf-8")).get("files", {}).values():
            (out / PurePath(name).name).unlink(missing_ok=True)
    for file in sorted(part.iterdir(), key=lambda path: path.name == description.name):
        file.replace(out / file.name)
