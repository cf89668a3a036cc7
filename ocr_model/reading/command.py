"""The command `read`: pictures in, text out, one line per file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ocr_model.errors import ImageError, ModelError
from ocr_model.reading.image import decode_image

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m ocr_model read`."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a picture of one line, or a folder of such pictures",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per file")
    parser.add_argument(
        "--upright", action="store_true", help="read the pictures as they stand (default: find out which way up)"
    )
    parser.add_argument("--model", type=Path, metavar="DIR", help="an exported model (default: the champion)")
    parser.add_argument("--threads", type=_positive, default=2, metavar="N", help="CPU threads (default: 2)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files in the order given; a folder stands for the pictures in it, sorted by name."""
    for path in paths:
        if path.is_dir():
            pictures = sorted(file for file in path.iterdir() if file.suffix.lower() in _PICTURES)
            yield from pictures or [path]  # a folder without pictures is reported like an unreadable file
        else:
            yield path


def main(args: argparse.Namespace) -> int:
    """Run `python -m ocr_model read`: read the pictures and print their texts.

    Returns:
        Exit status: 0 if every file could be read (also if there is no text in it), 1 if some could not, 2 if
        there is no model.
    """
    from ocr_model.reading.recognizer import Recognizer  # ONNX Runtime takes a moment; `--help` should not

    try:
        recognizer = Recognizer.load(args.model, threads=args.threads)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    status = 0
    for file in _files(args.paths):
        answer: dict[str, object]
        try:
            prediction = recognizer.read(decode_image(_bytes_of(file)), find_turn=not args.upright)
        except (ImageError, OSError) as error:
            status = 1
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            answer = {"file": str(file), "error": why}
            line = f"{file}: error: {why}"
        else:
            answer = {
                "file": str(file),
                "text": prediction.text,
                "code": prediction.code,
                "confidence": prediction.confidence,
                "turn": prediction.turn,
                "candidates": [
                    {"text": candidate.text, "confidence": candidate.confidence} for candidate in prediction.candidates
                ],
            }
            shown = prediction.text or "(no text)"
            code = f"  code {prediction.code}" if prediction.code and prediction.code != prediction.text else ""
            turned = f"  turned by {90 * prediction.turn} degrees" if prediction.turn else ""
            line = f"{file}: {shown}{code}  {prediction.confidence:.1%}{turned}"
        print(json.dumps(answer, ensure_ascii=False) if args.json else line, flush=True)
    return status


def _bytes_of(file: Path) -> bytes:
    if file.is_dir():
        raise ImageError("empty", "no pictures in this folder")
    return file.read_bytes()
