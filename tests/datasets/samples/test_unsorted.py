"""Labels that come while the database is away never show a private crop to others."""

from pathlib import Path

import pytest

from datasets.errors import IndexUnavailableError, LabelError, UnknownSampleError
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.marks import UNSORTED, project_id
from datasets.samples.seen_store import SeenStore
from datasets.samples.sight import Sight
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture

OUTSIDE = Sight(frozenset())


def away(*_: object) -> None:
    raise IndexUnavailableError("the database does not answer")


def keep_while_away(store: SampleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private crop that is turned, a new one, and one that the team has already."""
    with monkeypatch.context() as patched:
        patched.setattr(SampleIndex, "add", away)
        patched.setattr(SampleIndex, "find", away)
        store.keep(picture(0).rotate(180), label("p0", "OTHER1"))
        store.keep(picture(7), label("p7", "OTHER2"))
        store.keep(picture(1), label("p8", "OTHER3"))


def make_private(store: SampleStore) -> None:
    for number in range(2):
        store.keep(picture(number), label(f"p{number}"))
    crop = store.find("p0")
    assert crop is not None
    store.marks.change([crop.digest], by="kim", join=["shoes"])


def projects_of(store: SampleStore) -> dict[str, frozenset[str]]:
    return {sample.label.prediction_id: sample.projects for sample in store.samples()}


EXPECTED = {"p0": {"shoes"}, "p1": frozenset(), "p7": frozenset(), "p8": frozenset()}


def test_a_private_crop_that_is_turned_while_the_database_is_away_stays_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        make_private(store)
        keep_while_away(store, monkeypatch)
        added, add = list[bool](), SampleIndex.add

        def watched(index: SampleIndex, events: list[Event]) -> None:
            add(index, events)
            crops = {sample.digest: sample.label.text for sample in index.samples()}
            added.append("OTHER1" in crops.values())
            outside = index.search.seen_by(OUTSIDE)
            assert "OTHER1" not in {crops[digest] for digest in outside.live_among(crops)}

        with monkeypatch.context() as patched:
            patched.setattr(SampleIndex, "add", watched)
            assert projects_of(store) == EXPECTED
        assert any(added)
        with pytest.raises(UnknownSampleError):
            SeenStore(store, OUTSIDE, OUTSIDE).find("p0")
        assert SeenStore(store, OUTSIDE, OUTSIDE).find("p7").projects == frozenset()


def test_crops_that_are_set_apart_when_a_program_ends_are_sorted_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        make_private(store)
        keep_while_away(store, monkeypatch)
    with SampleStore.open(tmp_path / "spool") as store:
        assert projects_of(store) == EXPECTED
        store.upkeep.reindex()
        assert projects_of(store) == EXPECTED


def test_labels_of_a_store_without_projects_are_not_set_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(0), label("p0"))
        keep_while_away(store, monkeypatch)
        assert set(projects_of(store).values()) == {frozenset()}
        assert not any(store.marks.history(sample.digest) for sample in store.samples())


def test_nobody_chooses_the_place_of_crops_that_are_set_apart() -> None:
    with pytest.raises(LabelError, match="id of a project"):
        project_id(UNSORTED)
