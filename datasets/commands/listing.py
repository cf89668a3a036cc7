"""`list` shows the live samples or the versions, one line each."""

from __future__ import annotations

import argparse
import dataclasses
import json

from datasets.samples.places import Places
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.versions.card import describe
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import Version


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    listing = commands.add_parser("list", help="show the live samples or the versions, one line each")
    listing.add_argument("what", nargs="?", choices=("samples", "versions"), default="samples", help="(%(default)s)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    listing.set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Print the lines."""
    if options.what == "samples":
        for sample in store.samples():
            print(json.dumps(_sample_values(sample), ensure_ascii=False) if options.json else _sample_line(sample))
        return 0
    catalogue = VersionCatalogue(places)
    for name in catalogue.names():
        version = catalogue.read(name)
        if options.json:
            print(json.dumps(describe(version).model_dump(mode="json", exclude={"tables"})))
        else:
            print(_version_line(version))
    return 0


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
