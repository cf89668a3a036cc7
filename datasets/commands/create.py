"""`create` makes a dataset version from labels and recipes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from datasets.commands.filter_argument import filter_argument
from datasets.commands.removed import redraw_sheets
from datasets.commands.whoami import whoami
from datasets.errors import StoreError
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.fields import FIELDS
from datasets.samples.store import SampleStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version, draw_up
from datasets.versions.synthetic import describe_parts, parse_request
from datasets.versions.version import SIDES, Manifest, Rules, checked_version_name

T = TypeVar("T")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    create = commands.add_parser(
        "create",
        help="create a dataset version from labels and recipes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Create a dataset version. A version never changes, and its name is taken once and for all.",
        epilog="fields of a filter:\n"
        + "\n".join(f"  {name:14} {field.about}" for name, field in FIELDS.items())
        + "\n  meta.KEY       the value that a crop has for this key of metadata"
        + '\nexample: --collected "status = corrected and confidence < 0.9"   (or: all)',
    )
    create.add_argument("name", type=_argument(checked_version_name), help="such as v2.0")
    create.add_argument("--parent", metavar="NAME", help="version to build on; its crops keep their sides")
    create.add_argument(
        "--collected",
        action="append",
        default=[],
        type=filter_argument,
        metavar="FILTER",
        help="take the labels that match; given again, labels that match any of the filters",
    )
    create.add_argument(
        "--synthetic",
        nargs="+",
        action="extend",
        default=[],
        type=_argument(partial(parse_request, side="training")),
        metavar="RECIPE:COUNT[:SEED]",
        help="crops drawn by a recipe to train on",
    )
    create.add_argument(
        "--synthetic-evaluation",
        nargs="+",
        action="extend",
        default=[],
        type=_argument(partial(parse_request, side="evaluation")),
        metavar="RECIPE:COUNT[:SEED]",
        help="crops drawn by a recipe to evaluate on",
    )
    create.add_argument(
        "--evaluation-share",
        type=float,
        default=Rules().evaluation_share,
        metavar="SHARE",
        help="share of the codes to hold back from training (%(default)s)",
    )
    create.add_argument(
        "--include-suspicious", action="store_true", help="also take labels that wait for a second look"
    )
    create.add_argument("--as-of", metavar="NAME", help="use the label events of this version, and no later ones")
    create.add_argument(
        "--most-damaged",
        type=float,
        metavar="SHARE",
        help="share of the crops, and of the label events, that may be unreadable and left out (none)",
    )
    create.add_argument(
        "--dry-run", action="store_true", help="print what the version would hold, and its hash; create nothing"
    )
    create.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket to have all labels"
    )
    create.set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Create the version, or only draw it up, and print what it holds."""
    catalogue = VersionCatalogue(places)
    request = VersionRequest(
        parent=options.parent,
        filters=tuple(options.collected),
        synthetic=describe_parts((*options.synthetic, *options.synthetic_evaluation)),
        rules=Rules(evaluation_share=options.evaluation_share, include_suspicious=options.include_suspicious),
        watermark=catalogue.read(options.as_of).manifest.watermark if options.as_of else None,
        most_damaged=options.most_damaged,
    )
    if not store.bucket.flush(options.wait):
        print("the bucket does not have all labels yet; those that it lacks are left out", file=sys.stderr)
    store.bucket.pull()
    if options.dry_run:
        manifest = draw_up(store, places, request)
    else:
        version = create_version(store, places, options.name, request, author=whoami())
        manifest = version.manifest
        write_cards(store, catalogue, version, read_buried(places))
        redraw_sheets(store, places)
    print(f"{options.name} {manifest.hash}{' (not created)' if options.dry_run else ''}")
    _print_content(manifest)
    return 0


def _print_content(manifest: Manifest) -> None:
    counts = ", ".join(f"{len(manifest.on(side))} {side}" for side in SIDES)
    print(f"collected: {counts}; synthetic: {sum(part.count for part in manifest.synthetic)}")
    if manifest.left_out:
        print(f"{len(manifest.left_out)} crops are left out until a person has looked:")
        for crop in manifest.left_out:
            texts = ", ".join(text or "(no text)" for _, text in crop.labels)
            print(f"  {crop.digest[:12]}  {crop.reason}: {texts}")
    if manifest.damaged:
        print(f"{len(manifest.damaged)} crops and label events are left out as damaged:")
        for damage in manifest.damaged:
            print(f"  {damage.name}: {damage.why}")


def _argument(read: Callable[[str], T]) -> Callable[[str], T]:
    """Have argparse show the message of a StoreError."""

    def convert(text: str) -> T:
        try:
            return read(text)
        except StoreError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert
