"""Crops that were removed since a version was created: redraws contact sheets, and names the crops."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from datasets.errors import BucketUnavailableError
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.sheet import forget_on_sheets
from datasets.versions.version import Version


def redraw_sheets(store: SampleStore, places: Places) -> None:
    """Take removed crops out of the contact sheets.

    While the bucket does not answer, only the spool's sheets change; every later `create` looks again.
    """
    try:
        for name in forget_on_sheets(store, VersionCatalogue(places), read_buried(places)):
            print(f"drew the contact sheet of {name} anew without it")
    except BucketUnavailableError as error:
        print(f"contact sheets in the bucket may still show it: {error}", file=sys.stderr)


def buried_now(store: SampleStore, places: Places) -> frozenset[str]:
    """Digests of the removed crops, after fetching the bucket's events if it answers."""
    try:
        store.bucket.pull()
    except BucketUnavailableError as error:
        print(f"as far as is known here: {error}", file=sys.stderr)
    return read_buried(places)


def print_gone(version: Version, gone: Sequence[str]) -> None:
    """Name the samples of a version that are gone, by their digests."""
    if gone:
        print(f"{len(gone)} of {len(version.manifest.entries)} samples are gone: removed since {version.name} was made")
        for digest in gone:
            print(f"  {digest}")
