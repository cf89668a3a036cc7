"""The command `python -m data_gen tag`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from data_gen.whole_tag.sheet import draw_sheet
from data_gen.whole_tag.writing import write_photos
from data_gen.workplace import add_options, open_workplace


def run_tag(arguments: list[str], positive: Callable[[str], int]) -> int:
    """Write photos of whole tags.

    Args:
        arguments: the command's options.
        positive: parses a number of at least 1.
    """
    parser = argparse.ArgumentParser(
        prog="python -m data_gen tag", description="Photos of whole tags, with every line's text, role and corners."
    )
    parser.add_argument("--count", type=positive, default=24, help="photos (default: 24)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other photos (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="folder for photos/ and photos.jsonl")
    parser.add_argument("--megapixels", type=float, help="of every photo (default: 1 to 12)")
    add_options(parser, "render")
    parser.add_argument("--sheet", type=Path, help="picture of the first photos, their lines outlined by role")
    args = parser.parse_args(arguments)
    if args.megapixels is not None and not 0.1 <= args.megapixels <= 50:
        parser.error(f"--megapixels must be between 0.1 and 50, not {args.megapixels}")
    with open_workplace(args) as workplace:
        records = write_photos(args.count, args.seed, args.out, megapixels=args.megapixels, workplace=workplace)
    print(f"wrote {args.count} photos: {records}")
    if args.sheet:
        draw_sheet(records).save(args.sheet)
        print(args.sheet)
    return 0
