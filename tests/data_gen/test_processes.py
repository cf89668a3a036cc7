"""Work on several processes."""

import math
import os
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_gen.processes import WorkerProcessError, map_on_processes


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(map_on_processes(math.factorial, range(7), 2)) == [1, 1, 2, 6, 24, 120, 720]


def test_the_function_s_error_arrives() -> None:
    with pytest.raises(ValueError, match="math domain"):
        list(map_on_processes(math.sqrt, [4.0, -1.0], 1))


def test_a_process_that_dies_ends_the_work() -> None:
    with pytest.raises(WorkerProcessError, match="died"):
        list(map_on_processes(os._exit, [3], 1))
    with pytest.raises(WorkerProcessError, match="died"):
        list(map_on_processes(math.factorial, [3], 1, prepare=os._exit, arguments=(3,)))


def test_a_process_that_cannot_start_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A new process imports the script that was started; this one cannot be.
    script = tmp_path / "script.py"
    script.write_text("raise SystemExit('not here')\n", encoding="utf-8")
    started = types.ModuleType("__main__")
    started.__file__ = str(script)
    started.__spec__ = None
    monkeypatch.setitem(sys.modules, "__main__", started)
    with pytest.raises(WorkerProcessError, match="could not start"):
        list(map_on_processes(math.factorial, range(3), 2))


def test_no_task_is_taken_long_before_its_time() -> None:
    taken = []

    def tasks() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = map_on_processes(math.factorial, tasks(), 2)
    assert [next(results), next(results)] == [1, 1]
    assert len(taken) <= 5
    results.close()
    assert len(taken) <= 5
