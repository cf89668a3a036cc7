"""Where work runs: here or on processes; Ray is tested in tests/test_on_ray.py."""

from __future__ import annotations

import argparse
import math

import pytest

from data_gen.workplace import Processes, add_options, open_workplace


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_options(parser, "compute")
    return parser.parse_args(options)


def test_one_process_prepares_once_and_takes_tasks_one_by_one() -> None:
    prepared: list[int] = []
    results = Processes().map(math.factorial, iter(range(4)), prepare=prepared.append, arguments=(1,))
    assert prepared == []
    assert list(results) == [1, 1, 2, 6] and prepared == [1]
    assert list(Processes().map(math.factorial, [], prepare=prepared.append, arguments=(2,))) == []
    assert prepared == [1]  # without work nothing is loaded


def test_the_options_name_the_place() -> None:
    with open_workplace(parsed()) as one, open_workplace(parsed("--processes", "3")) as three:
        assert (one, three) == (Processes(1), Processes(3))


@pytest.mark.parametrize("wrong", [["--processes", "0"], ["--on", "mars"]])
def test_wrong_places_are_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*wrong)
