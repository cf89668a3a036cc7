"""The command `tag`: whole photos in, tag cards out."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_model.command_line import printable
from ocr_model.errors import ImageError, ModelError
from ocr_model.reading.files import PictureSearch, reason
from ocr_model.reading.reader_options import add_paths, add_reader
from ocr_model.tags.results import (
    JsonFile,
    PrintedJson,
    PrintedTable,
    Results,
    ResultsError,
    ResultsFile,
    Sentences,
    TableFile,
)

if TYPE_CHECKING:
    from ocr_model.tags.tag_reader import TagReader

_STATUSES = """\
With --out, what is read is added to FILE, photo by photo. The same command started again goes on with the photos that
FILE does not hold, also after it was killed; photos that could not be read are in FILE, too, and are not tried again.

exit status:
  0    every photo was read, also if there is no text on it
  1    a file, a folder or a zip could not be read, now or by an earlier start with the same FILE; the others were
  2    wrong arguments, or no model
  130  stopped by Ctrl-C
  141  the program that takes the output ended, as in `... | head`
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model tag`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _STATUSES
    add_paths(parser, picture="photo", pictures="photos", which="a photo of one tag or several")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json",
        action="store_true",
        help="write one JSON object per file, in UTF-8: cards, lines and barcodes with their corners, or the error",
    )
    form.add_argument("--csv", action="store_true", help="write a table in UTF-8, one row per card or error")
    parser.add_argument("--out", type=Path, metavar="FILE", help="add to this file instead of printing")
    add_reader(parser)
    parser.set_defaults(refuse=parser.error)


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model tag`: read the photos and write their cards.

    Returns:
        Exit status: 0 if every file could be read (also if there is no text on it), 1 if some could not, 2 if
        there is no model or no file to write to.
    """
    from ocr_model.reading.recognizer import Recognizer  # ONNX Runtime takes a moment; `--help` should not
    from ocr_model.tags.tag_reader import TagReader

    if args.out is not None and not (args.json or args.csv):
        args.refuse("--out needs --json or --csv")
    try:
        recognizer = None
        if args.model is not None:
            recognizer = Recognizer.load(args.model, threads=args.threads, second=not args.alone)
        reader = TagReader.load(recognizer, threads=args.threads, second=not args.alone)
        results = _results(args)
    except (ModelError, ResultsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {printable(args.out)}: {reason(error)}", file=sys.stderr)
        return 2
    with closing(results) if isinstance(results, ResultsFile) else nullcontext():
        return read_photos(reader, args.paths, results)


def _results(args: argparse.Namespace) -> Results:
    if args.out is None:
        return PrintedJson() if args.json else PrintedTable() if args.csv else Sentences()
    return JsonFile(args.out) if args.json else TableFile(args.out)


def read_photos(reader: TagReader, paths: list[Path], results: Results) -> int:
    """Read files, folders and zips; progress is shown on a terminal.

    Args:
        reader: reads each photo.
        paths: as `PictureSearch.files` takes them.
        results: takes what is read; photos that it has are left out.

    Returns:
        1 if a file could not be read, now or by an earlier run whose results it goes on with; else 0.
    """
    status = int(isinstance(results, ResultsFile) and results.earlier.errors > 0)
    with PictureSearch() as search:
        files = list(search.files(paths))
        progress = _Progress(len(files))
        results.begin()
        for found in files:
            if results.has(found.path):
                progress.skip()
                continue
            progress.show(found.path)
            try:
                tag = reader.read_tag(found.picture())
            except (ImageError, OSError) as error:
                status = 1
                progress.clear()
                results.error(found.path, reason(error))
            else:
                progress.clear()
                results.tag(found.path, tag)
    if left_out := search.left_out_in_words():
        print(left_out, file=sys.stderr)
    return status


class _Progress:
    """How many photos are read, on the last line of the terminal; silent where there is no terminal, or one photo.

    Args:
        total: photos to read.
    """

    def __init__(self, total: int) -> None:
        self._total, self._read = total, 0
        self._shown = total > 1 and sys.stderr is not None and sys.stderr.isatty()

    def show(self, file: Path) -> None:
        """Name the photo that is read next."""
        if self._shown:
            bar = "#" * round(20 * self._read / self._total)
            print(
                f"\r\x1b[K[{bar:20}] {self._read} of {self._total}  {printable(file.name)[:40]}",
                end="",
                file=sys.stderr,
            )
            sys.stderr.flush()
        self._read += 1

    def skip(self) -> None:
        """Count a photo that was read before."""
        self._read += 1

    def clear(self) -> None:
        """Make room for a line of output."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
