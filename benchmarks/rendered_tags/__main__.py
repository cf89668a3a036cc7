"""Read photos of rendered tags whole, and count what is right.

    python -m data_gen tag --count 380 --seed 12 --out /tmp/tags
    python -m benchmarks.rendered_tags --photos /tmp/tags --tags 500 [--out docs/rendered_tags]

Every photo is read as `tagreader tag` reads it, into `read.jsonl` beside the records; started again, it goes on with
the photos that are missing there. Delete that file to measure another reader. Roles and cards are made anew from the
lines in it, so a change of their rules needs no new reading.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.rendered_tags.judging import JudgedPhoto, judge
from benchmarks.rendered_tags.report import draw_plot, draw_sheet, tables
from benchmarks.report import machine
from ocr_model.command_line import run_command
from ocr_model.errors import ModelError
from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.answers import tag_values
from ocr_model.tags.cards import cards_of
from ocr_model.tags.command import read_photos
from ocr_model.tags.results import JsonFile, ResultsError
from ocr_model.tags.roles import with_roles
from ocr_model.tags.tag import Barcode, Corners, Tag, TextLine
from ocr_model.tags.tag_reader import TagReader

RECORDS, READ = "photos.jsonl", "read.jsonl"


def main(arguments: list[str]) -> int:
    """Run the measurement.

    Returns:
        Exit status: 0, also if targets are missed; 2 if there is nothing to measure, or no model.
    """
    args = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    try:
        records = first_tags(load_lines(args.photos / RECORDS), args.tags)
        results = JsonFile(args.photos / READ)
        with closing(results):
            reader = TagReader.load(threads=args.threads)
            status = read_photos(reader, [args.photos / record["file"] for record in records], results)
    except (OSError, ValueError, ModelError, ResultsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if status:
        print("some photos could not be read", file=sys.stderr)
    photos = judge_all(args.photos, records)
    report = f"{machine(args.threads)}, load before {load:.1f}.\n\n{tables(photos)}"
    print(report)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        draw_plot(photos, args.out.with_suffix(".png"))
        draw_sheet(photos, args.photos).save(args.out.with_name(f"{args.out.name}_misread.jpg"), quality=70)
        pictures = f"![By layout and damage]({args.out.name}.png)\n\n![Misread codes]({args.out.name}_misread.jpg)\n"
        page = f"# Rendered tags\n\n{report}\n{pictures}"
        args.out.with_suffix(".md").write_text(page, encoding="utf-8")
    return 0


def load_lines(file: Path) -> list[Any]:
    """The values of a file of JSON lines.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def first_tags(records: list[Any], most: int | None) -> list[Any]:
    """The first photos that show at least so many tags; all if None."""
    taken, tags = [], 0
    for record in records:
        if most is not None and tags >= most:
            break
        taken.append(record)
        tags += len(record["tags"])
    return taken


def judge_all(folder: Path, records: list[Any]) -> list[JudgedPhoto]:
    """The photos of these records beside what was read of them."""
    said = {value["file"]: value for value in load_lines(folder / READ)}
    return [judge(record, with_cards(said[str(folder / record["file"])])) for record in records]


def with_cards(value: Any) -> Any:
    """What was read of a photo, its roles and cards made anew from its lines and barcodes."""
    if "error" in value:
        return value
    lines = with_roles([_line(line) for line in value["lines"]])
    barcodes = tuple(Barcode(code["format"], code["text"], _corners(code)) for code in value["barcodes"])
    size = value["width"], value["height"]
    tag = Tag(lines, barcodes, cards_of(lines, barcodes, size), *size, value["milliseconds"])
    return tag_values(Path(value["file"]), tag)


def _line(value: Any) -> TextLine:
    info = ModelInfo("", "")
    prediction = Prediction(value["text"], value["code"], value["confidence"], (), (), (), info, {}, value["turn"])
    return TextLine(prediction, _corners(value), value["turn"], korean=value["korean"])


def _corners(value: Any) -> Corners:
    a, b, c, d = ((x, y) for x, y in value["corners"])
    return a, b, c, d


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rendered_tags",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--photos", type=Path, required=True, help="a folder of `python -m data_gen tag`")
    parser.add_argument("--tags", type=int, metavar="N", help="stop at the photo with the Nth tag (default: all)")
    parser.add_argument("--threads", type=int, default=2, help="of the reader (default: 2)")
    parser.add_argument("--out", type=Path, metavar="NAME", help="write NAME.md, NAME.png and NAME_misread.jpg")
    return parser


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
