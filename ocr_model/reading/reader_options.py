"""Options that every command shares which reads pictures: what to read, and with which model."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_paths(parser: argparse.ArgumentParser, *, picture: str, pictures: str, which: str) -> None:
    """The pictures to read.

    Args:
        parser: gets the argument.
        picture: what one file is called, such as "photo".
        pictures: what several are called.
        which: the first words of the help.
    """

    def named(text: str) -> Path:
        if not text.strip():  # Path would make the current folder of it
            raise argparse.ArgumentTypeError(f"an empty name is no {picture} and no folder")
        return Path(text)

    parser.add_argument(
        "paths",
        nargs="+",
        type=named,
        metavar="PATH",
        help=f"{which}, a zip, or a folder whose {pictures} are read, those of its sub-folders included; hidden files"
        " and folders (.name) are left out",
    )


def add_reader(parser: argparse.ArgumentParser) -> None:
    """The model, the second reader and the threads."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="an exported model (default: the champion)")
    parser.add_argument("--alone", action="store_true", help="ask no second reader (PP-OCRv6 small, where installed)")
    parser.add_argument("--threads", type=_positive, default=2, metavar="N", help="CPU threads (default: 2)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
