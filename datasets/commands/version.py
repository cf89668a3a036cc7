"""The commands about dataset versions: create, show, list versions, diff, materialize."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from datasets.errors import BucketUnavailableError, StoreError
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.card import CARD_MARKDOWN, describe, write_cards, write_markdown
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version, draw_up
from datasets.versions.difference import compare
from datasets.versions.materialize import materialize
from datasets.versions.selection import FIELDS, parse_filter
from datasets.versions.sheet import forget_on_sheets
from datasets.versions.synthetic import parse_request
from datasets.versions.version import Rules, Version, checked_version_name

COMMANDS = ("create", "show", "diff", "materialize")

T = TypeVar("T")


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands to argparse."""
    create = commands.add_parser(
        "create",
        help="create a dataset version from labels and recipes",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Create a dataset version. It never changes afterwards, and a name is taken once and for all.",
        epilog="fields of a filter:\n"
        + "\n".join(f"  {name:14} {field.about}" for name, field in FIELDS.items())
        + '\nexample: --collected "status = corrected and confidence < 0.9"   (or: all)',
    )
    create.add_argument("name", type=_argument(checked_version_name), help="such as v2.0")
    create.add_argument("--parent", metavar="NAME", help="version that it builds on; crops keep their sides")
    create.add_argument(
        "--collected",
        action="append",
        default=[],
        type=_argument(parse_filter),
        metavar="FILTER",
        help="take the labels that this filter takes; give it again to take more",
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
    rules = Rules()
    create.add_argument(
        "--evaluation-share",
        type=float,
        default=rules.evaluation_share,
        metavar="SHARE",
        help="of the codes, held back from training (%(default)s)",
    )
    create.add_argument(
        "--include-suspicious", action="store_true", help="take labels, too, that wait for a second look"
    )
    create.add_argument(
        "--as-of", metavar="NAME", help="use the label events that this version was drawn up from, and no later ones"
    )
    create.add_argument(
        "--most-damaged",
        type=float,
        metavar="SHARE",
        help="of the crops, and of the label events, that may be left out if they cannot be read (none)",
    )
    create.add_argument("--dry-run", action="store_true", help="say what it would hold, and its hash; create nothing")
    create.add_argument(
        "--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait until the bucket has all labels"
    )
    show = commands.add_parser("show", help="show the card of a version")
    show.add_argument("name")
    show.add_argument("--json", action="store_true", help="one JSON object")
    diff = commands.add_parser("diff", help="what changed from one version to another")
    diff.add_argument("before")
    diff.add_argument("after")
    diff.add_argument("--all", action="store_true", help="name every crop")
    write = commands.add_parser("materialize", help="write a version to a folder that trains and evaluates")
    write.add_argument("name")
    write.add_argument("--out", type=Path, required=True, help="new folder, or the one that a stopped run wrote to")
    write.add_argument("--processes", type=int, default=1, help="that draw synthetic crops (%(default)s)")
    write.add_argument(
        "--allow-other-digest",
        action="store_true",
        help="go on although a recipe draws other crops here than the version says",
    )


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Run one of `COMMANDS`.

    Returns:
        The exit status.

    Raises:
        StoreError: with one line that says what is wrong.
    """
    match options.command:
        case "create":
            return _create(store, places, options)
        case "show":
            return _show(store, places, options)
        case "diff":
            catalogue = VersionCatalogue(places)
            difference = compare(catalogue.read(options.before), catalogue.read(options.after))
            most = len(difference.added) + len(difference.removed) + len(difference.relabelled) + len(difference.moved)
            for line in difference.lines(most if options.all else 20):
                print(line)
            if not difference:
                print("no difference")
            return 0
        case _:
            return _materialize(store, places, options)


def list_versions(places: Places, *, as_json: bool) -> None:
    """Print one line for each version: name, hash, crops, parent, when."""
    catalogue = VersionCatalogue(places)
    for name in catalogue.names():
        version = catalogue.read(name)
        if as_json:
            print(json.dumps(describe(version).model_dump(mode="json", exclude={"tables"})))
            continue
        manifest = version.manifest
        drawn = sum(part.count for part in manifest.synthetic)
        fields = (
            name,
            manifest.hash[:12],
            f"{len(manifest.on('training'))} training",
            f"{len(manifest.on('evaluation'))} evaluation",
            f"{drawn} synthetic",
            f"on {manifest.parent.name}" if manifest.parent else "-",
            version.created_at.isoformat(timespec="seconds"),
        )
        print("\t".join(fields))


def forget(store: SampleStore, places: Places) -> None:
    """Take crops that were removed out of the contact sheets.

    While the bucket does not answer, only here; every later `create` looks again.
    """
    try:
        for name in forget_on_sheets(store, VersionCatalogue(places), read_buried(places)):
            print(f"drew the contact sheet of {name} anew without it")
    except BucketUnavailableError as error:
        print(f"contact sheets in the bucket may still show it: {error}", file=sys.stderr)


def verify_versions(places: Places) -> int:
    """Check every version's hash; print what is wrong. Returns how many are."""
    catalogue, wrong = VersionCatalogue(places), 0
    for name in catalogue.names():
        try:
            catalogue.read(name)
        except BucketUnavailableError:
            raise
        except StoreError as error:
            print(f"{places.authority.url}: {error}")
            wrong += 1
    return wrong


def _create(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    catalogue = VersionCatalogue(places)
    request = VersionRequest(
        parent=options.parent,
        filters=tuple(options.collected),
        synthetic=(*options.synthetic, *options.synthetic_evaluation),
        rules=replace(
            Rules(), evaluation_share=options.evaluation_share, include_suspicious=options.include_suspicious
        ),
        watermark=catalogue.read(options.as_of).manifest.watermark if options.as_of else None,
        most_damaged=options.most_damaged,
    )
    if not store.flush(options.wait):
        print("the bucket does not have all labels yet; those that it lacks are left out", file=sys.stderr)
    store.pull()
    if options.dry_run:
        manifest = draw_up(store, places, request)
    else:
        version = create_version(store, places, options.name, request)
        manifest = version.manifest
        write_cards(store, catalogue, version, read_buried(places))
        forget(store, places)
    counts = ", ".join(f"{len(manifest.on(side))} {side}" for side in ("training", "evaluation", "unreadable"))
    print(f"{options.name} {manifest.hash}{' (not created)' if options.dry_run else ''}")
    print(f"collected: {counts}; synthetic: {sum(part.count for part in manifest.synthetic)}")
    if manifest.left_out:
        print(f"{len(manifest.left_out)} crops are left out until somebody has looked:")
        for one in manifest.left_out:
            texts = ", ".join(text or "(no text)" for _, text in one.labels)
            print(f"  {one.digest[:12]}  {one.reason}: {texts}")
    if manifest.damaged:
        print(f"{len(manifest.damaged)} crops and label events are left out as damaged:")
        for damage in manifest.damaged:
            print(f"  {damage.name}: {damage.why}")
    return 0


def _show(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    catalogue = VersionCatalogue(places)
    version = catalogue.read(options.name)
    buried = _buried_now(store, places)
    gone = [entry.digest for entry in version.manifest.entries if entry.digest in buried]
    if catalogue.get_beside(version.name, CARD_MARKDOWN) is None:  # its creator was stopped before it wrote one
        write_cards(store, catalogue, version, frozenset(gone))
    card = describe(version)
    if options.json:
        print(json.dumps(card.model_dump(mode="json") | {"gone": gone}, ensure_ascii=False))
        return 0
    print(write_markdown(card), end="")
    _tell_gone(version, gone)
    return 0


def _materialize(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    version = VersionCatalogue(places).read(options.name)
    done = materialize(
        store,
        version,
        options.out,
        buried=_buried_now(store, places),
        processes=options.processes,
        allow_other_digest=options.allow_other_digest,
    )
    print(", ".join(f"{count} {side}" for side, count in done.crops.items()) + f": {done.folder}")
    if done.repeated:
        print(f"{done.repeated} drawn crops left away: their code is on the other side")
    for recipe in done.differing:
        print(f"warning: {recipe} drew other crops here than {version.name} says", file=sys.stderr)
    _tell_gone(version, done.gone)
    return 0


def _tell_gone(version: Version, gone: list[str] | tuple[str, ...]) -> None:
    if gone:
        print(f"{len(gone)} of {len(version.manifest.entries)} samples are gone: removed since {version.name} was made")
        for digest in gone:
            print(f"  {digest}")


def _buried_now(store: SampleStore, places: Places) -> frozenset[str]:
    """What is gone, by everything that this machine can learn now."""
    try:
        store.pull()
    except BucketUnavailableError as error:
        print(f"as far as is known here: {error}", file=sys.stderr)
    return read_buried(places)


def _argument(read: Callable[[str], T]) -> Callable[[str], T]:
    """Let argparse show the message of our own errors."""

    def convert(text: str) -> T:
        try:
            return read(text)
        except StoreError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert
