from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from datasets.__main__ import main
from datasets.commands.cycle import add_parsers, settings_from
from datasets.cycles import cycle as cycle_module
from datasets.cycles import worker as worker_module
from datasets.cycles.heartbeat import Heartbeat, last_beats
from datasets.cycles.publication import publish_failure
from datasets.cycles.requests import pending
from datasets.cycles.settings import WorkerSettings
from datasets.cycles.watch import CycleStoppedError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from tests.datasets.patterns import keep_all


def parse(*arguments: str, **environment: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(dest="command"), environment)
    return parser.parse_args(["cycle", *arguments])


def run(tmp_path: Path, *arguments: str) -> int:
    environment = {"TAGS_DATA_DIR": str(tmp_path), "MLFLOW_TRACKING_URI": "none"}
    return main(["cycle", *arguments], environment)


def test_the_defaults_are_those_of_the_settings() -> None:
    settings = settings_from(parse("--once"))
    assert replace(settings, cycle=replace(settings.cycle, tracking_uri=None)) == WorkerSettings()
    assert str(settings.cycle.tracking_uri).startswith("sqlite:////")


def test_options_count_more_than_the_settings_file(tmp_path: Path) -> None:
    file = tmp_path / "cycle.toml"
    file.write_text(
        """
[cycle]
tracking_uri = "http://file"
[cycle.challenger]
crops = 12000
collected_share = 0.6
base_recipe = "tags-1"
[cycle.rules]
margin = 0.05
[triggers]
every = 60
pause = 5
"""
    )
    options = parse(
        *("--version", "v3.0", "--settings", str(file), "--crops", "4000", "--threads", "1", "--no-promote"),
        *("--most-damaged", "0.02", "--collected", "status = corrected", "--synthetic", "v1.0:30"),
        *("--corrections", "30", "--every", "0"),
        MLFLOW_TRACKING_URI="http://tracker",
    )
    settings = settings_from(options)
    cycle, triggers = settings.cycle, settings.triggers
    assert (cycle.challenger.crops, cycle.challenger.collected_share) == (4000, 0.6)
    assert (cycle.challenger.base_recipe, cycle.rules.margin, cycle.promote) == ("tags-1", 0.05, False)
    assert (cycle.challenger.threads, cycle.evaluation.threads) == (1, 1)
    assert (cycle.tracking_uri, cycle.most_damaged, settings.version.most_damaged) == ("http://file", 0.02, 0.02)
    assert (settings.version.collected, settings.version.synthetic) == (("status = corrected",), ("v1.0:30",))
    assert triggers is not None
    assert (triggers.corrections, triggers.every, triggers.pause) == (30, timedelta(0), timedelta(seconds=5))


def test_the_tracker_is_the_options_the_files_or_the_environments() -> None:
    assert settings_from(parse("--once", MLFLOW_TRACKING_URI="http://tracker")).cycle.tracking_uri == "http://tracker"
    assert settings_from(parse("--once", "--tracking", "none")).cycle.tracking_uri is None
    assert settings_from(parse("--watch", "--no-triggers")).triggers is None


def test_printed_settings_are_a_settings_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--print-settings", "--crops", "5") == 0
    file = tmp_path / "cycle.toml"
    printed = capsys.readouterr().out
    assert "# tracking_uri =" in printed
    file.write_text(printed)
    assert settings_from(parse("--once", "--settings", str(file))).cycle.challenger.crops == 5


def test_exactly_one_way_to_run(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("--once", "--watch")):
        with pytest.raises(SystemExit):
            parse(*arguments)
    assert "--once" in capsys.readouterr().err


def test_settings_that_make_no_sense_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cycle.toml"
    file.write_text("[cycle.rules]\nlevel = 5\n")
    assert run(tmp_path, "--once", "--settings", str(file)) == 2
    assert "level lies between 0 and 1" in capsys.readouterr().err
    file.write_text("[cycle.rules]\nlevle = 5\n")
    assert run(tmp_path, "--once", "--settings", str(file)) == 2
    assert "there is no cycle.rules.levle" in capsys.readouterr().err
    assert run(tmp_path, "--once", "--most-damaged", "5") == 2
    assert "lies between 0 and 1" in capsys.readouterr().err


def test_once_without_new_labels_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--once") == 0
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize(("outcome", "status"), [("accepted", 0), ("rejected", 3), ("failed", 1)])
def test_the_exit_status_tells_the_outcome(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: str,
    status: int,
) -> None:
    def ends(store: object, places: Places, version: str, settings: object, **_: object) -> object:
        failure = publish_failure(places.authority, "c1", version, "no reason", "me", "")
        return failure.model_copy(update={"outcome": outcome, "notes": ("something else",)})

    monkeypatch.setattr(cycle_module, "run_cycle", ends)
    assert run(tmp_path, "--version", "v3.0") == status
    out = capsys.readouterr().out
    assert f'"outcome": "{outcome}"' in out
    assert "- something else" in out


def test_without_the_packages_for_training_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        keep_all(store, range(3))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert run(tmp_path, "--once") == 1
    assert "run `make train-setup` first" in capsys.readouterr().err
    with Places.open(tmp_path / "spool") as places:
        assert [name for folder in ("cycles/", "versions/") for name in places.authority.names(folder)] == []


def test_once_that_was_stopped_takes_its_own_request_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def stops(*_: object, cycle_id: str, heartbeat: Heartbeat, **__: object) -> None:
        ran.append(cycle_id)
        assert heartbeat.beat().doing == cycle_id
        os.kill(os.getpid(), signal.SIGTERM)
        raise CycleStoppedError

    monkeypatch.setattr(worker_module, "run_cycle", stops)
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(3))
        for _ in range(2):
            assert run(tmp_path, "--once") == 130
        assert [one.id for one in pending(places.authority)] == [ran[0]]
        assert last_beats(places.authority) == ()
    assert ran[0] == ran[1]
    assert "the same command continues" in capsys.readouterr().err


def test_other_commands_need_nothing_that_trains_or_draws(tmp_path: Path) -> None:
    """With torch, TRDG, Matplotlib and MLflow out of reach: they list, and say what a cycle lacks."""
    code = (
        "import sys\n"
        "for name in ('torch', 'trdg', 'matplotlib', 'mlflow', 'cv2'):\n"
        "    sys.modules[name] = None\n"
        "from datasets.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    base = [sys.executable, "-c", code, "--spool", str(tmp_path / "spool")]
    root = Path(__file__).parents[3]
    listed = subprocess.run([*base, "list", "versions"], cwd=root, capture_output=True, text=True)
    assert (listed.returncode, listed.stderr) == (0, "")
    asked = subprocess.run([*base, "cycle", "--version", "v1.0"], cwd=root, capture_output=True, text=True)
    assert asked.returncode == 1
    assert "run `make train-setup` first" in asked.stderr
