"""Crops rendered ahead: the same as those of a run that renders while it learns; stopped, mismatched, resumed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.model_table import crop_shards
from benchmarks.model_table.crop_shards import ShardCrops, ShardMismatchError, ShardPlan, render_shards
from ocr_model.codes.text import match_key
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.rendered_crops import RecipeCrops, RenderedCrops
from ocr_model.training.schedule import TrainingConfig

PLAN = ShardPlan("v2.0", crops=20, easy_until=0.5)


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crop_shards, "SHARD", 10)

    # Where the shards are small: in this process.
    monkeypatch.setattr(crop_shards, "map_on_processes", lambda function, tasks, processes: map(function, tasks))


@pytest.mark.usefixtures("small_shards")
def test_shards_hold_what_training_would_have_drawn(tmp_path: Path) -> None:
    assert render_shards(PLAN, tmp_path)
    config = TrainingConfig(recipe="v2.0", crops=20, batch=20, easy_until=0.5)
    drawn, texts = next(iter(RenderedCrops(config, NetworkConfig(), 0, PLAN.source())))
    draw = ShardCrops(tmp_path).open()
    for number in range(20):
        picture, text = draw(number, False)
        assert np.array_equal(picture, drawn[number, 0].numpy())
        assert text == texts[number]
        assert ShardCrops(tmp_path, letters_and_digits=True).open()(number, False)[1] == match_key(text)


@pytest.mark.usefixtures("small_shards")
def test_a_stopped_rendering_goes_on(tmp_path: Path) -> None:
    assert not render_shards(PLAN, tmp_path, stop_after=0.0)
    assert render_shards(PLAN, tmp_path)
    first = (tmp_path / "00001.npy").read_bytes()
    (tmp_path / "00001.json").unlink()  # as if stopped before the shard was complete
    (tmp_path / "00001.npy").write_bytes(b"half")
    assert render_shards(PLAN, tmp_path)
    assert (tmp_path / "00001.npy").read_bytes() == first


@pytest.mark.usefixtures("small_shards")
def test_another_plan_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    assert render_shards(PLAN, tmp_path)
    with pytest.raises(ShardMismatchError, match="other crops"):
        render_shards(replace(PLAN, seed=1), tmp_path)


def test_a_recipe_brings_the_crops_of_its_parents() -> None:
    assert PLAN.source().describe()["mixture"]["recipes"][0]["recipe"] == "v1.0"
    assert ShardPlan("v1.0", 10, 0.5).source() == RecipeCrops("v1.0", 0)
