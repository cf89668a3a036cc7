from __future__ import annotations

import sys

import pytest

from datasets.samples.progress import counted


def test_items_pass_and_only_a_terminal_sees_the_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(counted("crops", "abc", 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(counted("crops", "abc", 3)) == ["a", "b", "c"]
    assert "3/3, 0 s left" in capsys.readouterr().err
    assert list(counted("crops", [], 0)) == []
