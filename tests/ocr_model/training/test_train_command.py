"""The command that trains: its options, and how it stops."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")
pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from ocr_model.domains.digits import DIGITS
from ocr_model.training.hard_crops import new_list
from ocr_model.training.train_command import add_arguments, main
from ocr_model.training.trainer import Trainer

TINY = "--recipe v1.0 --crops 96 --batch 16 --renderers 0 --threads 1 --validation 2 --width 32 --hidden 32"


def train(run: Path, *options: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return main(parser.parse_args(["--run", str(run), *TINY.split(), *options]))


def test_the_command_stops_at_a_signal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step = Trainer.step

    def interrupted(self: Trainer, *batch: Any) -> dict[str, float]:
        signal.raise_signal(signal.SIGTERM)
        return step(self, *batch)

    monkeypatch.setattr(Trainer, "step", interrupted)
    assert train(tmp_path) == 130
    assert "stopped after 16 crops and saved" in capsys.readouterr().err
    assert (tmp_path / "checkpoint.pt").is_file()


def test_a_signal_to_the_whole_process_group_loses_nothing(tmp_path: Path) -> None:
    options = "--recipe v1.0 --crops 1000000 --batch 16 --renderers 1 --threads 1 --validation 2 --width 32 --hidden 32"
    command = [sys.executable, "-m", "ocr_model", "train", "--run", str(tmp_path / "run"), *options.split()]
    with (tmp_path / "err").open("wb") as errors:
        process = subprocess.Popen(command, stdout=errors, stderr=errors, start_new_session=True)
    try:
        deadline = time.monotonic() + 600
        while "attention=" not in (tmp_path / "err").read_text(errors="replace"):
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "err").read_text()[-2000:]
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(600) == 130
    finally:
        process.kill()
        process.wait()
    assert "and saved; the same command continues" in (tmp_path / "err").read_text(errors="replace")
    assert (tmp_path / "run" / "checkpoint.pt").is_file()


def test_a_run_with_a_larger_line_begins_with_the_weights_of_a_smaller_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    larger = ("--line", "40", "160", "--input", "80", "320", "--stop-after", "0")
    assert train(tmp_path / "first", "--stop-after", "0") == 0
    assert train(tmp_path / "larger", *larger, "--start-from", str(tmp_path / "first")) == 0
    assert "begin anew" not in capsys.readouterr().err
    assert train(tmp_path / "larger", *larger) == 0  # goes on from its own checkpoint
    card = json.loads((tmp_path / "larger" / "card.json").read_text())
    assert card["crops_seen"] == 32
    sizes = ("line_height", "line_width", "input_height", "input_width")
    assert [card["network"][name] for name in sizes] == [40, 160, 80, 320]


def test_weights_that_do_not_fit_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path / "first", "--stop-after", "0") == 0
    assert train(tmp_path / "wider", "--width", "48", "--stop-after", "0", "--start-from", str(tmp_path / "first")) == 0
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "begin anew" in line)
    assert "sequence.first.weight_ih_l0" in line
    assert "attention.generator.weight" not in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--line", "36", "128"), "line_height must be one of 32, 40, 48, not 36"),
        (("--line", "40", "160"), "a whole multiple of the line size"),
    ],
)
def test_impossible_sizes_are_one_line(
    options: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path, *options) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_hard_crops_are_drawn_and_stand_on_the_card(tmp_path: Path) -> None:
    replace(new_list("v1.0", 9), tried=5, hard=(1, 4)).write(tmp_path / "hard.json")
    assert train(tmp_path / "run", "--hard-crops", str(tmp_path / "hard.json"), "--hard-share", "0.5") == 0
    card = json.loads((tmp_path / "run" / "card.json").read_text())
    assert card["hard_crops"] == {"count": 2, "of": 5, "seed": 9, "share": 0.5}


def test_a_list_of_hard_crops_that_does_not_fit_starts_no_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(tmp_path / "run", "--hard-crops", str(tmp_path / "none.json")) == 2
    assert "is no list of hard crops" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_recipes_are_mixed(tmp_path: Path) -> None:
    assert train(tmp_path, "--crops", "16", "--mix", "tags-1:0.25") == 0
    mixture = json.loads((tmp_path / "card.json").read_text())["mixture"]
    assert [(part["recipe"], part["share"]) for part in mixture["recipes"]] == [("tags-1", 0.25), ("v1.0", 0.75)]


@pytest.mark.parametrize("shares", [["tags-1:0.6", "tags-2:0.4"], ["tags-1:0.5", "tags-2:0.7"]])
def test_shares_leave_something_to_the_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shares: list[str]
) -> None:
    assert train(tmp_path, *(word for share in shares for word in ("--mix", share))) == 2
    assert "together below 1" in capsys.readouterr().err


@pytest.mark.parametrize("share", ["tags-1", "tags-1:", ":0.5", "tags-1:1", "tags-1:nan", "tags-1:-0.5"])
def test_a_share_that_cannot_be_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], share: str) -> None:
    with pytest.raises(SystemExit):
        train(tmp_path, "--mix", share)
    assert "expected RECIPE:SHARE" in capsys.readouterr().err


def test_a_domain_brings_its_characters_and_recipe(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = "--domain digits --crops 32 --batch 16 --renderers 0 --threads 1 --validation 2 --width 32 --hidden 32"
    assert main(parser.parse_args(["--run", str(tmp_path), *options.split()])) == 0
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["network"]["charset"] == DIGITS.charset and card["network"]["max_length"] == 1
    assert card["training"]["recipe"] == "digits-1"
