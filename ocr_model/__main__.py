"""`python -m ocr_model train|evaluate|export|calibrate|read|tag|prior|korean`; installed, `tagreader read|tag`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

from ocr_model.command_line import run_command

_COMMANDS = {
    "train": ("ocr_model.training.train_command", "train a recognizer on synthetic and confirmed crops (needs torch)"),
    "evaluate": ("ocr_model.training.evaluate_command", "measure a recognizer on labelled crops"),
    "export": ("ocr_model.export.export_command", "turn a training checkpoint into a model for reading (needs torch)"),
    "calibrate": ("ocr_model.export.reliability", "fit, measure and draw how far the confidence can be trusted"),
    "read": ("ocr_model.reading.command", "read pictures and print their text"),
    "tag": ("ocr_model.tags.command", "read whole photos and print their tag cards"),
    "korean": ("ocr_model.export.korean_command", "train the small reader of Korean words on tags (needs torch)"),
    "prior": ("ocr_model.export.prior_fitting", "choose the weight of the brands' formats, and show its effect"),
}
# A missing module of the repository is a defect, unless its whole floor is not installed; others are for training.
_OUR_PACKAGES = frozenset({"data_gen", "datasets", "ocr_model"})
_FLOORS = frozenset({"data_gen", "ocr_model.export", "ocr_model.training"})  # not in an installed reader


def main(argv: Sequence[str] | None = None, *, prog: str = "python -m ocr_model") -> int:
    """Run one command; only its own module is imported, so that reading never needs torch.

    Returns:
        Exit status of the command; 2 if it cannot start.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog=prog, description="The recognizer of shoe tags.")
    installed = {name for name, (module_name, _) in _COMMANDS.items() if find_spec(module_name.rpartition(".")[0])}
    listed = "|".join(name for name in _COMMANDS if name in installed)
    commands = parser.add_subparsers(dest="command", required=True, metavar=listed)
    wanted = arguments[0] if arguments else None
    run = None
    for name, (module_name, purpose) in _COMMANDS.items():
        if name not in installed | {wanted}:
            continue
        command = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if name != wanted:
            continue
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            missing = error.name or ""
            if missing in _FLOORS:
                print(f"error: `{name}` is not part of the installed reader; run it in the repository", file=sys.stderr)
            elif missing.partition(".")[0] in {"", *_OUR_PACKAGES}:
                raise
            else:
                print(f"error: `{name}` needs {missing}; run `make train-setup` first", file=sys.stderr)
            return 2
        module.add_arguments(command)
        run = module.main
    args = parser.parse_args(arguments)
    if run is None:  # argparse exits unless a command is named
        parser.error("name a command first")
    return int(run(args))


def tagreader() -> int:
    """The command that `pip install` adds."""
    return run_command(partial(main, prog="tagreader"))


if __name__ == "__main__":
    sys.exit(run_command(main))
