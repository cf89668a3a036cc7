"""The command `korean`: render lines, train the network that reads Korean words, export it, and measure it.

    python -m ocr_model korean --work runs/korean [--out ocr_model/weights/korean]

Started again, it goes on where it was stopped: with the shards of lines that are missing, then from the checkpoint.
The faces are those of Debian's fonts-nanum, fonts-unfonts-core, fonts-unfonts-extra, fonts-baekmuk and fonts-alee, as
many as the machine has; NotoSansKR, which is measured on, is the Korean part of fonts-noto-cjk, saved as a font file.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from tqdm import tqdm

from data_gen.fonts import load_fonts
from data_gen.processes import WorkerProcessError
from data_gen.recipe import load_recipe
from ocr_model.errors import LabelsError, ModelError
from ocr_model.export.korean_export import export_korean, quantize_korean
from ocr_model.export.korean_figures import count_alarms, measure_korean
from ocr_model.labelled_folder import read_labels
from ocr_model.tags.korean_model import KOREAN, KoreanModel, fit_line
from ocr_model.training.korean.alphabet import syllables
from ocr_model.training.korean.lines import HELD_OUT, RECIPE, read_lines, write_lines
from ocr_model.training.korean.trainer import KoreanTraining, train

_HELD_OUT_SEED = 77
_SCALES = 100  # lines that set the scales of the int8 graph


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    settings = KoreanTraining()
    parser.add_argument(
        "--work", type=Path, default=Path("runs/korean"), help="lines, checkpoint and graphs (%(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, help=f"folder that the int8 graph and its card go to, such as {KOREAN.parent}"
    )
    parser.add_argument("--lines", type=int, default=37_500, help="lines to train on (default: %(default)s)")
    parser.add_argument("--held-out", type=int, default=1_500, help="lines to measure on (default: %(default)s)")
    parser.add_argument("--passes", type=int, default=settings.passes, help="over all lines (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="that render side by side (default: 1)")
    parser.add_argument("--threads", type=int, default=1, help="of the training (default: 1)")
    parser.add_argument(
        "--crops", type=Path, nargs="*", default=[], help="folders of crops without Hangul, to count false alarms"
    )


def main(args: argparse.Namespace) -> int:
    """Run the command.

    Returns:
        Exit status: 0; 2 if fonts or crops are missing, or a graph cannot be used.
    """
    try:
        return _run(args)
    except (ModelError, LabelsError, WorkerProcessError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _run(args: argparse.Namespace) -> int:
    torch.set_num_threads(args.threads)
    work: Path = args.work
    _render(work / "lines", args.lines, args.processes, RECIPE, 0)
    _render(work / "held_out", args.held_out, args.processes, HELD_OUT, _HELD_OUT_SEED)
    alphabet, settings = syllables(), KoreanTraining(passes=args.passes)
    lines = list(read_lines(work / "lines"))
    network, loss = train(lines, alphabet, work, settings)
    single, small = work / "korean_single.onnx", work / KOREAN.name
    export_korean(network, alphabet, single)
    quantize_korean(single, small, alphabet, [line.pixels for line in lines[:_SCALES]])
    held_out = list(read_lines(work / "held_out"))
    alarms = [fit_line(label.picture()) for folder in args.crops for label in read_labels(folder)]
    card = "# Korean words on tags\n\nTrained by `python -m ocr_model korean`."
    card += f" Loss of the last hundred batches {loss:.3f}.\n"
    for file in (single, small):
        model = KoreanModel.load(file, threads=1)
        card += f"\n`{file.name}`, {file.stat().st_size} bytes, {len(held_out)} held-out lines:\n"
        card += "\n| what | how many |\n|---|---|\n"
        card += measure_korean(model, held_out).in_words() + "\n"
        if alarms:
            found = count_alarms(model, alarms)
            card += f"| real crops without Hangul taken for Hangul, either way up | {found.count} of {found.total} |\n"
    print(card)
    if args.out:
        _publish(args, small, card, len(lines), settings)
    return 0


def _render(folder: Path, count: int, processes: int, recipe: Path, seed: int) -> None:
    with tqdm(desc=folder.name, unit="line") as bar:
        write_lines(folder, count, processes=processes, progress=bar.update, recipe=recipe, seed=seed)


def _publish(args: argparse.Namespace, graph: Path, card: str, lines: int, settings: KoreanTraining) -> None:
    """Copy the graph, and say beside it what it was trained on."""
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / KOREAN.name).write_bytes(graph.read_bytes())
    books = {
        name: load_fonts(load_recipe(str(recipe)).fonts)
        for name, recipe in (("trained on", RECIPE), ("held out", HELD_OUT))
    }
    faces = {
        name: sorted(Path(path).name for _, paths in book.groups for path in paths) for name, book in books.items()
    }
    about = {"lines": lines, "passes": settings.passes, "faces": faces}
    (args.out / "card.md").write_text(f"{card}\n{json.dumps(about, indent=2)}\n", encoding="utf-8")
