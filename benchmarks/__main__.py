"""Measure this reader beside its peers on the same crops, in one process, by turns, with the same number of threads.

    python -m benchmarks --crops real/crops [--plates real/plates] --out docs/benchmark [--threads 2] [--quick]

Prints every target beside the figures of this reader and of the best peer, and the accuracy of all readers. Writes both
as Markdown, risk over coverage by kind of print as a picture, and the misread crops as HTML. Times are medians and
ratios to the peer of the same run, on a machine that should have nothing else to do: the load before is printed, too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.cases import UPRIGHT, Case, load_cases
from benchmarks.confidence import measure_real, read_synthetic_figures
from benchmarks.kinds_of_print import draw_kinds
from benchmarks.misreadings import misreadings_page
from benchmarks.race import measure_speed, read_cases
from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, tesseract
from benchmarks.report import Comparison, busyness, details, figures, fill_block, machine, summary
from data_gen.twins import TWINS
from ocr_model.command_line import run_command
from ocr_model.errors import LabelsError, ModelError
from ocr_model.reading.recognizer import CHAMPION

ROUNDS = 5  # through the upright crops, for the times


def main(arguments: list[str]) -> int:
    """Run the comparison.

    Returns:
        Exit status: 0, also if targets are missed; 2 if there is nothing to measure, or it cannot be read, or no model.
    """
    args = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    if args.crops is None:
        print("error: no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
        return 2
    try:
        cases = load_cases(args.crops, quick=args.quick)
        plates = load_cases(args.plates, quick=True) if args.plates else []
        reader, alone = (ours(args.threads, args.model, second=second) for second in (True, False))
    except (LabelsError, ModelError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    # The targets compare with rapidocr, and no other reader may take its place.
    to_beat, others = _peers(args.threads, rapidocr), _peers(args.threads, tesseract)
    if args.readme and not to_beat:
        print(f"error: {args.readme} is left as it was: without rapidocr there is no comparison", file=sys.stderr)
        return 2
    measured_on = f"{machine(args.threads)}, {busyness(load)}"
    comparison = _compare([reader, *to_beat], [alone, *others], cases, plates, args, measured_on)
    short = summary(comparison)
    print(short)
    if args.out:
        _write(comparison, args.out)
    if args.readme:
        fill_block(args.readme, figures(comparison))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--crops",
        type=Path,
        default=os.environ.get("REAL_CROPS") or None,
        help="folder of labelled folders (default: $REAL_CROPS)",
    )
    parser.add_argument(
        "--plates",
        type=Path,
        default=os.environ.get("REAL_PLATES") or None,
        help="likewise, of number plates: read, and not timed (default: $REAL_PLATES)",
    )
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2, help="of every reader but Tesseract (default: 2)")
    parser.add_argument("--quick", action="store_true", help="upright crops only, timed once")
    parser.add_argument(
        "--calibration",
        type=Path,
        default=Path("docs/calibration.json"),
        help="figures of `python -m ocr_model calibrate` (default: docs/calibration.json)",
    )
    parser.add_argument("--out", type=Path, help="write PATH.md and PATH-errors.html")
    parser.add_argument("--readme", type=Path, help="Markdown file whose benchmark block gets five figures")
    return parser


def _peers(threads: int, make: Callable[[int], Reader]) -> list[Reader]:
    """The peer, or none where it cannot run."""
    try:
        return [make(threads)]
    except ReaderMissingError as error:
        print(f"left out: {error}", file=sys.stderr)
        return []


def _compare(
    compared: Sequence[Reader],
    others: Sequence[Reader],
    cases: Sequence[Case],
    plates: Sequence[Case],
    args: argparse.Namespace,
    measured_on: str,
) -> Comparison:
    """Read and time with all readers; confidences only of those that are compared.

    Args:
        compared: this reader, and the peer to beat where it runs.
        others: this reader alone, and the other peers.
        cases: crops that are read and timed.
        plates: crops that are read only.
        args: of the command.
        measured_on: machine and load.
    """
    readers = [*compared, *others]
    results = read_cases(readers, [*cases, *plates])
    upright = [case.crop for case in cases if case.kind == UPRIGHT]
    twins = [case.crop for case in cases if case.kind in TWINS]
    speeds = measure_speed(readers, upright, rounds=1 if args.quick else ROUNDS, harder=twins)
    # A peer's confidence has no threshold of its own from which it could be accepted.
    real = [measure_real(result, result.reader.threshold) for result in results[: len(compared)]]
    synthetic = read_synthetic_figures(args.calibration, args.model)
    alone = results[len(compared)], speeds[len(compared)]
    return Comparison(results, speeds, synthetic, real, measured_on, alone)


def _write(comparison: Comparison, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    page = out.with_name(out.name + "-errors.html")
    page.write_text(misreadings_page(comparison.results), encoding="utf-8")
    out.with_suffix(".md").write_text(details(comparison, page.name, out.with_suffix(".png").name), encoding="utf-8")
    reader = comparison.results[0].reader
    draw_kinds(comparison.kinds, reader.threshold, out.with_suffix(".png"))
    print(f"wrote {out.with_suffix('.md')}, {out.with_suffix('.png')} and {page}")


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
