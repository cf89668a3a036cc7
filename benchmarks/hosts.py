"""Counts what is lost when hosts are cut off, killed and slowed down; hosts are network namespaces of one machine.

    python -m benchmarks.hosts [--minutes 20] [--shoppers 2] [--seed 1] [--no-ray] [--write]

Two backends, PostgreSQL and a bucket that honours preconditions, each on a host of its own (`ip netns`, a bridge),
under the load of shoppers who send each request to either backend: reading, verdict, now and then another verdict or an
undo. Beside them Ray's head and two workers, which render the same crops again and again. One fault after another:
links are cut, links get slow, backends and workers are killed, PostgreSQL is restarted or crashes. After each it is
measured how long it takes until each backend labels, without the crop, what the other has read, and after those of Ray
until each worker has rendered again. At the end every label is looked up in files, index and bucket. Needs root,
iproute2, PostgreSQL's programs and the development environment. Exit status 1 if a label was lost, doubled, invented
or wrong, or Ray has rendered other bytes than one process; 2 where no namespaces can be made.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.drivers.hosts.network import NamespacesMissingError
from benchmarks.drivers.hosts.report import summary, write_report
from benchmarks.drivers.hosts.trial import run_trial
from benchmarks.drivers.postgres_server import PostgresMissingError
from ocr_model.command_line import run_command

_DOCS = Path(__file__).resolve().parents[1] / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hosts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20.0, help="of faults under load (%(default)s)")
    parser.add_argument("--shoppers", type=int, default=2, help="at the same moment (%(default)s)")
    parser.add_argument("--rest", type=float, default=0.5, help="seconds of a shopper between two tags (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choices (%(default)s)")
    parser.add_argument("--no-ray", action="store_true", help="leave out the hosts of Ray")
    parser.add_argument("--write", action="store_true", help="write docs/hosts.md and docs/hosts.png")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            trial = run_trial(
                Path(folder),
                seconds=60 * options.minutes,
                shoppers=options.shoppers,
                rest=options.rest,
                with_ray=not options.no_ray,
                chance=random.Random(options.seed),
                tell=lambda line: print(line, flush=True),
            )
    except (NamespacesMissingError, PostgresMissingError) as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(trial))
    if options.write:
        write_report(trial, _DOCS)
    return 0 if trial.is_good else 1


if __name__ == "__main__":
    sys.exit(run_command(main))
