"""Show the whole loop: shoppers correct, the worker trains, better champions take over, mistyped labels are rejected.

    python -m benchmarks.loop_demo --out var/loop-demo

Starts the real backend with the shipped champion and the real worker, both on this machine alone, and sends generated
tags through the API, most of them of a kind that the champion has never seen. About a quarter of
an hour on two quiet cores.
Ctrl-C stops it and its programs; the same command continues. Writes table.md and plot.png into the folder.

Exit status: 0 if it showed everything (two accepted cycles, the new kind read better, the old ones unharmed, the
mistyped version rejected, no failed request), 1 if not, 2 if it cannot run, 130 if it was stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from benchmarks.loop_demo.settings import FULL, QUICK
from ocr_model.command_line import run_command

_NEEDED = ("torch", "torchvision", "trdg", "matplotlib", "fastapi")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loop_demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for everything; a demonstration that was stopped there goes on"
    )
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes: about two minutes that show that everything runs"
    )
    options = parser.parse_args(arguments)
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        print(f"The demonstration needs {', '.join(missing)}; `make train-setup` installs them.", file=sys.stderr)
        return 2
    # Imported here, because their packages may be missing.
    from benchmarks.loop_demo.accuracy import MixedModelsError
    from benchmarks.loop_demo.console import Console
    from benchmarks.loop_demo.demonstration import STATE, TooLongError, run
    from benchmarks.loop_demo.plot import draw
    from benchmarks.loop_demo.programs import ProgramError
    from benchmarks.loop_demo.state import DemoState, OtherDemoError
    from benchmarks.loop_demo.table import shortcomings, write_table
    from datasets.errors import StoreError

    settings = QUICK if options.quick else FULL
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    try:
        state = DemoState.load(options.out / STATE, settings.name)
        finished = run(options.out, settings, Console(state.seconds), state)
    except KeyboardInterrupt:
        print("\nStopped; the same command continues.", file=sys.stderr)
        return 130
    except OtherDemoError as error:
        print(error, file=sys.stderr)
        return 2
    except (ProgramError, MixedModelsError, TooLongError, StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    table = write_table(finished)
    (options.out / "table.md").write_text(table, encoding="utf-8")
    draw(finished, options.out / "plot.png")
    print(table)
    print(f"Wrote table.md and plot.png to {options.out}; the cycles' reports are in {options.out}/data/spool/cycles.")
    lacking = shortcomings(finished, settings)
    for line in lacking:
        print(f"Not shown: {line}", file=sys.stderr)
    return 1 if lacking else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # A second Ctrl-C must not leave the programs running.
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(run_command(main))
