"""Work on Ray: the same bytes as in one process, a killed worker costs its part only, and training on any number.

All tests share one Ray of two CPUs, whose start takes longest.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.ray_cluster import RayCluster, open_cluster
from data_gen.ray_start import RayUnavailableError, import_ray

try:
    import_ray()
except RayUnavailableError as error:
    pytest.skip(str(error), allow_module_level=True)

from data_gen import writing
from data_gen.__main__ import main as render
from data_gen.plan import plan_dataset
from data_gen.recipe import load_recipe
from data_gen.writing import write_dataset
from datasets.features.feature_folders import present_files
from datasets.samples.store import SampleStore
from ocr_model.__main__ import main as read
from ocr_model.training import evaluate_command
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import load_run, synthetic_set
from ocr_model.training.on_ray import Run, train_on_ray
from ocr_model.training.peers import Peers
from ocr_model.training.rendered_crops import CropDrawer, RecipeCrops
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer
from tests.datasets.command_line import run as datasets
from tests.datasets.making import label, picture

pytestmark = [
    pytest.mark.xdist_group("ray"),
    # Of a start of Ray that took too long and was tried again.
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

NETWORK = NetworkConfig(width=32, hidden=32)
TRAINING = TrainingConfig(recipe="v1.0", crops=96, batch=15, workers=0, threads=1, evaluate_every=30)


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with open_cluster(cpus=2) as opened:
        yield opened


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def dies_first(marker: Path, doomed: int, chunk: writing._Chunk) -> list[writing._Rendered]:
    """Renders as `writing` does, but the first worker that comes to a certain crop is killed at it."""
    with (marker.parent / "begun").open("a") as begun:
        begun.write(f"{chunk.first} ")
    if chunk.first == doomed and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return RENDER(chunk)


RENDER = writing._render_chunk


def test_results_come_in_the_order_of_the_tasks_and_errors_arrive(cluster: RayCluster) -> None:
    assert list(cluster.map(math.factorial, range(30))) == [math.factorial(number) for number in range(30)]
    with pytest.raises(ValueError, match="math domain"):
        list(cluster.map(math.sqrt, [4.0, -1.0]))
    assert list(cluster.map(math.factorial, [])) == []


def test_a_killed_worker_costs_its_part_only(
    cluster: RayCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 6)
    plan = plan_dataset(load_recipe("v2.0"), "v2.0", count=30, seed=5)
    write_dataset(plan, tmp_path / "here")
    monkeypatch.setattr(writing, "_render_chunk", partial(dies_first, tmp_path / "killed", 12))
    write_dataset(plan, tmp_path / "ray", workplace=cluster)
    assert (tmp_path / "killed").exists()
    assert tree(tmp_path / "ray") == tree(tmp_path / "here")
    assert sorted(map(int, (tmp_path / "begun").read_text().split())) == [0, 6, 12, 12, 18, 24]


def test_a_stopped_command_goes_on_with_another_number_of_workers(
    cluster: RayCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHUNK", 5)
    options = ["--recipe", "v1.0", "--count", "20", "--seed", "3", "--layout", "webdataset"]
    assert render([*options, "--out", str(tmp_path / "here")]) == 0
    write = writing._write_chunk

    def stops(out: Path, layout: writing.Layout, crops: list[writing._Rendered]) -> None:
        if crops[0].number == 10:
            raise KeyboardInterrupt
        write(out, layout, crops)

    monkeypatch.setattr(writing, "_write_chunk", stops)
    on_ray = [*options, "--out", str(tmp_path / "ray"), "--on", "ray"]
    with pytest.raises(KeyboardInterrupt):
        render(on_ray)
    assert len(list((tmp_path / "ray").glob("shard-*.tar"))) == 2
    monkeypatch.setattr(writing, "_write_chunk", write)
    assert render([*on_ray, "--processes", "1"]) == 0
    assert tree(tmp_path / "ray") == tree(tmp_path / "here")


def test_features_are_the_same(cluster: RayCluster, tmp_path: Path) -> None:
    vectors = {}
    for place in ("here", "ray"):
        spool = tmp_path / place
        with SampleStore.open(spool) as store:
            for number in range(70):  # more than one batch
                store.keep(picture(number), label(f"p{number}"))
        assert datasets(spool, "features", "--no-umap", "--on", place) == 0
        files = present_files(spool)
        assert files is not None and len(files) == 70
        vectors[place] = (files.crops().tobytes(), files.vectors().tobytes())
    assert vectors["ray"] == vectors["here"]


def test_photos_of_tags_are_the_same(cluster: RayCluster, tmp_path: Path) -> None:
    for place in ("here", "ray"):
        options = ["--count", "3", "--megapixels", "0.5", "--out", str(tmp_path / place), "--on", place]
        assert render(["tag", *options]) == 0
    assert tree(tmp_path / "ray") == tree(tmp_path / "here")


def test_a_version_is_materialized_the_same(cluster: RayCluster, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    with SampleStore.open(spool) as store:
        store.keep(picture(1), label("p1"))
    sets = ["--synthetic", "v1.0:6", "--synthetic-evaluation", "v1.0:3:7"]
    assert datasets(spool, "create", "v2.0", "--collected", "all", *sets) == 0
    for place in ("here", "ray"):
        assert datasets(spool, "materialize", "v2.0", "--out", str(tmp_path / place), "--on", place) == 0
    assert tree(tmp_path / "ray") == tree(tmp_path / "here")


def test_confidence_is_measured_the_same(cluster: RayCluster, tmp_path: Path) -> None:
    for place in ("here", "ray"):
        work, out = tmp_path / f"{place}-work", tmp_path / place / "calibration"
        out.parent.mkdir()
        options = ["--synthetic", "v1.0:5", "--work", str(work), "--out", str(out), "--on", place]
        assert read(["calibrate", *options]) == 0
        assert list(work.rglob("*"))
    assert tree(tmp_path / "ray") == tree(tmp_path / "here")


@dataclass(frozen=True)
class DeadlyCrops:
    """Crops of a recipe; the first process that comes to a certain one is killed at it."""

    marker: Path
    doomed: int = 52

    def open(self) -> CropDrawer:
        draw = RecipeCrops("v1.0").open()

        def drawn(number: int, easy: bool) -> Any:
            if number == self.doomed and not self.marker.exists():
                self.marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return draw(number, easy)

        return drawn

    def describe(self) -> dict[str, Any]:
        return {}


def open_trainer(folder: Path, peers: Peers) -> Trainer:
    return Trainer(NETWORK, TRAINING, folder / "run", DeadlyCrops(folder / "killed"), peers=peers)


class StopAfter(threading.Event):
    """A wish to stop that comes up when a file does."""

    def __init__(self, marker: Path) -> None:
        super().__init__()
        self.marker = marker

    def is_set(self) -> bool:
        return self.marker.exists()


def fails(peers: Peers) -> Trainer:
    raise ValueError(f"worker {peers.rank} cannot go on")


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_two_workers_train_a_run_which_goes_on_after_a_kill_and_a_stop_and_without_ray(
    cluster: RayCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    run = Run(partial(open_trainer, tmp_path), folder, [synthetic_set("v1.0", 3)])
    stop = StopAfter(tmp_path / "killed")
    train_on_ray(run, workers=2, begun=0, crops=TRAINING.crops, stop=stop)
    assert (tmp_path / "killed").exists()
    alone = open_trainer(tmp_path, Peers(device=torch.device("cpu")))
    # Killed at a crop of the fourth batch, the workers began anew with what was saved after the second.
    assert 30 < alone.seen < TRAINING.crops
    assert log(folder)[0]["seen"] == 30
    assert json.loads((folder / "card.json").read_text())["processes"] == 2
    assert not (folder / "ray").exists()
    # The same folder, without Ray: the weights are all there, and training goes on with them.
    assert alone.averages.updates == alone.seen // TRAINING.batch
    alone.train([])
    assert alone.seen >= TRAINING.crops and math.isfinite(alone.log[-1]["ctc"])
    # What it reads is the same wherever it is measured, though both read with other numbers of threads.
    printed = []
    for place in ("here", "ray"):
        parser = argparse.ArgumentParser()
        evaluate_command.add_arguments(parser)
        options = ["--run", str(folder), "--synthetic", "v1.0:300", "--errors", "--on", place]
        capsys.readouterr()
        assert evaluate_command.main(parser.parse_args(options)) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and '"crops": 300' in printed[0]
    assert load_run(folder).config == NETWORK


def test_an_error_of_a_worker_ends_the_training(cluster: RayCluster, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="worker 0 cannot go on"):
        train_on_ray(Run(fails, tmp_path, []), workers=1, begun=0, crops=TRAINING.crops, stop=threading.Event())


def test_more_workers_than_the_machine_has_cpus_are_refused(
    cluster: RayCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(RayUnavailableError, match="2 CPUs, too few for 3 workers"):
        cluster.check_workers(3)
    assert cluster.check_workers(None) >= 1


def test_without_ray_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert render(["--recipe", "v1.0", "--count", "2", "--out", str(tmp_path), "--on", "ray"]) == 2
    assert "requirements-ray.txt" in capsys.readouterr().err
