"""`python -m benchmarks.model_table`: the model table of the original project, trained anew on equal budgets."""

from __future__ import annotations

import argparse
import sys

from benchmarks.model_table.table import add_arguments, main
from ocr_model.command_line import run_command


def _run() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_table", description=__doc__)
    add_arguments(parser)
    return main(parser.parse_args())


if __name__ == "__main__":
    sys.exit(run_command(_run))
