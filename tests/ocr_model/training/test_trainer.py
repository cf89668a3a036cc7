"""Training: learns, stops, resumes, and leaves a card."""

import json
import math
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.evaluation import evaluate_network, load_run, synthetic_set
from ocr_model.training.schedule import TrainingConfig
from ocr_model.training.trainer import Trainer, TrainingDivergedError

TINY = NetworkConfig(features="ResNet", width=32, blocks=(1, 1, 1, 1), hidden=32)
CONFIG = TrainingConfig(recipe="v1.0", crops=96, batch=16, workers=0, threads=1, evaluate_every=48)


def test_a_run_trains_leaves_its_card_and_goes_on_after_a_stop(tmp_path: Path) -> None:
    data = synthetic_set("v1.0", 8)
    first = Trainer(TINY, CONFIG, tmp_path)
    first.train([data], stop_after=0.0)  # stops after one batch, checkpointed
    assert first.seen == 16
    second = Trainer(TINY, CONFIG, tmp_path)
    assert second.seen == 16
    assert all(torch.equal(a, b) for a, b in zip(first.network.parameters(), second.network.parameters(), strict=True))
    second.train([data, synthetic_set("v2.0", 2)])  # measured on one set more than before
    assert second.seen == 96
    card = json.loads((tmp_path / "card.json").read_text())
    assert (card["architecture"], card["crops_seen"]) == ("TPS-ResNet-BiLSTM-Attn", 96)
    assert card["results"]["synthetic v1.0"]["crops"] == 8
    assert (tmp_path / "curve.png").stat().st_size > 1000
    network = load_run(tmp_path)
    assert len(evaluate_network(network, data).readings) == 8


def test_a_training_that_is_asked_to_stop_saves_what_it_has_learned(tmp_path: Path) -> None:
    asked = threading.Event()
    trainer = Trainer(TINY, CONFIG, tmp_path)
    trainer.train([], stop=asked, on_progress=lambda seen, _: asked.set() if seen == 32 else None)
    assert (trainer.seen, trainer.log) == (32, [])
    assert Trainer(TINY, CONFIG, tmp_path).seen == 32


def test_a_finished_run_is_not_measured_again(tmp_path: Path) -> None:
    Trainer(TINY, CONFIG, tmp_path).train([])
    finished = Trainer(TINY, CONFIG, tmp_path)
    finished.train([])
    seen = [row["seen"] for row in finished.log]
    assert seen == sorted(set(seen))
    assert all("attention" in row for row in finished.log)


def test_a_batch_that_overflows_does_not_spoil_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = Trainer.step

    def overflowing(self: Trainer, *batch: Any) -> dict[str, float]:
        losses = step(self, *batch)
        return dict.fromkeys(losses, math.nan) if self.seen == 16 else losses

    monkeypatch.setattr(Trainer, "step", overflowing)
    trainer = Trainer(TINY, CONFIG, tmp_path)
    trainer.train([])
    assert math.isfinite(trainer.log[-1]["attention"])


def test_what_was_learned_is_saved_before_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left on the device")

    monkeypatch.setattr("ocr_model.training.trainer.write_card", fail)
    with pytest.raises(OSError, match="no space"):
        Trainer(TINY, CONFIG, tmp_path).train([])
    assert Trainer(TINY, CONFIG, tmp_path).seen == 48


def test_another_network_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Trainer(TINY, CONFIG, tmp_path).save()
    with pytest.raises(ValueError, match="another network configuration"):
        Trainer(NetworkConfig(width=48, hidden=32), CONFIG, tmp_path)


def test_the_network_learns_what_it_is_shown(tmp_path: Path) -> None:
    trainer = Trainer(TINY, CONFIG, tmp_path)
    pictures = torch.from_numpy(np.random.default_rng(0).integers(0, 255, (4, 1, 64, 256), dtype=np.uint8))
    trainer.seen = 8  # past the first, tiny learning rates
    texts = ["A1", "B2", "C3", "D4"]
    first = trainer.step(pictures, texts)
    for _ in range(40):
        trainer.seen = 8
        last = trainer.step(pictures, texts)
    assert last["attention"] < 0.5 * first["attention"]


def test_weights_that_overflow_end_the_run_before_they_are_saved(tmp_path: Path) -> None:
    trainer = Trainer(TINY, replace(CONFIG, learning_rate=float("inf")), tmp_path)
    with pytest.raises(TrainingDivergedError, match="weights overflowed after 0 crops"):
        trainer.train([])
    assert not trainer.checkpoint.exists()


def test_gradients_that_overflow_are_left_out_a_few_times_only(tmp_path: Path) -> None:
    trainer = Trainer(TINY, replace(CONFIG, give_up_after=3), tmp_path)
    with torch.no_grad():
        trainer.network.ctc.classifier.weight.fill_(float("nan"))
    pictures = torch.zeros(2, 1, 64, 256, dtype=torch.uint8)
    trainer.step(pictures, ["A", "B"])
    trainer.step(pictures, ["A", "B"])
    with pytest.raises(TrainingDivergedError, match="3 batches in a row"):
        trainer.step(pictures, ["A", "B"])


def test_crops_may_come_from_elsewhere(tmp_path: Path) -> None:
    class Blank:
        def open(self):
            return lambda number, easy: (np.full((20, 60), number % 255, np.uint8), f"N{number}")

        def describe(self):
            return {"source": "blank"}

    progress = []
    trainer = Trainer(TINY, CONFIG, tmp_path, Blank())
    trainer.train([], on_progress=lambda done, total: progress.append((done, total)))
    assert progress == [(done, 96) for done in range(16, 97, 16)]
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["source"] == "blank"
    assert "recipe_digest" not in card


def test_a_larger_line_takes_over_every_weight(tmp_path: Path) -> None:
    network = RecognitionNetwork(TINY)
    larger = replace(TINY, line_height=40, line_width=160, input_height=80, input_width=320)
    trainer = Trainer(larger, CONFIG, tmp_path)
    assert trainer.start_from(network) == []
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), trainer.network.parameters(), strict=True))
    assert all(torch.equal(value, trainer.averages.state[name]) for name, value in network.state_dict().items())


def test_another_width_takes_over_what_fits_and_names_the_rest(tmp_path: Path) -> None:
    network, trainer = RecognitionNetwork(TINY), Trainer(replace(TINY, width=48), CONFIG, tmp_path)
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    left_out = trainer.start_from(network)
    assert left_out
    for name, value in trainer.network.state_dict().items():
        expected = before[name] if name in left_out else network.state_dict()[name]
        assert torch.equal(value, expected), name


@pytest.mark.parametrize("other", [{"hidden": 16}, {"max_length": 9}, {"prediction": "CTC"}])
def test_a_network_of_another_kind_is_no_start(other: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="differs in more than line, input, width and charset"):
        Trainer(TINY, CONFIG, tmp_path).start_from(RecognitionNetwork(replace(TINY, **other)))


def test_frozen_features_stay_as_they_are_while_the_rest_learns(tmp_path: Path) -> None:
    trainer = Trainer(TINY, replace(CONFIG, crops=32, frozen=True), tmp_path)
    before = {name: value.clone() for name, value in trainer.network.state_dict().items()}
    trainer.train([])
    after = trainer.network.state_dict()
    kept = [name for name in before if name.startswith(("transformation.", "features."))]
    assert kept
    assert all(torch.equal(before[name], after[name]) for name in kept)
    assert not torch.equal(before["attention.generator.weight"], after["attention.generator.weight"])


def test_a_network_of_another_charset_gives_what_is_common(tmp_path: Path) -> None:
    trainer = Trainer(replace(TINY, charset="B가0"), CONFIG, tmp_path)
    given = RecognitionNetwork(replace(TINY, charset="0AB"))
    assert trainer.start_from(given) == []
    assert torch.equal(
        trainer.averages.state["attention.generator.bias"][2], given.state_dict()["attention.generator.bias"][4]
    )
