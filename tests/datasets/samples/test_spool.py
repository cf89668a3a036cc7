from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from datasets.errors import StoreError
from datasets.samples.event import Event, EventName
from datasets.samples.spool import Spool
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


def stone(spool: Spool) -> Event:
    return spool.append("deleted", prediction_id="p")


def test_sequence_goes_on_after_a_restart(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    events = [stone(first), stone(first)]
    first.close()
    second = Spool(tmp_path)
    assert second.writer == first.writer
    events.append(stone(second))
    second.close()
    assert [event.sequence for event in events] == [1, 2, 3]
    assert second.read_all(second.event_names()) == events


def test_two_at_once_write_under_different_names(tmp_path: Path) -> None:
    first, second = Spool(tmp_path), Spool(tmp_path)
    assert first.writer != second.writer
    assert stone(first).sequence == stone(second).sequence == 1
    first.close()
    third = Spool(tmp_path)
    assert third.writer == first.writer
    assert stone(third).sequence == 2
    second.close()
    third.close()


def test_a_copied_spool_does_not_go_on_with_the_originals_numbers(tmp_path: Path) -> None:
    original = Spool(tmp_path / "a")
    stone(original)
    original.close()
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    copy = Spool(tmp_path / "b")
    assert copy.writer != original.writer
    copy.close()


def test_a_clock_that_jumps_back_does_not_reorder(tmp_path: Path) -> None:
    times = iter([1_800_000_000.0, 1_800_000_000.0, 5.0, 1_800_000_001.0])
    spool = Spool(tmp_path, clock=lambda: next(times))
    events = [stone(spool) for _ in range(4)]
    spool.close()
    assert events == sorted(events, key=lambda event: event.order)
    assert len({event.stamp for event in events}) == 4
    assert events[3].stamp == 1_800_000_001_000  # and goes with the clock again


def test_what_was_seen_elsewhere_comes_before(tmp_path: Path) -> None:
    spool = Spool(tmp_path, clock=lambda: 8_999_000_000.0)
    spool.witness(9_000_000_000_000)
    assert stone(spool).stamp == 9_000_000_000_001
    spool.close()


def test_half_written_files_are_swept_up_when_nobody_writes(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    left = tmp_path / "local" / "tmp" / "1-torn.tmp"
    left.write_bytes(b"half of a cr")
    other = Spool(tmp_path)
    assert left.exists()  # it could be the first one's
    spool.close()
    other.close()
    Spool(tmp_path).close()
    assert not left.exists()


def test_damaged_event_is_left_out(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    good, bad = stone(spool), stone(spool)
    (tmp_path / bad.name).write_bytes(b"{}")
    assert spool.read_all(spool.event_names()) == [good]
    with pytest.raises(StoreError, match=bad.name):
        spool.read(bad.name)
    spool.close()


def test_a_failed_event_leaves_no_hole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path)

    def fail(_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("datasets.objects.folder.sync_file", fail)
        with pytest.raises(StoreError):
            stone(spool)
    assert stone(spool).sequence == 1
    assert [EventName.parse(name) is not None for name in spool.event_names()] == [True]
    spool.close()


def test_nobody_but_the_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with SampleStore.open(tmp_path / "spool") as store:
            store.keep(picture(1), label("p1"))
            there = list((tmp_path / "spool").rglob("*"))
            assert len(there) > 10
            assert [path for path in there if path.stat().st_mode & 0o077] == []
    finally:
        os.umask(before)


def test_a_spool_of_an_earlier_release_that_everybody_may_read_is_used_on(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(1), label("p1"))
    for path in (tmp_path / "spool").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(2), label("p2"))
        assert store.counts().kept == 2
