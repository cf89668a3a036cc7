"""Datasets on disk: the same bytes however they were written, and a stopped run goes on."""

import json
import tarfile
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen import writing
from data_gen.plan import plan_dataset
from data_gen.recipe import load_recipe
from data_gen.workplace import Processes
from data_gen.writing import DatasetMismatchError, MachineDiffersError, write_dataset


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_one_process_and_two_write_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHUNK", 8)  # chunk borders must not matter
    plan = plan_dataset(load_recipe("v2.0"), "v2.0", count=30, seed=5)
    write_dataset(plan, tmp_path / "one")
    monkeypatch.undo()
    write_dataset(plan, tmp_path / "two", workplace=Processes(2))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_version_holds_its_parents_and_a_count_keeps_the_proportions() -> None:
    assert plan_dataset(load_recipe("v2.1"), "v2.1").parts == (("v1.0", 500), ("v2.0", 800), ("v2.1", 500))
    plan = plan_dataset(load_recipe("v2.1"), "v2.1", count=18)
    assert plan.parts == (("v1.0", 5), ("v2.0", 8), ("v2.1", 5))


def test_a_stopped_run_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHUNK", 5)
    plan = plan_dataset(load_recipe("v1.0"), "v1.0", count=20)
    write_dataset(plan, tmp_path / "whole")
    real, calls = writing._render_chunk, []

    def stops(chunk: writing._Chunk) -> list[writing._Rendered]:
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(chunk)
        return real(chunk)

    monkeypatch.setattr(writing, "_render_chunk", stops)
    with pytest.raises(KeyboardInterrupt):
        write_dataset(plan, tmp_path / "stopped")
    assert json.loads((tmp_path / "stopped" / "dataset.json").read_text())["complete"] is False
    monkeypatch.setattr(writing, "_render_chunk", lambda chunk: calls.append(chunk) or real(chunk))
    write_dataset(plan, tmp_path / "stopped")
    assert len(calls) == 4
    assert tree(tmp_path / "stopped") == tree(tmp_path / "whole")


def test_a_machine_that_draws_other_crops_says_so() -> None:
    plan = plan_dataset(load_recipe("v1.0"), "v1.0", count=4, seed=987)
    with pytest.raises(MachineDiffersError, match=r"draws other crops of recipe v1\.0"):
        writing._render_chunk(writing._Chunk(plan, "another digest", 0, 4))


def test_another_dataset_in_the_folder_is_refused_and_kept(tmp_path: Path) -> None:
    write_dataset(plan_dataset(load_recipe("v1.0"), "v1.0", count=4), tmp_path / "out")
    before = tree(tmp_path / "out")
    with pytest.raises(DatasetMismatchError, match="holds another dataset"):
        write_dataset(plan_dataset(load_recipe("v1.0"), "v1.0", count=5), tmp_path / "out")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "mine.jpg").write_bytes(b"x")
    with pytest.raises(DatasetMismatchError, match="not empty"):
        write_dataset(plan_dataset(load_recipe("v1.0"), "v1.0", count=5), tmp_path / "photos")
    assert tree(tmp_path / "out") == before


def test_webdataset_shards_hold_pairs(tmp_path: Path) -> None:
    write_dataset(plan_dataset(load_recipe("v1.0"), "v1.0", count=6), tmp_path, layout="webdataset")
    with tarfile.open(tmp_path / "shard-000000.tar") as tar:
        names = tar.getnames()
        first = tar.extractfile("000000.txt")
        assert first is not None and first.read().decode()
    assert names == [f"{number:06d}.{suffix}" for number in range(6) for suffix in ("png", "txt")]
