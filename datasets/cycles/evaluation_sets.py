"""The frozen sets that both models of a cycle read: the collected holdout, and crops of each recipe.

The holdout is drawn from all labels, accepted ones too, whatever the version takes: only then does it look like what
shoppers photograph. It holds the groups of codes and pictures that the split puts on the evaluation side, given
everything that the version, its ancestors, and the version that the champion was trained on have put on a side. So
neither model was trained on any of it. Labels that wait for a second look do not judge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.cycles.decision import Kind, PairedReadings
from datasets.errors import CropError, UnknownSampleError
from datasets.samples.damage import Damage, crop_damage, event_damage
from datasets.samples.history import live_samples, read_history
from datasets.samples.places import Places
from datasets.samples.review import find_contradictions, find_suspicious, settle
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.versions.card import brands_of
from datasets.versions.similarity import picture_hash
from datasets.versions.split import Member, code_key, code_keys, split
from datasets.versions.version import Rules, SyntheticPart, Version
from ocr_model.codes.text import label_text, match_key

FROZEN_SEED = 20_250_801  # of recipes' crops that are evaluated on; nothing trains or calibrates with it
_LENGTHS = ((0, 0), (1, 6), (7, 9), (10, 12), (13, 99))  # characters, both ends included
_BATCH = 16  # crops that a recognizer reads at once


@dataclass(frozen=True, slots=True)
class EvaluationCrop:
    """One crop with what is known about it."""

    image: NDArray[np.uint8]  # grey, (H, W)
    text: str
    name: str  # digest of a collected crop, number of a rendered one
    status: str  # accepted or corrected; "synthetic" for a rendered one


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """Crops that nothing is trained on."""

    name: str
    kind: Literal["holdout", "set"]
    crops: tuple[EvaluationCrop, ...]

    @property
    def digest(self) -> str:
        """Names the crops and their labels, so that two reports can be held against each other."""
        total = hashlib.sha256()
        for crop in self.crops:
            total.update(f"{crop.name}\t{crop.text}\t{crop.image.shape}\n".encode())
            total.update(crop.image.tobytes())
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class Holdout:
    """The collected holdout, and what could not take part."""

    crops: FrozenSet
    excluded: frozenset[str]  # match keys of its codes: nothing may be rendered with them
    damaged: tuple[Damage, ...]  # crops that cannot be read, by name
    damaged_events: tuple[Damage, ...]  # label events that cannot be read, by name
    of: int  # crops with a label to believe, damaged ones too
    of_events: int  # label events, damaged ones too
    waiting: int  # crops whose labels wait for a second look
    unread_events: int  # label events that are unsent or stand after one that is missing


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model read in a crop."""

    text: str
    confidence: float


def draw_holdout(
    store: SampleStore, places: Places, lineages: Sequence[Version], rules: Rules, *, most: int = 5000
) -> Holdout:
    """Draw the holdout from all labels that are known now.

    Args:
        store: for the crops.
        places: of the same spool and bucket.
        lineages: the version with its ancestors, and those of the champion; what they trained on stays out.
        rules: of the version: share, nearness, suspicion.
        most: crops of it, those with the smallest hash.

    Raises:
        StoreError: the label events cannot be read.
        BucketUnavailableError: the bucket does not answer.
    """
    history = read_history(places, past_damaged=True)
    lost = event_damage(history.damaged, store.crops_behind)
    touched = frozenset(digest for one in lost for digest in one.samples)
    live = [sample for sample in live_samples(history.events) if sample.digest not in touched]
    believed, waiting = _believed(live, rules)
    of = len(believed)
    known = {entry.digest: entry.picture for version in lineages for entry in version.manifest.entries}
    pictures: dict[str, str] = {}
    damaged = []
    for sample in believed:
        if sample.digest in known:
            pictures[sample.digest] = known[sample.digest]
            continue
        try:
            pictures[sample.digest] = picture_hash(store.crop(sample.digest))
        except (CropError, UnknownSampleError) as error:
            damaged.append(crop_damage(sample.digest, error))
    believed = [sample for sample in believed if sample.digest in pictures]
    members = [Member(one.digest, code_key(one.label.text), pictures[one.digest]) for one in believed]
    past = [
        Member(entry.digest, entry.code, entry.picture, entry.side)
        for version in lineages
        for entry in version.manifest.entries
        if entry.side != "unreadable"
    ]
    sides = split([*members, *past], evaluation_share=rules.evaluation_share, near=rules.near) if members else []
    held = [sample for sample, side in zip(believed, sides, strict=False) if side == "evaluation"]
    # A hash decides who stays if there are too many; then the order of the digests, so that the set is always the same.
    held = sorted(sorted(held, key=lambda one: hashlib.sha256(one.digest.encode()).digest())[:most], key=_digest)
    crops = []
    for sample in held:
        try:
            image = np.asarray(store.crop(sample.digest).convert("L"))
        except (CropError, UnknownSampleError) as error:
            damaged.append(crop_damage(sample.digest, error))
            continue
        crops.append(EvaluationCrop(image, sample.label.text, sample.digest, sample.label.status))
    evaluated = [sample.label.text for sample in held]
    evaluated += [entry.text for version in lineages for entry in version.manifest.on("evaluation")]
    excluded = frozenset[str]().union(*map(code_keys, evaluated))
    return Holdout(
        FrozenSet("collected holdout", "holdout", tuple(crops)),
        excluded,
        tuple(sorted(damaged, key=lambda one: one.name)),
        lost,
        of,
        sum(history.watermark.values()),
        waiting,
        history.beyond,
    )


def render_set(recipe: str, count: int, seed: int = FROZEN_SEED) -> FrozenSet:
    """Crops of a recipe, its parents' first, always the same ones; as `materialize` would write them.

    Raises:
        RecipeError: there is no such recipe.
        FontsMissingError: its fonts are not here.
    """
    # Here, not above: the app has no generator.
    from data_gen.crop import CropRenderer
    from data_gen.fonts import load_fonts
    from data_gen.recipe import load_recipe
    from data_gen.writing import plan_dataset

    plan = plan_dataset(load_recipe(recipe), recipe, count=count, seed=seed)
    renderers: dict[str, CropRenderer] = {}
    crops = []
    for number in range(plan.count):
        name, index = plan.locate(number)
        if name not in renderers:
            renderers[name] = CropRenderer(load_recipe(name), load_fonts(load_recipe(name).fonts), seed)
        crop = renderers[name].render(index)
        crops.append(EvaluationCrop(crop.image, crop.text, str(number), "synthetic"))
    return FrozenSet(f"recipe {Path(recipe).name.removesuffix('.toml')}", "set", tuple(crops))


def wanted_sets(parts: Iterable[SyntheticPart], recipes: Iterable[str], count: int) -> tuple[tuple[str, int, int], ...]:
    """Which recipes' crops are evaluated on, as (recipe, crops, seed).

    The version's own evaluation parts, and `count` crops of each recipe that is trained on and has no such part.
    """
    wanted = {part.recipe: (part.recipe, part.count, part.seed) for part in parts if part.side == "evaluation"}
    for recipe in recipes:
        wanted.setdefault(recipe, (recipe, count, FROZEN_SEED))
    return tuple(wanted.values())


def read_set(
    model: Path, crops: FrozenSet, *, threads: int = 2, on_progress: Callable[[int], None] | None = None
) -> list[Reading]:
    """Read a set with an exported model, as the app would.

    Args:
        model: the exported model's folder.
        crops: to be read.
        threads: per reading.
        on_progress: is told after each batch how many crops were read.

    Raises:
        ModelError: the model cannot be loaded, or computes no numbers.
    """
    from ocr_model.reading.recognizer import Recognizer

    reader = Recognizer.load(model, threads=threads)
    readings: list[Reading] = []
    for first in range(0, len(crops.crops), _BATCH):
        images = [Image.fromarray(crop.image) for crop in crops.crops[first : first + _BATCH]]
        readings += [Reading(one.text, one.confidence) for one in reader.read_batch(images)]
        if on_progress is not None:
            on_progress(len(readings))
    return readings


def is_right(reading: Reading, crop: EvaluationCrop) -> bool:
    """The headline metric: equal after removing everything but A-Z and 0-9."""
    return match_key(reading.text) == match_key(crop.text)


def is_strictly_right(reading: Reading, crop: EvaluationCrop) -> bool:
    """Equal but for spaces: separators count."""
    return label_text(reading.text) == label_text(crop.text)


def pair(
    crops: FrozenSet, champion: Sequence[Reading], challenger: Sequence[Reading], *, smallest: int = 10
) -> tuple[PairedReadings, list[PairedReadings]]:
    """Both models' results on a set, and on its slices: by brand format, status, length, and with separators.

    Args:
        crops: the set.
        champion: its readings, in order.
        challenger: its readings, in order.
        smallest: crops of a slice; smaller ones are left out.
    """
    rows = list(zip(crops.crops, champion, challenger, strict=True))
    # Pictures of one code are of one tag, or of one model line.
    groups = [code_key(crop.text) or crop.name for crop in crops.crops]
    right = [(is_right(one, crop), is_right(other, crop)) for crop, one, other in rows]
    strict = [(is_strictly_right(one, crop), is_strictly_right(other, crop)) for crop, one, other in rows]
    whole = _paired(crops.name, crops.kind, right, groups, range(len(rows)))
    slices = [_paired(f"{crops.name}, separators too", "slice", strict, groups, range(len(rows)))] if rows else []
    for title, members in _slices(crops).items():
        if smallest <= len(members) < len(rows):
            kind: Kind = "status" if title.startswith("status") else "slice"
            slices.append(_paired(f"{crops.name}, {title}", kind, right, groups, members))
    return whole, slices


def _paired(
    name: str,
    kind: Kind,
    right: Sequence[tuple[bool, bool]],
    groups: Sequence[str],
    members: Iterable[int],
) -> PairedReadings:
    chosen = list(members)
    return PairedReadings(
        name,
        kind,
        tuple(right[at][0] for at in chosen),
        tuple(right[at][1] for at in chosen),
        tuple(groups[at] for at in chosen),
    )


def _slices(crops: FrozenSet) -> Mapping[str, list[int]]:
    """Places of the crops of each slice, by its title."""
    found: dict[str, list[int]] = {}
    for at, crop in enumerate(crops.crops):
        low, high = next(bounds for bounds in _LENGTHS if bounds[0] <= len(label_text(crop.text)) <= bounds[1])
        length = f"{low} or more" if high == _LENGTHS[-1][1] else f"{low} to {high}"
        titles = [
            f"brand {brands_of(label_text(crop.text))}" if crop.text else "no text",
            f"status {crop.status}",
            f"{length} characters" if crop.text else "no text",
        ]
        for title in dict.fromkeys(titles):
            found.setdefault(title, []).append(at)
    return dict(sorted(found.items()))


def _believed(live: Sequence[Sample], rules: Rules) -> tuple[list[Sample], int]:
    """One readable label per crop that nobody has to look at again, by digest; and how many crops wait."""
    contradictions = find_contradictions(live)
    doubts = find_suspicious(live, rules.suspicion)
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
