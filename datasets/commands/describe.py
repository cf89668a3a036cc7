"""`describe` has readers say what they see on crops, and keeps it as metadata of these."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from datasets.commands.filter_argument import filter_argument
from datasets.commands.gentle import be_gentle
from datasets.errors import StoreError
from datasets.metadata.describers import DESCRIBERS, Choices
from datasets.metadata.describing import describe
from datasets.samples.places import Places
from datasets.samples.search.filters import All
from datasets.samples.store import SampleStore
from ocr_model.errors import ModelError


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "describe",
        help="have readers say what they see on crops, as metadata: `meta.rapidocr.text`, `meta.rapidocr.agrees` ...",
        description="Have readers describe crops as far as they have not yet, and keep what they say as metadata, "
        "which is searched and shown beside the labels. It may be stopped, and goes on where it was. A backend does "
        "the same in the background where TAGS_DESCRIBED_BY names readers.",
        epilog='example: describe --reader rapidocr --where "status = corrected"; then '
        'list --where "meta.rapidocr.agrees = no"',
    )
    parser.add_argument("--reader", action="append", required=True, choices=sorted(DESCRIBERS), help="may be repeated")
    parser.add_argument("--where", type=filter_argument, default=All(), metavar="FILTER", help="(all labels)")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="exported model of `ours` (the shipped one)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="threads of a reader (%(default)s)")
    parser.add_argument(
        "--gently",
        action="store_true",
        help="let everything else on the machine go first, show no progress, and end when standard input does",
    )
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    parser.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Describe and print how much was new. The exit status is 1 while the bucket has not confirmed it."""
    if options.gently:
        be_gentle()
    choices = Choices(options.model or store.domain.shipped_model, options.threads)
    for name in options.reader:
        try:
            describer = DESCRIBERS[name](choices)
        except ModelError as error:
            raise StoreError(f"{name}: {error}") from error
        labels = store.search.count(options.where).labels
        with tqdm(total=labels, desc=name, unit="label", disable=True if options.gently else None) as bar:
            done = describe(store, name, describer, options.where, bar.update)
        print(
            f"{name}: {done.new} crops are described by {describer.by}, {done.compared} compared with new labels, "
            f"{done.unreadable} cannot be opened"
        )
    if options.gently or store.bucket.flush(options.wait):  # the backend sends what it finds on its spool
        return 0
    print("the bucket has not confirmed it yet; the next backend on this spool goes on", file=sys.stderr)
    return 1
