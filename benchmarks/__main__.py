"""Measure this reader beside its peers on the same crops, in one process, by turns, with the same number of threads.

    python -m benchmarks --crops real/crops --out docs/benchmark [--threads 2] [--quick]

Prints every target with what this reader and the best peer reach, and what all readers read. Writes both as Markdown
and the misread crops as HTML. Times are medians and ratios to the peer of the same run, on a machine that should have
nothing else to do: the load before is printed with them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import UPRIGHT, load_cases
from benchmarks.confidence import RealConfidence, measure_real, read_synthetic_figures
from benchmarks.misreadings import misreadings_page
from benchmarks.race import Result, Speed, measure_speed, read_cases
from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, tesseract
from benchmarks.targets import share_in_words, target_rows, target_table
from data_gen.twins import TWINS
from ocr_model.errors import ModelError
from ocr_model.export.proportion import Proportion
from ocr_model.reading.calibration import read_calibration
from ocr_model.reading.recognizer import CHAMPION

ROUNDS = 5  # through the upright crops, for the times
BUSY = 0.5  # load average above which something else takes a core now and then


def readers_table(results: Sequence[Result], speeds: Sequence[Speed], *, strict: bool = False) -> str:
    """What every reader reads and how long it takes, as Markdown.

    Args:
        results: by reader.
        speeds: by reader.
        strict: separators count; without times.
    """
    metric = "strict match (only spaces dropped)" if strict else "exact match on A-Z0-9, with 95 % intervals"
    lines = [
        f"| {metric} | " + " | ".join(result.reader.name for result in results) + " |",
        "|---" * (len(results) + 1) + "|",
    ]
    for condition in dict.fromkeys(case.condition for case in results[0].cases):
        cells = [share_in_words(result.right(condition, strict=strict)) for result in results]
        lines.append(f"| {condition} | " + " | ".join(cells) + " |")
    if not strict:
        times = [f"{speed.milliseconds:.1f}" for speed in speeds]
        lines.append("| median ms of a crop read alone | " + " | ".join(times) + " |")
        spread = [f"{speed.mean:.1f}, {speed.slow:.1f}" for speed in speeds]
        lines.append("| mean of it, 95th percentile | " + " | ".join(spread) + " |")
        if speeds[0].hard_mean is not None:
            hard = ["–" if speed.hard_mean is None else f"{speed.hard_mean:.1f}" for speed in speeds]
            lines.append("| mean ms of a harder twin read alone | " + " | ".join(hard) + " |")
        rates = ["–" if speed.crops_per_second is None else f"{speed.crops_per_second:.0f}" for speed in speeds]
        lines.append("| crops a second in batches of 32 | " + " | ".join(rates) + " |")
    return "\n".join(lines) + "\n"


def reliability_table(results: Sequence[Result], real: Sequence[RealConfidence]) -> str:
    """The reliability diagram on real crops and twins as a table in Markdown, for the readers that were measured."""
    lines = ["| reader | mean confidence | right (95 % interval) |", "|---|---|---|"]
    for result, one in zip(results, real, strict=False):
        for count, correct, confidence in zip(one.bins.count, one.bins.correct, one.bins.confidence, strict=True):
            share = share_in_words(Proportion(int(correct), int(count)))
            lines.append(f"| {result.reader.name} | {confidence:.3f} | {share} |")
    return "\n".join(lines) + "\n"


def machine(threads: int) -> str:
    """What it was measured on."""
    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [line for line in information.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        name = names[0].partition(":")[2].strip() if names else name
    readers = f"{threads} threads a reader (Tesseract 1)"
    return f"{name}, {os.cpu_count()} cores, {readers}, Python {platform.python_version()}"


def busyness(load: float) -> str:
    """How much else ran: the load average before the measurement, and whether the times are worth anything."""
    return f"load before {load:.1f}" + (": **too busy to time, measure again**" if load > BUSY else "")


def fill_block(readme: Path, text: str) -> None:
    """Put the tables between the markers `<!-- benchmark -->` and `<!-- /benchmark -->` of a Markdown file.

    Raises:
        ValueError: it has no such markers.
    """
    before, start, rest = readme.read_text(encoding="utf-8").partition("<!-- benchmark -->\n")
    _, end, after = rest.partition("<!-- /benchmark -->")
    if not (start and end):
        raise ValueError(f"{readme} has no benchmark markers")
    readme.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run the comparison.

    Returns:
        Exit status: 0 whatever the verdicts; 2 if there is nothing to measure or no model.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--crops",
        type=Path,
        default=os.environ.get("REAL_CROPS") or None,
        help="folder of labelled folders (default: $REAL_CROPS)",
    )
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="upright crops only, timed once")
    parser.add_argument(
        "--calibration",
        type=Path,
        default=Path("docs/calibration.json"),
        help="figures of `python -m ocr_model calibrate` (default: docs/calibration.json)",
    )
    parser.add_argument("--out", type=Path, help="write PATH.md and PATH-errors.html")
    parser.add_argument("--readme", type=Path, help="Markdown file whose benchmark block gets the first two tables")
    args = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    cases = load_cases(args.crops, quick=args.quick) if args.crops is not None and args.crops.is_dir() else []
    if not cases:
        print("No real crops: set REAL_CROPS to a folder of folders with labels.tsv.", file=sys.stderr)
        return 2
    try:
        readers = [ours(args.threads, args.model)]
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    peers: list[Reader | None] = []
    for make in (rapidocr, tesseract):
        try:
            peers.append(make(args.threads))
        except ReaderMissingError as error:
            peers.append(None)
            print(f"left out: {error}", file=sys.stderr)
    readers += [one for one in peers if one is not None]
    # The targets are beside rapidocr: no other reader may stand in for it.
    compared = 2 if peers[0] is not None else 1
    if args.readme and compared == 1:
        print(f"error: {args.readme} is left as it was: without rapidocr there is no comparison", file=sys.stderr)
        return 2
    results = read_cases(readers, cases)
    upright = [case.crop for case in cases if case.kind == UPRIGHT]
    twins = [case.crop for case in cases if case.kind in TWINS]
    speeds = measure_speed(readers, upright, rounds=1 if args.quick else ROUNDS, harder=twins)
    threshold = read_calibration(args.model).accept_threshold
    synthetic = read_synthetic_figures(args.calibration, args.model)
    # A peer's confidence has no threshold of its own from which it could be accepted.
    real = [
        measure_real(result, threshold if number == 0 else None) for number, result in enumerate(results[:compared])
    ]
    targets = target_table(
        target_rows(results[:compared], speeds[:compared], synthetic, real), readers[1].name if compared == 2 else None
    )
    measured_on = (
        f"Measured on {machine(args.threads)}, {busyness(load)}. Intervals: 95 %, Clopper-Pearson;"
        " of calibration errors and of all twins together: bootstrap by parent crop.\n"
    )
    short = "\n".join([targets, readers_table(results, speeds), measured_on])
    print(short)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        page = args.out.with_name(args.out.name + "-errors.html")
        page.write_text(misreadings_page(results), encoding="utf-8")
        named = f"`make bench` writes every misread crop to `{page.name}`, which is not in the repository.\n"
        everything = "\n".join(
            [
                "# Benchmark\n",
                short,
                named,
                "## Strict match\n",
                readers_table(results, speeds, strict=True),
                "## Confidence on real crops and their twins\n",
                reliability_table(results, real),
            ]
        )
        args.out.with_suffix(".md").write_text(everything, encoding="utf-8")
        print(f"wrote {args.out.with_suffix('.md')} and {page}")
    if args.readme:
        fill_block(args.readme, short)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
