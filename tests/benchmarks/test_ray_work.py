"""What a second worker of Ray adds: the figures that are printed, without Ray."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks import ray_work
from data_gen.plan import plan_dataset
from data_gen.recipe import load_recipe
from data_gen.workplace import HERE


def test_the_ratio_is_taken_within_each_round() -> None:
    assert ray_work.ratio([20.0, 4.0, 9.0], [10.0, 2.0, 1.0]) == 2.0


@pytest.mark.parametrize(("two", "status"), [(19.0, 0), (15.0, 1)])
def test_figures_stand_beside_the_target(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], two: float, status: int
) -> None:
    rates = {"this process": [11.0], "one worker of Ray": [10.0], "two workers of Ray": [two]}
    place: Any = HERE
    monkeypatch.setattr(ray_work, "import_ray", lambda: None)
    monkeypatch.setattr(ray_work, "open_cluster", lambda cpus: nullcontext(place))
    monkeypatch.setattr(ray_work, "measure", lambda plan, folder, rounds: rates)
    monkeypatch.setattr(ray_work, "_memory", lambda: (300.0, 650.0))
    assert ray_work.main(["--crops", "4"]) == status
    said = capsys.readouterr().out
    assert f"Two workers render {two / 10:.2f} x what one does (target 1.8)" in said
    assert "650 MB of Ray's own processes, 300 MB of two workers" in said


def test_every_place_renders_all_crops_in_each_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_work, "RayCluster", lambda at_once: HERE)
    plan = plan_dataset(load_recipe("v1.0"), "v1.0", count=3)
    rates = ray_work.measure(plan, tmp_path, 2)
    assert {name: len(values) for name, values in rates.items()} == dict.fromkeys(rates, 2) and len(rates) == 3
    assert len(list(tmp_path.glob("*/labels.tsv"))) == 9  # and once more, to load fonts
