"""`python -m benchmarks.model_table`: the model table of the original project, trained anew on equal budgets."""

from __future__ import annotations

import argparse
import sys

from benchmarks.model_table.table import add_arguments, main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model_table", description=__doc__)
    add_arguments(parser)
    sys.exit(main(parser.parse_args()))
