from __future__ import annotations

import io

import pytest

from datasets.commands.progress_bar import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_for_each_stage_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar() as bar:
        for stage, done in (("prepare", 0), ("prepare", 1), ("train", 1), ("report", 0)):
            bar(stage, done, 2, "crops" if stage == "train" else "")
    assert capsys.readouterr().err == "prepare\ntrain crops\nreport\n"


def test_a_bar_for_each_stage_but_training_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with ProgressBar() as bar:
        bar("prepare", 1, 3, "12 crops of tags-1")
        bar("train", 5, 10, "crops")
        bar("evaluate", 7, 0, "champion reads")
    shown = terminal.getvalue()
    assert "prepare" in shown
    assert "12 crops of tags-1" in shown
    assert "champion reads" in shown
    assert "train" not in shown
