"""A demonstration that is over is told again without starting any program."""

from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.console import Console
from benchmarks.loop_demo.demonstration import REJECTED, Finished, run
from benchmarks.loop_demo.settings import FULL


def test_a_finished_demonstration_starts_nothing(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*args: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr("benchmarks.loop_demo.demonstration.running_backend", start)
    assert finished.state.measurements[-1].title == REJECTED
    again = run(tmp_path / "demo", FULL, Console(), finished.state)
    assert again.state == finished.state
    assert again.reports == ()  # the folder has no store
    assert (tmp_path / "demo" / "state.json").is_file()
