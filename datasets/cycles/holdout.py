"""The collected holdout: crops that shoppers confirmed and that neither model was trained on.

It is drawn from all labels, accepted ones too, and not only from those that the version takes: only then does it look
like what shoppers photograph. It holds the groups of codes and pictures that the split puts on the evaluation side,
given the sides of all crops of the version, its ancestors, and the version that the champion was trained on.
Labels that wait for a second look do not judge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from datasets.cycles.evaluation_sets import EvaluationCrop, FrozenSet
from datasets.errors import CropError, UnknownSampleError
from datasets.reason import Reason
from datasets.samples.damage import Damage, crop_damage, event_damage
from datasets.samples.history import live_samples, read_history
from datasets.samples.places import Places
from datasets.samples.review import SuspicionRules, find_contradictions, find_suspicious, settle
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.versions.similarity import picture_hash
from datasets.versions.split import Member, split
from datasets.versions.version import Rules, Version
from ocr_model.domains.domain import Domain


@dataclass(frozen=True, slots=True)
class Holdout:
    """The collected holdout, and crops and events that could not take part."""

    crops: FrozenSet
    excluded: frozenset[str]  # match keys of its codes, which must not be rendered
    damaged: tuple[Damage, ...]  # crops that cannot be read, by name
    damaged_events: tuple[Damage, ...]  # label events that cannot be read, by name
    of: int  # crops with a believed label, damaged ones too
    of_events: int  # label events, damaged ones too
    waiting: int  # crops whose labels wait for a second look
    unread_events: int  # label events that are unsent or stand after one that is missing


def draw_holdout(
    store: SampleStore, places: Places, lineages: Sequence[Version], rules: Rules, *, most: int = 5000
) -> Holdout:
    """Draw the holdout from all labels that are known now.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        lineages: the version with its ancestors, and those of the champion; crops that they trained on stay out.
        rules: the version's rules: share, nearness, suspicion.
        most: largest number of crops; those with the smallest hash stay.

    Raises:
        StoreError: the label events cannot be read.
        BucketUnavailableError: the bucket does not answer.
    """
    history = read_history(places, past_damaged=True)
    lost = event_damage(history.damaged, store.past.crops_behind)
    touched = frozenset(digest for damage in lost for digest in damage.samples)
    live = [sample for sample in live_samples(history.events) if sample.digest not in touched]
    believed, waiting = _believed(live, rules)
    pictures, unseen = _pictures_of(store, believed, lineages)
    held = _held_back(
        [sample for sample in believed if sample.digest in pictures], pictures, lineages, rules, store.domain
    )
    # A hash chooses among too many; sorting by digest makes the set reproducible.
    held = sorted(sorted(held, key=lambda sample: hashlib.sha256(sample.digest.encode()).digest())[:most], key=_digest)
    crops, unread = _crops_of(store, held)
    evaluated = [sample.label.text for sample in held]
    evaluated += [entry.text for version in lineages for entry in version.manifest.on("evaluation")]
    return Holdout(
        crops=FrozenSet(Reason(kind="holdout"), "holdout", tuple(crops), store.domain),
        excluded=frozenset[str]().union(*map(store.domain.groups, evaluated)),
        damaged=tuple(sorted([*unseen, *unread], key=lambda damage: damage.name)),
        damaged_events=lost,
        of=len(believed),
        of_events=sum(history.watermark.values()),
        waiting=waiting,
        unread_events=history.beyond,
    )


def _pictures_of(
    store: SampleStore, samples: Sequence[Sample], lineages: Sequence[Version]
) -> tuple[dict[str, str], list[Damage]]:
    """The picture hash of each crop by its digest, and the crops that cannot be read."""
    known = {entry.digest: entry.picture for version in lineages for entry in version.manifest.entries}
    pictures: dict[str, str] = {}
    damaged = []
    for digest in (sample.digest for sample in samples):
        try:
            pictures[digest] = known[digest] if digest in known else picture_hash(store.crop(digest))
        except (CropError, UnknownSampleError) as error:
            damaged.append(crop_damage(digest, error))
    return pictures, damaged


def _held_back(
    samples: Sequence[Sample],
    pictures: Mapping[str, str],
    lineages: Sequence[Version],
    rules: Rules,
    domain: Domain,
) -> list[Sample]:
    """The samples on the evaluation side, given the sides of all crops of the lineages."""
    if not samples:
        return []
    members = [Member(sample.digest, domain.group(sample.label.text), pictures[sample.digest]) for sample in samples]
    past = [
        Member(entry.digest, entry.code, entry.picture, entry.side)
        for version in lineages
        for entry in version.manifest.entries
        if entry.side != "unreadable"
    ]
    sides = split([*members, *past], evaluation_share=rules.evaluation_share, near=rules.near)
    return [sample for sample, side in zip(samples, sides, strict=False) if side == "evaluation"]


def _crops_of(store: SampleStore, samples: Sequence[Sample]) -> tuple[list[EvaluationCrop], list[Damage]]:
    """The crops of samples in grey, and those that cannot be read."""
    crops, damaged = [], []
    for sample in samples:
        try:
            image = np.asarray(store.crop(sample.digest).convert("L"))
        except (CropError, UnknownSampleError) as error:
            damaged.append(crop_damage(sample.digest, error))
            continue
        crops.append(EvaluationCrop(image, sample.label.text, sample.digest, sample.label.status))
    return crops, damaged


def _believed(live: Sequence[Sample], rules: Rules) -> tuple[list[Sample], int]:
    """One readable label per crop that needs no second look, by digest; and how many crops wait for one."""
    contradictions = find_contradictions(live)
    # Also by the rules of this release: a version of an earlier one may believe what must not judge a promotion.
    doubts = {**find_suspicious(live, rules.suspicion), **find_suspicious(live, SuspicionRules())}
    by_crop: dict[str, Sample | None] = {}
    for sample in sorted(settle(live), key=_digest):
        doubted = sample.digest in contradictions or sample.event in doubts
        if by_crop.get(sample.digest) is None:
            by_crop[sample.digest] = None if doubted else sample
    believed = [sample for sample in by_crop.values() if sample is not None]
    readable = [sample for sample in believed if sample.label.status != "unreadable"]
    return readable, len(by_crop) - len(believed)


def _digest(sample: Sample) -> str:
    return sample.digest
