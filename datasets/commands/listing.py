"""`list` shows live samples, pairs of a barcode and a code, tags, or versions, one line each."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator

from datasets.commands.filter_argument import filter_argument
from datasets.errors import BucketUnavailableError, StoreError
from datasets.samples.places import Places
from datasets.samples.sample import Sample
from datasets.samples.search.filters import Filter
from datasets.samples.search.search_index import ORDERS, Order
from datasets.samples.store import SampleStore
from datasets.versions.card import describe
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import Version
from ocr_model.command_line import print_json

_AT_ONCE = 500  # samples of a page


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    listing = commands.add_parser("list", help="show the live samples, pairs, tags or versions, one line each")
    listing.add_argument(
        "what", nargs="?", choices=("samples", "pairs", "tags", "versions"), default="samples", help="(%(default)s)"
    )
    listing.add_argument(
        "--where", type=filter_argument, metavar="FILTER", help="samples that match; `create --help` lists the fields"
    )
    listing.add_argument("--order", choices=ORDERS, default="newest", help="of samples with --where (%(default)s)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Print the lines. The exit status is 1 if a version cannot be read."""
    if options.what == "samples":
        for sample in store.samples() if options.where is None else found(store, options.where, options.order):
            if options.json:
                print_json(_sample_values(sample))
            else:
                print(_sample_line(sample))
        return 0
    if options.what == "tags":
        for tag, labels in store.marks.tags().items():
            if options.json:
                print_json({"tag": tag, "labels": labels})
            else:
                print(f"{tag}\t{labels}")
        return 0
    if options.what == "pairs":
        for pair in store.pairs.all():
            if options.json:
                print_json(dataclasses.asdict(pair) | {"at": pair.at.isoformat()})
            else:
                print("\t".join((pair.gtin, pair.code, pair.prediction_id, pair.at.isoformat(timespec="seconds"))))
        return 0
    catalogue, wrong = VersionCatalogue(places), 0
    for name in catalogue.names():
        try:
            version = catalogue.read(name)
        except BucketUnavailableError:
            raise
        except StoreError as error:
            print(f"left out: {error}", file=sys.stderr)
            wrong = 1
            continue
        if options.json:
            print_json(describe(version).model_dump(mode="json", exclude={"tables"}))
        else:
            print(_version_line(version))
    return wrong


def found(store: SampleStore, wanted: Filter, order: Order) -> Iterator[Sample]:
    """The labels that a filter takes."""
    after = None
    while True:
        page = store.search.page(wanted, size=_AT_ONCE, order=order, after=after)
        yield from page.samples
        if (after := page.after) is None:
            return


def _sample_line(sample: Sample) -> str:
    label = sample.label
    stored_at = sample.stored_at.isoformat(timespec="seconds")
    return "\t".join((sample.digest, label.status, label.text, label.prediction_id, stored_at))


def _sample_values(sample: Sample) -> dict[str, object]:
    label = dataclasses.asdict(sample.label) | {"at": sample.label.at.isoformat()}
    return {
        "sample": sample.digest,
        "crop": sample.crop,
        "event": sample.event,
        "width": sample.width,
        "height": sample.height,
        "stored_at": sample.stored_at.isoformat(),
        "tags": sorted(sample.tags),
        **label,
    }


def _version_line(version: Version) -> str:
    manifest = version.manifest
    fields = (
        version.name,
        manifest.hash[:12],
        f"{len(manifest.on('training'))} training",
        f"{len(manifest.on('evaluation'))} evaluation",
        f"{sum(part.count for part in manifest.synthetic)} synthetic",
        f"on {manifest.parent.name}" if manifest.parent else "-",
        version.created_at.isoformat(timespec="seconds"),
    )
    return "\t".join(fields)
