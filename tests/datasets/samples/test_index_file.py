from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from datasets.errors import IndexUnavailableError
from datasets.samples import index_file
from datasets.samples.index_file import IndexFile
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(index_file, "SMALL_BYTES", 0)  # every index is a large one
    with SampleStore.open(tmp_path) as store:
        for number in range(30):
            store.keep(picture(number), label(f"p{number}"))
    return tmp_path


def damage(spool: Path) -> None:
    path = spool / "local" / "index.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'live_by_stamp'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xaa" * size)


def test_a_large_file_is_checked_after_a_kill_alone(spool: Path) -> None:
    assert not IndexFile(spool).needs_check
    (spool / "local" / "index.sqlite3-wal").touch()
    assert IndexFile(spool).needs_check
    assert not IndexFile(spool, is_shared=True).needs_check


def test_damage_that_a_query_meets_is_mended_by_the_next_opening(spool: Path) -> None:
    damage(spool)
    # It was closed properly, so nobody looks.
    with SampleStore.open(spool) as store, pytest.raises(IndexUnavailableError, match="malformed"):
        list(store.samples())
    assert IndexFile(spool).needs_check
    with SampleStore.open(spool) as store:
        assert len(list(store.samples())) == 30
    assert not IndexFile(spool).needs_check
    assert (spool / "local" / "index.damaged").is_file()


def test_verify_checks_a_large_file_too(spool: Path) -> None:
    damage(spool)
    with SampleStore.open(spool) as store:
        (problem,) = store.upkeep.verify()
        assert (problem.place, problem.name) == ("index", "index.sqlite3")
    with SampleStore.open(spool) as store:
        assert list(store.upkeep.verify()) == []
        assert len(list(store.samples())) == 30
