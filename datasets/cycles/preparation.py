"""The first stage of a cycle: draw the holdout, render the sets, write the collected crops to train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from datasets.cycles.causes import NothingToTrainError
from datasets.cycles.evaluation_sets import FrozenSet, render_set, wanted_sets
from datasets.cycles.holdout import Holdout, draw_holdout
from datasets.cycles.report import LeftOutDamage, merge_damage
from datasets.cycles.settings import CycleSettings
from datasets.cycles.training_crops import TrainingCrops, write_training_crops
from datasets.cycles.watch import CycleWatch
from datasets.samples.damage import Damage, check_damage
from datasets.samples.event import EventName
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.synthetic import RecipeDiffersError, check_part
from datasets.versions.version import UnknownVersionError, Version

if TYPE_CHECKING:
    from ocr_model.training.mixture import WeightedRecipe

_SHORTEST_CODE = 4  # characters; shorter codes of rendered crops may be rendered for training, too


@dataclass(frozen=True, slots=True)
class Prepared:
    """Crops and recipes to train on, and the sets that both models read."""

    sets: tuple[FrozenSet, ...]  # the collected holdout first
    excluded: frozenset[str]  # match keys of codes that must not be rendered
    recipes: tuple[WeightedRecipe, ...]  # to replay
    collected: TrainingCrops
    notes: tuple[str, ...]
    damaged: tuple[LeftOutDamage, ...]


def prepare(
    store: SampleStore,
    places: Places,
    lineage: Sequence[Version],
    trained_on: str | None,
    champion: Path,
    base: str | None,
    settings: CycleSettings,
    folder: Path,
    watch: CycleWatch,
) -> Prepared:
    """Prepare a cycle.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        lineage: the version and its ancestors.
        trained_on: name of the version that the champion was trained on.
        champion: the exported model's folder.
        base: recipe that the champion began with; None if it is unknown.
        settings: the cycle's settings.
        folder: receives the collected crops.
        watch: called with the progress.

    Raises:
        TooDamagedError: more crops or label events are damaged than may be left out.
        NothingToTrainError: no crop and no recipe is left to train on.
        StoreError: the store cannot be read.
    """
    from data_gen.missing_fonts import warn_of_missing_fonts
    from datasets.cycles.challenger import replayed_recipes

    version = lineage[0]
    watch.tell("prepare", 0, 3, "the collected holdout")
    others, notes = _lineage_of(places, trained_on, {ancestor.name for ancestor in lineage})
    holdout = draw_holdout(store, places, [*lineage, *others], version.manifest.rules, most=settings.evaluation.holdout)
    check_damage(holdout.damaged_events, holdout.of_events, settings.most_damaged, "events")
    check_damage(holdout.damaged, holdout.of, settings.most_damaged, "crops")
    notes += _holdout_notes(holdout)
    parts = [part for ancestor in lineage for part in ancestor.manifest.synthetic]
    trained = dict.fromkeys([*(part.recipe for part in parts if part.side == "training"), *([base] if base else [])])
    for recipe in sorted({*trained, *(part.recipe for part in parts)}):
        warn_of_missing_fonts(recipe)
    sets = []
    for recipe, count, seed in wanted_sets(version.manifest.synthetic, trained, settings.evaluation.synthetic_crops):
        watch.tell("prepare", 1, 3, f"{count} crops of {recipe}")
        sets.append(replace(render_set(recipe, count, seed), domain=store.domain))
    notes += _recipe_notes(version)
    drawn = [store.domain.groups(crop.text) for evaluated in sets for crop in evaluated.crops]
    codes = frozenset(code for keys in drawn for code in keys if len(code) >= _SHORTEST_CODE)
    entries = version.manifest.on("training")
    collected = write_training_crops(
        store,
        entries,
        champion,
        folder,
        buried=read_buried(places),
        threads=settings.evaluation.threads,
        on_progress=lambda done, total: watch.tell("prepare", 2, 3, f"{done} of {total} collected crops"),
    )
    check_damage(collected.damaged, len(entries) - collected.removed, settings.most_damaged, "training_crops")
    notes += _training_notes(collected)
    if version.manifest.damaged:
        notes.append(f"{version.name} was made without {_counted(version.manifest.damaged)} that could not be read")
    recipes = replayed_recipes(parts, base, settings.challenger.base_share)
    if not recipes and not collected.count:
        raise NothingToTrainError(version.name)
    if not recipes:
        notes.append(
            "nothing was replayed: the champion does not say what it was trained on (cycle.challenger.base_recipe)"
        )
    parts_without = {
        "version": version.manifest.damaged,
        "holdout": (*holdout.damaged_events, *holdout.damaged),
        "training": collected.damaged,
    }
    return Prepared(
        (holdout.crops, *sets),
        holdout.excluded | codes,
        recipes,
        collected,
        tuple(notes),
        merge_damage(parts_without),
    )


def _lineage_of(places: Places, name: str | None, known: set[str]) -> tuple[list[Version], list[str]]:
    """The versions that the champion was trained on, without the known ones; and notes."""
    if name is None or name in known:
        return [], []
    try:
        return [ancestor for ancestor in VersionCatalogue(places).lineage(name) if ancestor.name not in known], []
    except UnknownVersionError:
        return [], [f"the champion's dataset version {name} is not here: the holdout may hold crops it was trained on"]


def _holdout_notes(holdout: Holdout) -> list[str]:
    notes = []
    if holdout.damaged:
        shown = _shown(holdout.damaged)
        notes.append(f"{len(holdout.damaged)} confirmed crops are damaged or missing and were left out ({shown})")
    if holdout.damaged_events:
        touched = sorted({digest for damage in holdout.damaged_events for digest in damage.samples})
        about = (
            f", with the crops that they were about: {', '.join(digest[:12] for digest in touched)}" if touched else ""
        )
        notes.append(f"{len(holdout.damaged_events)} label events are damaged and were left out{about}")
    if holdout.unread_events:
        notes.append(
            f"{holdout.unread_events} label events were not counted: unsent, or after a missing one; "
            "`.venv/bin/python -m datasets verify` tells"
        )
    if holdout.waiting:
        notes.append(f"{holdout.waiting} crops wait for a second look at their labels and do not judge")
    return notes


def _training_notes(collected: TrainingCrops) -> list[str]:
    notes = []
    if collected.damaged:
        shown = _shown(collected.damaged)
        notes.append(f"{len(collected.damaged)} crops to train on are damaged or missing and were left out ({shown})")
    if collected.removed:
        notes.append(f"{collected.removed} crops were removed for good since the version was made")
    if collected.unlearnable:
        notes.append(f"{collected.unlearnable} labels have characters that the recognizer does not know, or too many")
    return notes


def _recipe_notes(version: Version) -> list[str]:
    notes = []
    for part in version.manifest.synthetic:
        try:
            check_part(part)
        except RecipeDiffersError as error:
            notes.append(f"{str(error).split('. --allow')[0]}; both models read the same crops all the same")
    return notes


def _shown(damaged: Sequence[Damage]) -> str:
    """Some damaged crops, for a note; the report's table names them all."""
    digests = [digest[:12] for damage in damaged for digest in damage.samples]
    return ", ".join(digests[:5]) + (" ..." if len(digests) > 5 else "")


def _counted(damaged: Sequence[Damage]) -> str:
    events = sum(EventName.parse(damage.name) is not None for damage in damaged)
    counts = ((len(damaged) - events, "crops"), (events, "label events"))
    return " and ".join(f"{count} {kind}" for count, kind in counts if count)
