"""`tag` gives and takes tags and metadata, of one crop or of all that a search finds, and takes that back."""

from __future__ import annotations

import argparse
import sys

from datasets.commands.filter_argument import filter_argument
from datasets.commands.metadata_argument import metadata_pair
from datasets.commands.whoami import whoami
from datasets.errors import StoreError
from datasets.samples.places import Places
from datasets.samples.search.filters import Filter
from datasets.samples.store import SampleStore

_AT_ONCE = 500  # labels of a page


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    tag = commands.add_parser(
        "tag",
        help="give tags and metadata to crops, take them, and take that back",
        description="Change the tags and metadata of crops. The name of the action is printed; --undo takes it back.",
        epilog='example: tag --where "confidence < 0.5 and not tag = done" --give blurry --set shelf=A3',
    )
    what = tag.add_mutually_exclusive_group(required=True)
    what.add_argument("--sample", action="append", metavar="DIGEST", help="a crop, as `list` shows it; may be repeated")
    what.add_argument("--where", type=filter_argument, metavar="FILTER", help="all crops with a label that matches")
    what.add_argument("--undo", metavar="ACTION", help="take this action back, as if it had never been")
    tag.add_argument("--give", action="append", default=[], metavar="TAG", help="may be repeated")
    tag.add_argument("--take", action="append", default=[], metavar="TAG", help="may be repeated")
    tag.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="metadata; may be repeated")
    tag.add_argument("--drop", action="append", default=[], metavar="KEY", help="metadata; may be repeated")
    tag.add_argument("--join", action="append", default=[], metavar="PROJECT", help="its id; may be repeated")
    tag.add_argument("--leave", action="append", default=[], metavar="PROJECT", help="its id; may be repeated")
    tag.add_argument("--by", default=None, metavar="NAME", help="who does it (your name on this machine)")
    tag.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    tag.set_defaults(run=run)


def run(store: SampleStore, _: Places, options: argparse.Namespace) -> int:
    """Change the marks and print the action. The exit status is 1 while the bucket has not confirmed it."""
    by = options.by or whoami()
    if options.undo is not None:
        print(f"{options.undo} is taken back from {store.marks.undo(options.undo, by=by)} crops")
        return _sent(store, options.wait)
    crops = options.sample if options.sample is not None else _found(store, options.where)
    if not crops:
        raise StoreError("the search finds no label, so nothing is changed")
    action = store.marks.change(
        crops,
        by=by,
        give=options.give,
        take=options.take,
        values=dict(map(metadata_pair, options.set)),
        drop=options.drop,
        join=options.join,
        leave=options.leave,
        source="command",
    )
    print(f"{action}  {len(set(crops))} crops")
    return _sent(store, options.wait)


def _sent(store: SampleStore, wait: float) -> int:
    if store.bucket.flush(wait):
        return 0
    print("the bucket has not confirmed it yet; the next backend on this spool goes on", file=sys.stderr)
    return 1


def _found(store: SampleStore, wanted: Filter) -> list[str]:
    crops, after = dict[str, None](), None
    while True:
        page = store.search.page(wanted, size=_AT_ONCE, after=after)
        crops |= dict.fromkeys(sample.digest for sample in page.samples)
        if (after := page.after) is None:
            return list(crops)
