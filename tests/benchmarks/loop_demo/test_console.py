"""Progress moves in place on a terminal, and comes as a line now and then elsewhere."""

import io

import pytest

from benchmarks.loop_demo import console as under_test
from benchmarks.loop_demo.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_moves_in_place() -> None:
    stream = Terminal()
    console = Console(before=61.0, stream=stream)
    console.say("the backend serves")
    console.move("1 of 9")
    console.move("2 of 9")
    shown = stream.getvalue()
    assert "[ 1:01] the backend serves\n" in shown
    assert "\r" in shown and "2 of 9" in shown
    assert shown.count("\n") == 1


def test_elsewhere_progress_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    console = Console(stream=stream)
    console.say("begun")
    console.move("1 of 9")
    assert stream.getvalue() == "[ 0:00] begun\n"
    monkeypatch.setattr(under_test, "_QUIET", -1.0)
    console.move("2 of 9")
    assert stream.getvalue().splitlines()[1:] == ["[ 0:00] 2 of 9"]


def test_the_time_before_a_stop_counts() -> None:
    assert Console(before=100.0, stream=io.StringIO()).seconds >= 100.0
