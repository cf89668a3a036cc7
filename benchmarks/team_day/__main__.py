"""A team's day as one run: upload two new kinds of crops, find what is wrong with them, freeze, train, see the verdict.

    python -m benchmarks.team_day --out var/team-day [--docs docs]

Starts the real backend with the shipped champion and the real worker, both on this machine alone. Shoppers fill the
store with photographed tags; then the team uploads a zip of 500 generated crops of two other kinds, with 20 wrong
labels and ten copies, looks for these by lists, order, search line and map alone, fixes, tags, draws a lasso, freezes
what is inside as a version, asks for a cycle on it and waits for the verdict. A viewer tries every route that touches
anything. Writes table.md and picture.png into the folder, and with --docs team_day.md and team_day.png there. About
five minutes on two quiet cores.

Exit status: 0 if it has shown everything, 1 if not, 2 if it cannot run, 130 if it was stopped.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from ocr_model.command_line import run_command

_NEEDED = ("torch", "torchvision", "trdg", "matplotlib", "fastapi")
_PAGE = """# A team's day

`make team-day` runs a team's day against the real backend and the real worker, through the API alone: 500 generated
crops of two kinds that the store does not hold come in as a zip, with 20 wrong labels (mistyped, of another crop, of
another line) and ten copies. The team finds them by the ready-made lists, the order, the search line and the map, fixes
what it has seen, tags, freezes what lies inside a lasso, and asks for a cycle. A viewer asks every route that touches
anything. The cycle is as short as it can be: it shows the way to a verdict, not a better model
([loop.md](loop.md) shows that). One run of it:

![The map with a lasso around one kind; and how soon the wrong labels are seen](team_day.png)

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the day; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.team_day", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="empty folder for everything")
    parser.add_argument("--docs", type=Path, help="folder for team_day.md and team_day.png")
    parser.add_argument("--held", type=int, help="crops that the store holds before")
    parser.add_argument("--crops", type=int, help="crops of the zip")
    options = parser.parse_args(arguments)
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        print(f"The day needs {', '.join(missing)}; `make train-setup` installs them.", file=sys.stderr)
        return 2
    if options.out.exists() and any(options.out.iterdir()):
        print(f"{options.out} is not empty: a day begins anew.", file=sys.stderr)
        return 2
    # Imported here, because their packages may be missing.
    from benchmarks.loop_demo.console import Console
    from benchmarks.loop_demo.programs import ProgramError
    from benchmarks.team_day.crops import DaySizes
    from benchmarks.team_day.day import run
    from benchmarks.team_day.picture import draw
    from benchmarks.team_day.table import shortcomings, write_table
    from benchmarks.team_day.team_client import DayError
    from datasets.errors import StoreError

    signal.signal(signal.SIGTERM, _interrupt)
    sizes = DaySizes()
    sizes = replace(sizes, held=options.held or sizes.held, crops=options.crops or sizes.crops)
    try:
        day = run(options.out, sizes, Console())
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except (DayError, ProgramError, StoreError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    table = write_table(day)
    (options.out / "table.md").write_text(table, encoding="utf-8")
    draw(day, options.out / "picture.png")
    if options.docs is not None:
        (options.docs / "team_day.md").write_text(_PAGE + table, encoding="utf-8")
        draw(day, options.docs / "team_day.png")
    print(table)
    lacking = shortcomings(day)
    for line in lacking:
        print(f"Not shown: {line}", file=sys.stderr)
    return 1 if lacking else 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    # So that the programs are stopped, too.
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(run_command(main))
