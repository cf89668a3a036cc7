"""`seal` puts old events together into segments, so that reading them all takes thousands of objects, not millions."""

from __future__ import annotations

import argparse
import sys

from tqdm import tqdm

from datasets.samples.places import Places
from datasets.samples.segment import MOST_EVENTS
from datasets.samples.store import SampleStore


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    seal = commands.add_parser(
        "seal",
        help="put events together into segments, up to a thousand in one object",
        description="Put events together into segments. Backends do so by themselves with events that are a day old; "
        "this does it now, and may be stopped at any time: the next call goes on. With a bucket, only events that the "
        "bucket has confirmed are sealed. Programs of earlier releases do not find sealed events.",
    )
    seal.add_argument("--events", type=_size, default=MOST_EVENTS, metavar="N", help="in a segment (%(default)s)")
    seal.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    seal.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Seal, and print how much. The exit status is 1 while the bucket has not confirmed everything."""
    segments = events = 0
    confirmed = store.bucket.flush(options.wait)
    with tqdm(total=store.sealer.sealable(options.events), desc="seal", unit="event", disable=None) as bar:
        for sealed in store.sealer.seal(options.events):
            segments, events = segments + 1, events + sealed
            bar.update(sealed)
    print(f"{events} events sealed in {segments} segments")
    store.bucket.look_around()
    if confirmed and store.bucket.flush(options.wait):
        return 0
    print("the bucket has not confirmed everything yet; the next backend on this spool goes on", file=sys.stderr)
    return 1


def _size(text: str) -> int:
    try:
        size = int(text)
    except ValueError:
        size = 0
    if not 1 < size <= MOST_EVENTS:
        raise argparse.ArgumentTypeError(f"2 to {MOST_EVENTS} events")
    return size
