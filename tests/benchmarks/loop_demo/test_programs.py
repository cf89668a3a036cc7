"""Programs run with a store of their own and end with the demonstration; one that ends early says why."""

from pathlib import Path

import pytest

from benchmarks.loop_demo.programs import ProgramError, environment, run_command, running_worker


def test_the_user_s_own_store_and_keys_reach_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STORAGE_URL", "DATABASE_URL", "TAGS_PORT", "NAVER_CLIENT_SECRET", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("LANG", "C.UTF-8")
    variables = environment(tmp_path)
    assert "mine" not in variables.values()
    assert variables["TAGS_DATA_DIR"] == str(tmp_path)
    assert variables["LANG"] == "C.UTF-8"


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    assert "help" in run_command(tmp_path, ["--help"])
    with pytest.raises(ProgramError, match="no-such-command"):
        run_command(tmp_path, ["no-such-command"])


def test_a_worker_that_ends_too_early_shows_the_end_of_its_log(tmp_path: Path) -> None:
    with running_worker(tmp_path, tmp_path / "worker.log", ["--no-such-option"]) as worker:
        worker._process.wait(600)
        with pytest.raises(ProgramError, match=r"the worker ended with status 2:\n(?s:.*)no-such-option"):
            worker.check()
