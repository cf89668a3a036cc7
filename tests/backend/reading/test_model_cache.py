"""The folder of fetched models: the latest few stay, and the champion that served last is known."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from backend.reading.model_cache import ModelCache
from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.folder import FolderObjects


@pytest.fixture
def champions(tmp_path: Path) -> Champions:
    return Champions(FolderObjects(tmp_path / "spool"))


def promote(champions: Champions, scratch: Path, version: str) -> ChampionRecord:
    folder = scratch / f"model-{version}"
    folder.mkdir()
    (folder / "encoder.onnx").write_bytes(b"graph")
    about = {"name": "new", "version": version, "files": {"encoder": "encoder.onnx"}}
    about["sha256"] = {"encoder.onnx": hashlib.sha256(b"graph").hexdigest()}
    (folder / "model.json").write_text(json.dumps(about))
    present = champions.current()
    expected = None if present is None else present.number
    return champions.promote(champions.registry.register(folder), expected=expected, by="me", reason="test")


def test_the_champion_that_served_last_is_recalled(champions: Champions, tmp_path: Path) -> None:
    record = promote(champions, tmp_path, "1")
    cache = ModelCache(tmp_path / "models")
    assert cache.recall() is None
    assert cache.fetch(champions, record.model) == cache.folder(record.model)
    cache.remember(record)
    assert ModelCache(tmp_path / "models").recall() == record
    shutil.rmtree(cache.folder(record.model))
    assert cache.recall() is None


@pytest.mark.parametrize("note", ["", "no JSON", "[]", "{}", '{"at": "yesterday"}'])
def test_a_damaged_note_recalls_nothing(tmp_path: Path, note: str) -> None:
    (tmp_path / "last-served").write_text(note)
    assert ModelCache(tmp_path).recall() is None


def test_the_latest_models_stay(champions: Champions, tmp_path: Path) -> None:
    cache = ModelCache(tmp_path / "models")
    records = [promote(champions, tmp_path, str(number)) for number in range(8)]
    for record in records:
        assert (cache.fetch(champions, record.model) / "encoder.onnx").is_file()
        cache.remember(record)
    assert [cache.folder(record.model).is_dir() for record in records] == [False] * 2 + [True] * 6


def test_a_folder_that_cannot_be_written_is_only_logged(
    champions: Champions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ModelCache(tmp_path / "none").remember(promote(champions, tmp_path, "1"))
    assert "cannot tidy" in caplog.text
