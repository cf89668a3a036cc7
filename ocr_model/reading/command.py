"""The command `read`: pictures in, text out, one line per file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ocr_model.command_line import print_json, printable
from ocr_model.errors import ImageError, ModelError
from ocr_model.reading.files import PictureSearch, reason
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.reader_options import add_paths, add_reader

_STATUSES = """\
exit status:
  0    every picture was read, also if there is no text in it
  1    a file or a folder could not be read; the others were
  2    wrong arguments, or no model
  130  stopped by Ctrl-C
  141  the program that takes the output ended, as in `... | head`
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model read`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _STATUSES
    add_paths(parser, picture="picture", pictures="pictures", which="a picture of one line")
    parser.add_argument("--json", action="store_true", help="print one JSON object per file, in UTF-8, errors included")
    parser.add_argument(
        "--upright", action="store_true", help="read the pictures as they stand (default: find out which way up)"
    )
    add_reader(parser)


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model read`: read the pictures and print their texts.

    Returns:
        Exit status: 0 if every file could be read (also if there is no text in it), 1 if some could not, 2 if
        there is no model.
    """
    from ocr_model.reading.recognizer import Recognizer  # ONNX Runtime takes a moment; `--help` should not

    try:
        recognizer = Recognizer.load(args.model, threads=args.threads, second=not args.alone)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    status = 0
    with PictureSearch() as search:
        for found in search.files(args.paths):
            try:
                prediction = recognizer.read(found.picture(), find_turn=not args.upright)
            except (ImageError, OSError) as error:
                status = 1
                if args.json:
                    print_json({"file": str(found.path), "error": reason(error)})
                else:
                    print(f"{printable(found.path)}: error: {reason(error)}", file=sys.stderr, flush=True)
            else:
                if args.json:
                    print_json(_values(found.path, prediction))
                else:
                    print(_line(found.path, prediction), flush=True)
    if left_out := search.left_out_in_words():
        print(left_out, file=sys.stderr)
    return status


def _values(file: Path, prediction: Prediction) -> dict[str, object]:
    return {
        "file": str(file),
        "text": prediction.text,
        "code": prediction.code,
        "confidence": prediction.confidence,
        "turn": prediction.turn,
        "candidates": [
            {"text": candidate.text, "confidence": candidate.confidence} for candidate in prediction.candidates
        ],
    }


def _line(file: Path, prediction: Prediction) -> str:
    shown = prediction.text or "(no text)"
    code = f"  code {prediction.code}" if prediction.code and prediction.code != prediction.text else ""
    turned = f"  turned by {90 * prediction.turn} degrees" if prediction.turn else ""
    return f"{printable(file)}: {shown}{code}  {prediction.confidence:.1%}{turned}"
