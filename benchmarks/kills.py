"""Counts the labels that are lost when backends are killed: real processes, `kill -9`, and other trouble beside it.

    python -m benchmarks.kills [--kills 6] [--labels 160] [--seed 1] [--postgres] [--only "tags and uploads"]

Every scenario runs the shipped recognizer behind the real API under the load of four shoppers, who read, confirm,
correct themselves and undo; in some, a team gives and takes tags and metadata and uploads zips beside them. Needs the
development environment. Prints one line per scenario; exit status 1 if a label, a tag, a value or a crop was lost, is
there twice or otherwise than acknowledged, or was invented.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from benchmarks.drivers.killing.checks import KillResult
from benchmarks.drivers.killing.scenarios import SCENARIOS, run_scenario
from benchmarks.drivers.postgres_server import PostgresMissingError, empty_database, running_postgres
from ocr_model.command_line import run_command

_COLUMNS = (
    ("kills", "kills"),
    ("(starting)", "starting"),
    ("sent", "sent"),
    ("acknowledged", "acknowledged"),
    ("resent", "resent"),
    ("refused", "refused"),
    ("trouble", "trouble"),
    ("segments", "segments"),
    ("checked", "checked"),
    ("marks", "marks"),
    ("uploads", "uploads"),
    ("live", "live"),
    ("lost", "lost"),
    ("twice", "twice"),
    ("wrong", "wrong"),
    ("invented", "invented"),
    ("damaged", "damaged"),
)
_LEGEND = """
sent          verdicts and undos that shoppers decided on; acknowledged: answered with "saved" or "deleted"
resent        requests repeated because no good answer came; refused: answers that nothing was kept, or "not ready"
trouble       requests that the bucket failed, times that the disk was full, steps of the clock backwards, or processes
              that were killed while they sealed events; segments: what they sealed
checked       settled labels looked up in the files right after the kills, summed over the kills
marks         changes of tags and metadata, uploads: zips of ten crops, that were acknowledged
lost, twice, wrong, invented, damaged: by files, store, rebuilt index, and a new machine that has only the bucket"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all scenarios; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=6, help="kills per scenario, at least (%(default)s)")
    parser.add_argument("--labels", type=int, default=160, help="labels kept per scenario, at least (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices (%(default)s)")
    parser.add_argument(
        "--postgres", action="store_true", help="index in a PostgreSQL started for it, which all backends share"
    )
    parser.add_argument("--only", default="", help="the scenarios alone whose name begins so")
    options = parser.parse_args(arguments)
    if not any(scenario.name.startswith(options.only) for scenario in SCENARIOS):
        parser.error(f"no scenario begins with {options.only!r}: {', '.join(scenario.name for scenario in SCENARIOS)}")
    try:
        with running_postgres() if options.postgres else nullcontext() as database:
            return _run(options, database)
    except PostgresMissingError as error:
        print(error, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, database: str | None) -> int:
    print(f"{'':28s}" + "".join(f"{name:>{_width(name)}s}" for name, _ in _COLUMNS) + "  seconds")
    results = []
    for number, scenario in enumerate(SCENARIOS):
        if not scenario.name.startswith(options.only):
            continue
        if database is not None:
            empty_database(database)
        with tempfile.TemporaryDirectory() as scratch:
            result = run_scenario(
                scenario,
                Path(scratch),
                kills=options.kills,
                labels=options.labels,
                seed=options.seed * 1000 + number,
                database=database,
            )
        results.append(result)
        _print(result)
    total = KillResult("together", seconds=sum(result.seconds for result in results))
    for _, field in _COLUMNS:
        setattr(total, field, sum(getattr(result, field) for result in results))
    _print(total)
    print(_LEGEND)
    return 0 if all(result.is_good for result in results) else 1


def _print(result: KillResult) -> None:
    numbers = "".join(f"{getattr(result, field):>{_width(name)}d}" for name, field in _COLUMNS)
    print(f"{result.scenario:28s}{numbers}  {result.seconds:7.0f}", flush=True)


def _width(name: str) -> int:
    return max(6, len(name)) + 2


if __name__ == "__main__":
    sys.exit(run_command(main))
