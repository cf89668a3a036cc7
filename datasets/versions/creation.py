"""Draws up a version from the labels up to a watermark, and creates it under its name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tqdm import tqdm

from datasets.errors import CropError, UnknownSampleError
from datasets.samples.damage import Damage, check_damage, crop_damage, event_damage
from datasets.samples.history import History, Watermark, live_samples, read_history
from datasets.samples.measuring import with_quality
from datasets.samples.picture_quality import light
from datasets.samples.places import Places
from datasets.samples.review import UNPROVEN, find_contradictions, find_suspicious, settle
from datasets.samples.sample import Sample
from datasets.samples.search.filters import Filter, names_quality
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.similarity import picture_hash
from datasets.versions.split import Member, Side, split
from datasets.versions.version import Entry, LeftOut, Manifest, Parent, Rules, SyntheticPart, Version, VersionError
from ocr_model.domains.domain import Domain


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """The definition of a version that is to be made."""

    parent: str | None = None  # name of the version to build on
    filters: tuple[Filter, ...] = ()  # a label is taken if any of them takes it
    synthetic: tuple[SyntheticPart, ...] = ()  # from `synthetic.describe_parts`
    rules: Rules = field(default_factory=Rules)
    watermark: Watermark | None = None  # None: all known events and, with a bucket, all sent ones
    most_damaged: float | None = None  # share of crops and of label events that may be left out; None: none at all


def draw_up(store: SampleStore, places: Places, request: VersionRequest) -> Manifest:
    """Draw up the version's manifest. The same request at the same watermark gives the same manifest on every machine.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store, for events and versions.
        request: the definition.

    Raises:
        VersionError: the request is empty or out of range, the parent is missing, or a crop that was there at the
            watermark is gone since.
        StoreError: events are missing, or a crop is missing or damaged.
        TooDamagedError: more of them are damaged than the request allows.
        BucketUnavailableError: the bucket does not answer.
    """
    if not request.filters and not request.synthetic:
        raise VersionError("a version needs --collected or --synthetic parts")
    if not 0.0 <= request.rules.evaluation_share <= 1.0:
        raise VersionError(f"the evaluation share lies between 0 and 1, not {request.rules.evaluation_share}")
    if request.most_damaged is not None and not 0.0 <= request.most_damaged <= 1.0:
        raise VersionError(f"the share that may be damaged lies between 0 and 1, not {request.most_damaged}")
    ancestors = list(VersionCatalogue(places).lineage(request.parent)) if request.parent is not None else []
    history = read_history(places, request.watermark, past_damaged=request.most_damaged is not None)
    lost = event_damage(history.damaged, store.past.crops_behind)
    touched = frozenset(digest for damage in lost for digest in damage.samples)
    live = [sample for sample in live_samples(history.events) if sample.digest not in touched]
    if any(names_quality(wanted) for wanted in request.filters):
        live = with_quality(store, live)
    samples, left_out = _choose(live, request, store.domain)
    known = {entry.digest: entry for version in reversed(ancestors) for entry in version.manifest.entries}
    seen, damaged = _look_at(samples, store, history, known, name_damaged=request.most_damaged is not None)
    if request.most_damaged is not None:
        check_damage(lost, sum(history.watermark.values()), request.most_damaged, "events")
        check_damage(damaged, len(samples), request.most_damaged, "crops")
    entries = _put_on_sides(seen, ancestors, request.rules, store.domain)
    return Manifest(
        parent=Parent(ancestors[0].name, ancestors[0].manifest.hash) if ancestors else None,
        filters=tuple(sorted({str(wanted) for wanted in request.filters})),
        watermark=dict(history.watermark),
        rules=request.rules,
        synthetic=request.synthetic,
        entries=tuple(entries),
        left_out=tuple(left_out),
        damaged=tuple(sorted((*lost, *damaged), key=lambda damage: damage.name)),
        domain=store.domain.name,
    )


def create_version(
    store: SampleStore,
    places: Places,
    name: str,
    request: VersionRequest,
    creator: str | None = None,
    *,
    author: str = "",
) -> Version:
    """Draw up a version and claim its name.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        name: of the version.
        request: what it shall hold.
        creator: by which its creator knows it again; None draws it.
        author: who asked for it; "" where that is not known.

    Raises:
        VersionExistsError: the name is taken; of several creators exactly one succeeds.
        StoreError: as in `draw_up`.
    """
    version = Version(
        name=name,
        manifest=draw_up(store, places, request),
        created_at=datetime.now(UTC),
        creator=creator or uuid.uuid4().hex,
        author=author,
    )
    VersionCatalogue(places).create(version)
    return version


def _choose(live: Sequence[Sample], request: VersionRequest, domain: Domain) -> tuple[list[Sample], list[LeftOut]]:
    """One label for each crop that the filters choose, by digest, and the crops whose labels wait for a look."""
    contradictions = find_contradictions(live)
    doubts = find_suspicious(live, request.rules.suspicion)
    chosen: dict[str, list[Sample]] = {}
    for sample in settle(live):
        if any(wanted.matches(sample, domain) for wanted in request.filters):
            chosen.setdefault(sample.digest, []).append(sample)
    samples, left_out = [], []
    for digest, labels in sorted(chosen.items()):
        if digest in contradictions:
            labels = contradictions[digest]
            detail = f"{len(labels)} labels do not agree"
            left_out.append(LeftOut(digest, "contradiction", detail, _told(labels)))
            continue
        # From here on the proven labels of a crop agree, so one label without a doubt is enough.
        believed = [sample for sample in labels if sample.event not in doubts]
        if not believed:
            proven = [sample for sample in labels if sample.label.source != UNPROVEN]
            if not (proven and request.rules.include_suspicious):
                doubt = doubts[(proven or labels)[0].event]
                left_out.append(LeftOut(digest, doubt.reason, doubt.detail, _told(labels)))
                continue
            believed = proven
        samples.append(believed[0])
    return samples, left_out


def _told(labels: Sequence[Sample]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (sample.event, "(unreadable)" if sample.label.status == "unreadable" else sample.label.text)
        for sample in labels
    )


def _look_at(
    samples: Sequence[Sample], store: SampleStore, history: History, known: Mapping[str, Entry], *, name_damaged: bool
) -> tuple[list[tuple[Sample, str, int]], list[Damage]]:
    """The samples with picture hash and light, and the damaged ones if `name_damaged`, which else raise.

    A picture that an earlier version has seen is not read again.
    """
    seen, damaged = [], []
    for sample in tqdm(samples, desc="crops", unit="crop", disable=None):
        digest = sample.digest
        if digest in history.buried:
            raise VersionError(
                f"the sample {digest} was removed after this watermark, so this version can no longer be made; "
                "take a later watermark"
            )
        if digest in known:
            seen.append((sample, known[digest].picture, known[digest].light))
            continue
        try:
            image = store.crop(digest)
        except (CropError, UnknownSampleError) as error:
            if name_damaged:
                damaged.append(crop_damage(digest, error))
                continue
            if isinstance(error, CropError):
                raise
            raise VersionError(
                f"{error}, though a label needs it; `.venv/bin/python -m datasets verify` looks for it"
            ) from error
        seen.append((sample, picture_hash(image), light(image)))
    return seen, damaged


def _put_on_sides(
    seen: Sequence[tuple[Sample, str, int]], ancestors: Sequence[Version], rules: Rules, domain: Domain
) -> list[Entry]:
    members = [
        Member(sample.digest, domain.group(sample.label.text), picture)
        for sample, picture, _ in seen
        if sample.label.status != "unreadable"
    ]
    # All crops of earlier versions take part, also those that this version does not take.
    past = [
        Member(entry.digest, entry.code, entry.picture, entry.side)
        for version in ancestors
        for entry in version.manifest.entries
        if entry.side != "unreadable"
    ]
    sides: dict[str, Side] = {}
    if members:
        put = split([*members, *past], evaluation_share=rules.evaluation_share, near=rules.near)
        sides = {member.digest: side for member, side in zip(members, put, strict=False)}
    return [
        Entry(
            digest=sample.digest,
            event=sample.event,
            status=sample.label.status,
            text=sample.label.text,
            side=sides[sample.digest] if sample.label.status != "unreadable" else "unreadable",
            code=domain.group(sample.label.text),
            picture=picture,
            light=brightness,
            turn=sample.label.turn,
            source=sample.label.source,
        )
        for sample, picture, brightness in seen
    ]
