"""The version that a cycle creates from the labels so far: built on the champion's version, under the next name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from datasets.samples.damage import MOST_DAMAGED
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.synthetic import describe_parts, parse_request
from datasets.versions.version import Rules, UnknownVersionError, Version, VersionExistsError


@dataclass(frozen=True, slots=True)
class NextVersionSettings:
    """The contents of the version."""

    collected: tuple[str, ...] = ("all",)  # filters; accepted labels replay crops that are read well
    synthetic: tuple[str, ...] = ()  # recipe:count[:seed] to train on, beside what cycles replay anyway
    synthetic_evaluation: tuple[str, ...] = ()  # the same to evaluate on
    evaluation_share: float = 0.2  # of the codes, held back
    most_damaged: float = MOST_DAMAGED  # share of crops, and of label events, that may be left out as damaged
    wait: float = 60.0  # seconds for the bucket to get all labels


def create_next_version(
    store: SampleStore, places: Places, name: str, parent: str | None, settings: NextVersionSettings
) -> Version:
    """Create the version, or return the version that a killed process has created under this name.

    Suspicious and contradicting labels stay out even if the filters match them; so do damaged crops and events, which
    the version lists.

    Args:
        store: the store of the crops; it sends labels that the bucket does not have yet.
        places: spool and bucket of that store.
        name: from `next_version_name`, stored before this call.
        parent: the champion's version; ignored if it is not in the store.
        settings: the contents of the version.

    Raises:
        TooDamagedError: more crops or label events are damaged than may be left out.
        StoreError: the disk fails.
        BucketUnavailableError: the bucket does not answer.
    """
    catalogue = VersionCatalogue(places)
    try:
        return catalogue.read(name)
    except UnknownVersionError:
        pass
    known = set(catalogue.names())
    request = VersionRequest(
        parent=parent if parent in known else None,
        filters=tuple(map(parse_filter, settings.collected)),
        synthetic=describe_parts(
            (
                *map(partial(parse_request, side="training"), settings.synthetic),
                *map(partial(parse_request, side="evaluation"), settings.synthetic_evaluation),
            )
        ),
        rules=Rules(evaluation_share=settings.evaluation_share),
        most_damaged=settings.most_damaged,
    )
    store.bucket.flush(settings.wait)
    store.bucket.pull()
    try:
        version = create_version(store, places, name, request)
    except VersionExistsError:  # another worker was faster
        return catalogue.read(name)
    write_cards(store, catalogue, version, read_buried(places))
    return version
