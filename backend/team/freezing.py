"""Dataset versions that the team makes of what it has found or chosen; the worker can be asked to train on them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from datasets.errors import LabelError, StoreError
from datasets.models.champions import Champions
from datasets.samples.damage import MOST_DAMAGED
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.filters import Filter
from datasets.samples.seen_store import SeenStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue, next_version_name
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import SIDES, Version, VersionExistsError

MOST_LABELS = 20_000  # of a version that a page waits for; `python -m datasets create` makes larger ones
_LAST = 5  # versions among which the one of a request that is sent again is looked for
_BUCKET_SECONDS = 5.0  # for labels that are still to be sent


@dataclass(frozen=True, slots=True)
class Frozen:
    """A version that was made."""

    name: str
    crops: dict[str, int]  # by side
    left_out: int  # crops whose labels wait for a second look


def freeze(
    seen: SeenStore, places: Places, wanted: Filter, name: str | None, key: str | None = None, author: str = ""
) -> Frozen:
    """Make a version whose definition is the filter, built on the version that the champion was trained on.

    Where somebody does not see all crops, the definition says whose crops it is about.

    Asking again under the same name, or with the same key, gives the version that is there.

    Args:
        seen: The store of the crops, as somebody sees it.
        places: Spool and bucket of that store.
        wanted: The filter.
        name: None is the name after the highest one.
        key: Random, of one request; None: this request is never the same as another one.
        author: Who makes it.

    Raises:
        LabelError: The filter finds no label, or more than a page waits for.
        VersionExistsError: There is another version of this name.
        VersionError: No version can have this name.
        StoreError: The store cannot be read.
    """
    store = seen.everything
    wanted = wanted if seen.sight is None else seen.sight.bounded(wanted)
    number = store.search.count(wanted).labels
    if not 1 <= number <= MOST_LABELS:
        raise LabelError(f"a version is made here of 1 to {MOST_LABELS} labels, not of {number}")
    catalogue = VersionCatalogue(places)
    names = catalogue.names()
    creator = None if key is None else f"the team's page: {key}"
    if creator is not None and name is None:
        for last in [number for number in names if number.startswith("v")][-_LAST:]:
            with contextlib.suppress(StoreError):  # a damaged version is nobody's answer
                if (made := catalogue.read(last)).creator == creator:
                    return _frozen(made)
    champion = Champions(places.authority, key=places.key).current()
    parent = None if champion is None else champion.dataset_version
    request = VersionRequest(parent=parent if parent in names else None, filters=(wanted,), most_damaged=MOST_DAMAGED)
    store.bucket.flush(_BUCKET_SECONDS)
    store.bucket.pull()
    name = name or next_version_name(names)
    try:
        version = create_version(store, places, name, request, creator, author=author)
    except VersionExistsError:
        version = catalogue.read(name)
        if version.creator != creator and version.manifest.filters != (str(wanted),):
            raise
        return _frozen(version)
    write_cards(store, catalogue, version, read_buried(places))
    return _frozen(version)


def _frozen(version: Version) -> Frozen:
    manifest = version.manifest
    return Frozen(version.name, {side: len(manifest.on(side)) for side in SIDES}, len(manifest.left_out))
