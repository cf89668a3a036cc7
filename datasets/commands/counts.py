"""`counts` shows how much the store holds, `reindex` rebuilds its database."""

from __future__ import annotations

import argparse
import dataclasses
import json

from datasets.samples.measuring import measure_crops
from datasets.samples.places import Places
from datasets.samples.store import SampleStore


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands to argparse."""
    counts = commands.add_parser("counts", help="show how much is kept, and how much is unsent")
    counts.add_argument("--json", action="store_true", help="one JSON object")
    counts.set_defaults(run=run_counts)
    commands.add_parser("reindex", help="rebuild the database from spool and bucket").set_defaults(run=run_reindex)


def run_counts(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Print the counts, one line each or as JSON."""
    found = dataclasses.asdict(store.counts())
    lines = [json.dumps(found)] if options.json else [f"{name}\t{value}" for name, value in found.items()]
    print("\n".join(lines))
    return 0


def run_reindex(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Rebuild the database and print what it holds."""
    events = store.upkeep.reindex()
    measure_crops(store)
    counts = store.counts()
    numbers = ((events, "event"), (counts.kept, "live label"), (counts.crops, "crop"), (counts.pairs, "pair"))
    told = [f"{number} {noun if number == 1 else f'{noun}s'}" for number, noun in numbers]
    print(f"{told[0]}, {told[1]} on {told[2]}, {told[3]}, {counts.unsent} unsent")
    return 0
