"""`delete` removes a sample for good."""

from __future__ import annotations

import argparse
import sys

from datasets.commands.removed import redraw_sheets
from datasets.errors import BucketUnavailableError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    delete = commands.add_parser("delete", help="remove a sample for good, here and in the bucket")
    delete.add_argument("--sample", required=True, metavar="DIGEST", help="as `list` shows it")
    delete.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    delete.set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Remove the sample. The exit status is 1 while the bucket has not confirmed it."""
    try:
        store.bucket.pull()  # a tombstone buries only labels that are known here; other backends may have sent more
    except BucketUnavailableError as error:
        print(f"removing it here first: {error}", file=sys.stderr)
    labels = store.delete(options.sample)
    print(f"removed {options.sample} with {labels} live labels")
    confirmed = store.bucket.flush(options.wait)
    redraw_sheets(store, places)
    if not confirmed:
        print("the bucket has not confirmed it yet; the next backend on this spool goes on", file=sys.stderr)
    return 0 if confirmed else 1
