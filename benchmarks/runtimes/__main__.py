"""The shipped encoder on the runtimes that a CPU offers: time and accuracy on the same crops, by turns.

    python -m data_gen --recipe tags-1 --count 1500 --seed 20210801 --out var/synthetic
    python -m benchmarks.runtimes --synthetic var/synthetic [--crops real/crops] [--out docs/runtimes.md]

Every runtime encodes the same pictures; the decoder and the beam search around it are the same for all. The first crops
of the synthetic folder calibrate the static int8 graphs; the others, and the real crops with their harder twins, are
measured on.
OpenVINO is optional: without the package its rows are left out, and the command says so. Its own quantiser (NNCF)
brings scikit-learn, SciPy and a dozen packages more, so OpenVINO runs an int8 graph of ONNX Runtime's quantiser.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks.runtimes.crops import load_folder, load_real
from ocr_model.command_line import run_command
from ocr_model.errors import LabelsError
from ocr_model.reading.recognizer import CHAMPION


def main(arguments: list[str]) -> int:
    """Run the comparison.

    Returns:
        Exit status: 0, or 2 if crops or packages are missing, or a labelled folder cannot be read.
    """
    args = _parser().parse_args(arguments)
    if find_spec("onnx") is None:
        print("error: onnx is not installed; run `make train-setup` first", file=sys.stderr)
        return 2
    from benchmarks.runtimes.comparison import compare

    try:
        synthetic = load_folder(args.synthetic)
        real = load_real(args.crops) if args.crops is not None and args.crops.is_dir() else []
    except LabelsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if len(synthetic) <= args.calibrate:
        print(f"{args.synthetic} holds {len(synthetic)} crops; more than --calibrate are needed", file=sys.stderr)
        return 2
    calibrating, measured = synthetic[: args.calibrate], real + synthetic[args.calibrate :]
    if not real:
        print("no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        sizes = {"threads": args.threads, "beam": args.beam, "seconds": args.seconds}
        text = compare(args.model, calibrating, measured, folder, **sizes)
    print(text)
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.runtimes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    real = os.environ.get("REAL_CROPS")
    parser.add_argument("--crops", type=Path, default=Path(real) if real else None, help="default: $REAL_CROPS")
    parser.add_argument("--synthetic", type=Path, required=True, help="folder with labels.tsv")
    parser.add_argument("--calibrate", type=int, default=300, help="crops of it that calibrate int8; not measured on")
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model")
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1], help="numbers to time with (default: 2 1)")
    parser.add_argument("--beam", type=int, default=5, help="of the decoder (default: 5)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of timing per number of threads")
    parser.add_argument("--keep", type=Path, help="folder that keeps the graphs")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    return parser


if __name__ == "__main__":
    sys.exit(run_command(partial(main, sys.argv[1:])))
