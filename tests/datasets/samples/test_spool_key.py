"""A spool's key is drawn once, whoever comes first, and read by its owner alone."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from datasets.errors import StoreError
from datasets.objects.store_key import StoreKey
from datasets.samples.spool_key import spool_key


def sign(key: StoreKey) -> str:
    return key.sign("reading", "A1")


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    first = spool_key(tmp_path / "spool")
    file = tmp_path / "spool" / "local" / "store.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sign(spool_key(tmp_path / "spool")) == sign(first)
    assert sign(spool_key(tmp_path / "other")) != sign(first)


def test_of_many_that_draw_at_once_one_counts(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(spool_key, [tmp_path / "spool"] * 16))
    assert len({sign(key) for key in keys}) == 1


def test_a_half_written_key_of_a_killed_process_is_no_key(tmp_path: Path) -> None:
    local = tmp_path / "spool" / "local"
    local.mkdir(parents=True)
    (local / "store.key.part").write_text("half")
    assert sign(spool_key(tmp_path / "spool")) == sign(spool_key(tmp_path / "spool"))


def test_a_damaged_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    spool_key(tmp_path / "spool")
    file = tmp_path / "spool" / "local" / "store.key"
    file.write_bytes(b"\xff short")
    with pytest.raises(StoreError, match=r"store\.key .*32 or more"):
        spool_key(tmp_path / "spool")
    assert file.read_bytes() == b"\xff short"


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot use the spool's key"):
        spool_key(tmp_path / "file" / "spool")
