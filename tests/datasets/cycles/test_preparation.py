from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from datasets.cycles.causes import NothingToTrainError
from datasets.cycles.preparation import Prepared, prepare
from datasets.cycles.watch import CycleWatch, take_lease
from datasets.objects.folder import FolderObjects
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Rules, Version
from tests.datasets.patterns import keep_all
from tests.datasets.tiny_champion import HASTY, write_champion

pytestmark = pytest.mark.training
SETTINGS = replace(HASTY, evaluation=replace(HASTY.evaluation, synthetic_crops=3))


class Shop:
    def __init__(self, folder: Path, store: SampleStore, places: Places) -> None:
        self.folder, self.store, self.places = folder, store, places
        self.champion = write_champion(folder / "champion")
        self.told: list[str] = []

    def version(self, filters: str) -> Version:
        request = VersionRequest(filters=(parse_filter(filters),), rules=Rules(evaluation_share=0.4))
        return create_version(self.store, self.places, "v1.0", request)

    def prepare(self, version: Version, trained_on: str | None = None, base: str | None = "v1.0") -> Prepared:
        with take_lease(FolderObjects(self.folder / "objects"), "me", 60.0) as lease:
            watch = CycleWatch([lambda *what: self.told.append(what[3])], lease, threading.Event(), None)
            return prepare(
                self.store,
                self.places,
                [version],
                trained_on,
                self.champion,
                base,
                SETTINGS,
                self.folder / "collected",
                watch,
            )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(20))
        yield Shop(tmp_path, store, places)


def test_the_holdout_comes_first_and_no_code_that_judges_is_rendered(shop: Shop) -> None:
    prepared = shop.prepare(shop.version("all"))
    assert [one.kind for one in prepared.sets] == ["holdout", "set"]
    assert len(prepared.sets[1].crops) == 3
    assert prepared.collected.folder == shop.folder / "collected"
    assert prepared.collected.count > 0
    assert {crop.text.replace("-", "") for crop in prepared.sets[0].crops} <= prepared.excluded
    assert [recipe.recipe for recipe in prepared.recipes] == ["v1.0"]
    assert (prepared.notes, prepared.damaged) == ((), ())
    assert shop.told[0] == "the collected holdout"
    assert "3 crops of v1.0" in shop.told


def test_what_is_not_known_is_noted(shop: Shop) -> None:
    notes = shop.prepare(shop.version("all"), trained_on="v0.9", base=None).notes
    assert notes == (
        "the champion's dataset version v0.9 is not here: the holdout may hold crops it was trained on",
        "nothing was replayed: the champion does not say what it was trained on (cycle.challenger.base_recipe)",
    )


def test_a_version_without_crops_and_recipes_is_nothing_to_train_on(shop: Shop) -> None:
    with pytest.raises(NothingToTrainError, match=r"version v1\.0 holds nothing to train on"):
        shop.prepare(shop.version("status = corrected"), base=None)
