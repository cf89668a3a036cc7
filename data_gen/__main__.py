"""Synthetic data from the command line.

python -m data_gen --recipe tags-1 --count 10000 --out shards --layout webdataset --processes 2
python -m data_gen fonts [--fetch]          which fonts a recipe finds; fetch the free ones
python -m data_gen digits --fetch           fetch MNIST's handwritten digits, to train and to measure
python -m data_gen sheet --recipe tags-1 --out sheet.png [--beside FOLDER]   look at crops before training on them
python -m data_gen tag --count 500 --seed 1 --out FOLDER [--sheet sheet.png]     photos of whole tags, every line known
"""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Run the command; without the packages for training, say how to install them.

    Returns:
        Exit status of the command; 2 if it cannot start.
    """
    try:
        from data_gen.command import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in {"data_gen", "ocr_model"}:
            raise
        if {"-h", "--help"} & set(arguments):
            print(__doc__)
        print(f"data_gen: {error.name} is not installed; run `make train-setup` first", file=sys.stderr)
        return 2
    return run(arguments, __doc__)


def _started() -> int:
    try:
        from ocr_model.command_line import run_command
    except ModuleNotFoundError:  # without the packages of the reader, `main` says what to install
        return main(sys.argv[1:])
    return run_command(lambda: main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(_started())
