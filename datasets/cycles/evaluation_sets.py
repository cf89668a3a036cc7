"""The frozen sets that both models of a cycle read: the holdout (see holdout.py), and crops of each recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.cycles.comparison import SetKind
from datasets.cycles.decision import PairedReadings
from datasets.cycles.report import Example
from datasets.cycles.wording import in_english
from datasets.reason import Reason, ReasonValue
from datasets.versions.card import brands_of
from datasets.versions.version import SyntheticPart
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS

FROZEN_SEED = 20_250_801  # of recipes' crops to evaluate on; nothing trains or calibrates with it
_LENGTHS = ((1, 6), (7, 9), (10, 12), (13, 99))  # characters, both ends included
_BATCH = 16  # crops that a recognizer reads at once
_EXAMPLES = 12  # of each kind and set


@dataclass(frozen=True, slots=True)
class EvaluationCrop:
    """A crop with its label."""

    image: NDArray[np.uint8]  # grey, (H, W)
    text: str
    name: str  # digest of a collected crop, number of a rendered one
    status: str  # accepted or corrected; "synthetic" for a rendered one


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """Crops that no model trains on."""

    set: Reason  # names the set
    kind: Literal["holdout", "set"]
    crops: tuple[EvaluationCrop, ...]
    domain: Domain = TAGS  # says which readings are right

    @property
    def name(self) -> str:
        """English name, for people."""
        return in_english(self.set)

    @property
    def digest(self) -> str:
        """Hash of the crops and their labels: reports with equal digests can be compared."""
        total = hashlib.sha256()
        for crop in self.crops:
            total.update(f"{crop.name}\t{crop.text}\t{crop.image.shape}\n".encode())
            total.update(crop.image.tobytes())
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class CropReading:
    """A model's reading of a crop."""

    text: str
    confidence: float


def render_set(recipe: str, count: int, seed: int = FROZEN_SEED) -> FrozenSet:
    """Crops of a recipe, its parents' first, always the same ones; as `materialize` would write them.

    Raises:
        RecipeError: there is no such recipe.
        FontsMissingError: its fonts are not here.
    """
    # Imported here: the app has no generator.
    from data_gen.crop import CropRenderer
    from data_gen.fonts import load_fonts
    from data_gen.plan import plan_dataset
    from data_gen.recipe import load_recipe

    plan = plan_dataset(load_recipe(recipe), recipe, count=count, seed=seed)
    renderers: dict[str, CropRenderer] = {}
    crops = []
    for number in range(plan.count):
        name, index = plan.locate(number)
        if name not in renderers:
            renderers[name] = CropRenderer(load_recipe(name), load_fonts(load_recipe(name).fonts), seed)
        crop = renderers[name].render(index)
        crops.append(EvaluationCrop(crop.image, crop.text, str(number), "synthetic"))
    named = Reason(kind="recipe", values={"recipe": Path(recipe).name.removesuffix(".toml")})
    return FrozenSet(named, "set", tuple(crops))


def wanted_sets(parts: Iterable[SyntheticPart], recipes: Iterable[str], count: int) -> tuple[tuple[str, int, int], ...]:
    """The recipes whose crops are evaluated on, as (recipe, crops, seed).

    The version's own evaluation parts, and `count` crops of each recipe that is trained on and has no such part.
    """
    wanted = {part.recipe: (part.recipe, part.count, part.seed) for part in parts if part.side == "evaluation"}
    for recipe in recipes:
        wanted.setdefault(recipe, (recipe, count, FROZEN_SEED))
    return tuple(wanted.values())


def read_set(
    model: Path, crops: FrozenSet, *, threads: int = 2, on_progress: Callable[[int], None] | None = None
) -> list[CropReading]:
    """Read a set with an exported model alone: a second reader would hide how both models differ.

    Args:
        model: the exported model's folder.
        crops: the crops to read.
        threads: threads per reading.
        on_progress: called after each batch with the number of crops read.

    Raises:
        ModelError: the model cannot be loaded, or computes no numbers.
    """
    from ocr_model.reading.recognizer import Recognizer

    reader = Recognizer.load(model, threads=threads, second=False)
    readings: list[CropReading] = []
    for first in range(0, len(crops.crops), _BATCH):
        images = [Image.fromarray(crop.image) for crop in crops.crops[first : first + _BATCH]]
        readings += [CropReading(prediction.text, prediction.confidence) for prediction in reader.read_batch(images)]
        if on_progress is not None:
            on_progress(len(readings))
    return readings


def is_right(reading: CropReading, crop: EvaluationCrop, domain: Domain) -> bool:
    """The headline metric: equal keys; of shoe tags, equal after removing everything but A-Z and 0-9."""
    return domain.key(reading.text) == domain.key(crop.text)


def is_strictly_right(reading: CropReading, crop: EvaluationCrop, domain: Domain) -> bool:
    """Equal but for spaces: separators count."""
    return domain.label(reading.text) == domain.label(crop.text)


def pair(
    crops: FrozenSet, champion: Sequence[CropReading], challenger: Sequence[CropReading], *, smallest: int = 10
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
    domain = crops.domain
    groups = [domain.group(crop.text) or crop.name for crop in crops.crops]
    right = [
        (is_right(champion, crop, domain), is_right(challenger, crop, domain)) for crop, champion, challenger in rows
    ]
    strict = [
        (is_strictly_right(champion, crop, domain), is_strictly_right(challenger, crop, domain))
        for crop, champion, challenger in rows
    ]
    whole = _paired(crops.set, crops.kind, right, groups, range(len(rows)))
    strictly = Reason(kind="slice_separators", values={"of": crops.set})
    slices = [_paired(strictly, "slice", strict, groups, range(len(rows)))] if rows else []
    for title, members in _slices(crops):
        if smallest <= len(members) < len(rows):
            kind: SetKind = "status" if title.kind == "slice_status" else "slice"
            slices.append(_paired(title, kind, right, groups, members))
    return whole, slices


def find_examples(
    crops: FrozenSet, champion: Sequence[CropReading], challenger: Sequence[CropReading]
) -> list[Example]:
    """Crops that only one of both models reads right: the first ones of either kind."""
    found: dict[bool, list[Example]] = {True: [], False: []}
    for crop, before, after in zip(crops.crops, champion, challenger, strict=True):
        fixed = is_right(after, crop, crops.domain)
        if is_right(before, crop, crops.domain) != fixed:
            example = Example(
                set=crops.set,
                crop=crop.name,
                label=crop.text,
                champion=before.text,
                challenger=after.text,
                fixed=fixed,
            )
            found[fixed].append(example)
    return [*found[True][:_EXAMPLES], *found[False][:_EXAMPLES]]


def _paired(
    name: Reason,
    kind: SetKind,
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


def _slices(crops: FrozenSet) -> list[tuple[Reason, list[int]]]:
    """Indices of the crops of each slice: by brand, length and status."""
    found: dict[str, tuple[Reason, list[int]]] = {}
    for at, crop in enumerate(crops.crops):
        for title in _slices_of(crop, crops.set, crops.domain):
            found.setdefault(in_english(title), (title, []))[1].append(at)
    return [found[name] for name in sorted(found)]


def _slices_of(crop: EvaluationCrop, of: Reason, domain: Domain) -> list[Reason]:
    status = Reason(kind="slice_status", values={"of": of, "status": crop.status})
    text = domain.label(crop.text)
    if not text:
        return [Reason(kind="slice_no_text", values={"of": of}), status]
    low, high = next(bounds for bounds in _LENGTHS if len(text) <= bounds[1])
    bounds: dict[str, ReasonValue] = {"of": of, "low": low, "high": None if high == _LENGTHS[-1][1] else high}
    brand = Reason(kind="slice_brand", values={"of": of, "brand": brands_of(text, domain)})
    return [brand, status, Reason(kind="slice_length", values=bounds)]
