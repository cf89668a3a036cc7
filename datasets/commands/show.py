"""`show` prints the card of a version, `diff` the changes from one version to another."""

from __future__ import annotations

import argparse

from datasets.commands.removed import buried_now, print_gone
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.card import CARD_MARKDOWN, describe, write_cards, write_markdown
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.difference import compare
from ocr_model.command_line import print_json

_SHOWN = 20  # crops of each kind of change, unless all are asked for


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands to argparse."""
    show = commands.add_parser("show", help="show the card of a version")
    show.add_argument("name")
    show.add_argument("--json", action="store_true", help="one JSON object")
    show.set_defaults(run=run_show)
    diff = commands.add_parser("diff", help="show what changed from one version to another")
    diff.add_argument("before")
    diff.add_argument("after")
    diff.add_argument("--all", action="store_true", help="name every crop")
    diff.set_defaults(run=run_diff)


def run_show(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Print the card and the removed crops; write the card if its creator was stopped before writing it."""
    catalogue = VersionCatalogue(places)
    version = catalogue.read(options.name)
    buried = buried_now(store, places)
    gone = [entry.digest for entry in version.manifest.entries if entry.digest in buried]
    if catalogue.get_beside(version.name, CARD_MARKDOWN) is None:
        write_cards(store, catalogue, version, frozenset(gone))
    card = describe(version)
    if options.json:
        print_json(card.model_dump(mode="json") | {"gone": gone})
        return 0
    print(write_markdown(card), end="")
    print_gone(version, gone)
    return 0


def run_diff(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Print the differences, one line each."""
    catalogue = VersionCatalogue(places)
    before, after = catalogue.read(options.before), catalogue.read(options.after)
    difference = compare(before, after)
    every = len(before.manifest.entries) + len(after.manifest.entries)
    for line in difference.lines(every if options.all else _SHOWN):
        print(line)
    if not difference:
        print("no difference")
    return 0
