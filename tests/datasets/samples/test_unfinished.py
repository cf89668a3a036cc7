from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import IndexUnavailableError, StoreError, StoreFullError
from datasets.samples.index import SampleIndex
from datasets.samples.store import SampleStore
from datasets.samples.unfinished import Unfinished
from tests.datasets.making import label, picture

ONE, TWO = "a" * 64, "b" * 64


def test_notes_of_all_processes_are_found_until_they_are_taken_back(tmp_path: Path) -> None:
    first, second = Unfinished(tmp_path / "notes", "first"), Unfinished(tmp_path / "notes", "second")
    assert first.crops() == set()
    first.begin([ONE])
    second.begin([TWO])
    assert first.crops() == {ONE, TWO}
    first.end([ONE])
    assert second.crops() == {TWO}
    first.clear()
    assert second.crops() == set()


def test_what_failed_stays_noted_beside_what_follows(tmp_path: Path) -> None:
    notes = Unfinished(tmp_path, "w")
    notes.begin([ONE])  # and whoever has begun fails
    notes.begin([TWO])
    notes.end([TWO])
    assert notes.crops() == {ONE}
    assert Unfinished(tmp_path, "w").crops() == {ONE}


def test_a_note_of_nonsense_names_no_crop(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"\xff../../etc " + ONE[:-1].encode())
    assert Unfinished(tmp_path, "w").crops() == set()


def test_a_store_removes_the_noted_crop_that_no_label_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))

        def killed(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(store._spool, "append", killed)
        with pytest.raises(KeyboardInterrupt):  # between the crop and its event
            store.keep(picture(2), label("q"))
        monkeypatch.undo()
    assert len(list((tmp_path / "crops").glob("*/*.png"))) == 2
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == [kept]
        assert [path.name for path in (tmp_path / "crops").glob("*/*.png")] == [f"{kept.digest}.png"]
        assert store._spool.unfinished.crops() == set()
        assert list(store.upkeep.verify()) == []


def test_a_store_finishes_an_undo_that_was_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        real = store._journal._take_in

        def killed(event: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(store._journal, "_take_in", killed)
        with pytest.raises(KeyboardInterrupt):  # the tombstone is on the disk, and the crop, too
            store.undo("p")
        monkeypatch.setattr(store._journal, "_take_in", real)
    assert (tmp_path / kept.crop).exists()
    with SampleStore.open(tmp_path) as store:
        assert list(store.samples()) == []
        assert not (tmp_path / kept.crop).exists()


def test_an_undo_that_the_index_could_not_take_in_is_finished_by_the_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise IndexUnavailableError("database or disk is full")

    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        with monkeypatch.context() as patched:
            patched.setattr(SampleIndex, "add", full)
            assert store.undo("p")
        assert (tmp_path / kept.crop).exists()
    with SampleStore.open(tmp_path) as store:
        assert not (tmp_path / kept.crop).exists()
        assert list(store.upkeep.verify()) == []


def test_a_refused_label_leaves_no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFullError("the disk is full")

    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        with monkeypatch.context() as patched:
            patched.setattr(store._spool, "append", full)
            with pytest.raises(StoreFullError):
                store.keep(picture(2), label("q"))
            with pytest.raises(StoreFullError):
                store.undo("p")
        assert store._spool.unfinished.crops() == set()
        assert list(store.samples()) == [kept]
        assert list(store.upkeep.verify()) == []


def test_no_crop_is_removed_beside_an_event_that_cannot_be_read(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        kept = store.keep(picture(1), label("p"))
        store._spool.unfinished.begin([kept.digest])
    (tmp_path / kept.event).write_bytes(b"rotten")
    (tmp_path / "local" / "index.sqlite3").unlink()
    with SampleStore.open(tmp_path):
        assert (tmp_path / kept.crop).exists()


def test_a_full_disk_notes_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("no folder")
    with pytest.raises(StoreError):
        Unfinished(tmp_path / "notes", "w").begin([ONE])
