"""Compare the readers on the same crops, in one process, by turns.

    python -m benchmarks --crops real/crops --out docs/benchmark [--threads 2] [--quick]

Writes the table as Markdown and the misread crops as HTML. Times are medians per crop and ratios to the first peer of
the same run: the machine may be busy, both readers meet the same busyness.
"""

from __future__ import annotations

import argparse
import base64
import csv
import html
import io
import os
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.readers import Reader, ReaderMissingError, ours, rapidocr, tesseract
from benchmarks.twins import TURNS, TWINS, make_twin
from ocr_model.text import match_key


@dataclass(frozen=True)
class Case:
    """One crop in one condition."""

    condition: str
    file: str
    text: str
    crop: Image.Image


def load_cases(crops: Path, *, quick: bool) -> list[Case]:
    """Every labelled folder below `crops`: upright; the first also turned and as harder twins unless `quick`."""
    cases = []
    for number, folder in enumerate(sorted((p.parent for p in crops.glob("*/labels.tsv")), reverse=True)):
        with (folder / "labels.tsv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
        for row in rows:
            with Image.open(folder / row["file"]) as image:
                crop = image.convert("RGB")
            cases.append(Case(f"{folder.name} upright", row["file"], row["text"], crop))
            if quick or number:
                continue
            for kind in TWINS:
                cases.append(
                    Case(
                        f"{folder.name} {kind}", row["file"], row["text"], make_twin(crop, Path(row["file"]).stem, kind)
                    )
                )
            for turn in TURNS:
                cases.append(
                    Case(f"{folder.name} turned {turn}", row["file"], row["text"], crop.rotate(turn, expand=True))
                )
    return cases


@dataclass
class Result:
    """What one reader did."""

    reader: Reader
    right: dict[str, int]
    seconds: list[float]
    errors: list[tuple[Case, str]]


def run(readers: list[Reader], cases: list[Case]) -> list[Result]:
    """Every reader reads every crop, taking turns crop by crop; a first round is not counted."""
    results = [Result(reader, defaultdict(int), [], []) for reader in readers]
    for case in cases[:5]:
        for reader in readers:
            reader.read(case.crop)
    for number, case in enumerate(cases):
        order = results if number % 2 else results[::-1]
        for result in order:
            began = time.perf_counter()
            text = result.reader.read(case.crop)
            seconds = time.perf_counter() - began
            if case.condition.endswith("upright"):
                result.seconds.append(seconds)
            if match_key(text) == match_key(case.text):
                result.right[case.condition] += 1
            else:
                result.errors.append((case, text))
        if sys.stderr.isatty():
            print(f"\r{number + 1}/{len(cases)}", end="", file=sys.stderr)
    return results


def table(results: list[Result], cases: list[Case], threads: int) -> str:
    """The comparison as a Markdown table."""
    totals: dict[str, int] = defaultdict(int)
    for case in cases:
        totals[case.condition] += 1
    lines = [
        "| exact match on A-Z0-9 | " + " | ".join(result.reader.name for result in results) + " |",
        "|---" * (len(results) + 1) + "|",
    ]
    for condition, total in totals.items():
        lines.append(
            f"| {condition} ({total}) | " + " | ".join(str(result.right[condition]) for result in results) + " |"
        )
    medians = [statistics.median(result.seconds) * 1000 for result in results]
    lines.append(f"| median ms a crop, {threads} threads | " + " | ".join(f"{median:.1f}" for median in medians) + " |")
    if len(results) > 1:
        lines.append(
            "| time relative to the second column | "
            + " | ".join(f"{median / medians[1]:.2f}" for median in medians)
            + " |"
        )
    return "\n".join(lines) + "\n"


def error_page(results: list[Result]) -> str:
    """Every misread crop with what was read, as one HTML page."""
    parts = [
        "<!doctype html><meta charset=utf-8><title>Misread crops</title>"
        "<style>body{font:14px sans-serif}img{height:60px}td{padding:4px 10px}</style>"
    ]
    for result in results:
        parts.append(f"<h2>{html.escape(result.reader.name)}: {len(result.errors)} misread</h2><table>")
        for case, text in result.errors:
            buffer = io.BytesIO()
            case.crop.save(buffer, "PNG")
            picture = base64.b64encode(buffer.getvalue()).decode()
            cells = (case.condition, case.file, case.text, text)
            parts.append(
                f"<tr><td><img src='data:image/png;base64,{picture}'>" + "".join(f"<td>{html.escape(c)}" for c in cells)
            )
        parts.append("</table>")
    return "\n".join(parts)


def fill_block(readme: Path, text: str) -> None:
    """Put the table between the markers `<!-- benchmark -->` and `<!-- /benchmark -->` of a Markdown file."""
    before, start, rest = readme.read_text(encoding="utf-8").partition("<!-- benchmark -->\n")
    _, end, after = rest.partition("<!-- /benchmark -->")
    if not (start and end):
        raise ValueError(f"{readme} has no benchmark markers")
    readme.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--crops",
        type=Path,
        default=os.environ.get("REAL_CROPS") or None,
        help="folder of labelled folders (default: $REAL_CROPS)",
    )
    parser.add_argument("--model", type=Path, help="exported model (default: the champion)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="upright crops only")
    parser.add_argument("--out", type=Path, help="write PATH.md and PATH-errors.html")
    parser.add_argument("--readme", type=Path, help="Markdown file whose benchmark block gets the table")
    args = parser.parse_args(arguments)
    if args.crops is None or not args.crops.is_dir():
        print("No real crops: set REAL_CROPS to a folder of folders with labels.tsv.", file=sys.stderr)
        return 2
    readers = [ours(args.threads, args.model)]
    for make in (rapidocr, tesseract):
        try:
            readers.append(make(args.threads))
        except ReaderMissingError as error:
            print(f"left out: {error}", file=sys.stderr)
    cases = load_cases(args.crops, quick=args.quick)
    results = run(readers, cases)
    text = table(results, cases, args.threads)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.with_suffix(".md").write_text(text, encoding="utf-8")
        args.out.with_name(args.out.name + "-errors.html").write_text(error_page(results), encoding="utf-8")
    if args.readme:
        fill_block(args.readme, text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
