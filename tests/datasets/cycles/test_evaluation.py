from __future__ import annotations

import threading
from pathlib import Path

import pytest

from datasets.cycles import evaluation as module
from datasets.cycles.evaluation import CHALLENGER, CHAMPION, calibration_errors, judge, read_sets
from datasets.cycles.evaluation_sets import CropReading, FrozenSet
from datasets.cycles.settings import CycleSettings
from datasets.cycles.watch import CycleStoppedError, CycleWatch, take_lease
from datasets.objects.folder import FolderObjects
from tests.datasets.cycles.test_evaluation_sets import HOLDOUT, MISREAD, READ, TAGS, crop

HELD = FrozenSet(HOLDOUT, "holdout", tuple(crop(f"AB{at}", at) for at in range(30)))


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    folders = {name: tmp_path / name for name in (CHAMPION, CHALLENGER)}
    for name, folder in folders.items():
        folder.mkdir()
        (folder / "model.json").write_text(name)
    return folders


def test_what_a_stopped_cycle_has_read_is_not_read_again(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[str, str]] = []

    def reads(model: Path, crops: FrozenSet, **_: object) -> list[CropReading]:
        read.append((model.name, crops.name))
        if len(read) == 3:
            stop.set()
        return [CropReading(one.text, 0.5) for one in crops.crops]

    monkeypatch.setattr(module, "read_set", reads)
    stop, told = threading.Event(), []
    with take_lease(FolderObjects(tmp_path / "objects"), "me", 60.0) as lease:
        watch = CycleWatch([lambda *what: told.append(what)], lease, threading.Event(), stop)
        first = read_sets([HELD, TAGS], models, tmp_path / "readings.json", 1, watch)
        again = read_sets([HELD, TAGS], models, tmp_path / "readings.json", 1, watch)
    assert read == [
        (CHAMPION, "collected holdout"),
        (CHALLENGER, "collected holdout"),
        (CHAMPION, "recipe tags-1"),
        (CHALLENGER, "recipe tags-1"),
    ]
    assert first == again
    assert [reading.text for reading in again[0][CHALLENGER]] == [one.text for one in HELD.crops]


def test_a_stop_is_heard_between_batches(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()

    def reads(model: Path, crops: FrozenSet, *, on_progress: object, **_: object) -> list[CropReading]:
        stop.set()
        on_progress(16)
        raise AssertionError("it went on")

    monkeypatch.setattr(module, "read_set", reads)
    with take_lease(FolderObjects(tmp_path / "objects"), "me", 60.0) as lease, pytest.raises(CycleStoppedError):
        read_sets([TAGS], models, tmp_path / "r.json", 1, CycleWatch([], lease, threading.Event(), stop))


def test_the_holdout_decides_and_the_other_sets_may_block() -> None:
    better, same = {CHAMPION: MISREAD, CHALLENGER: READ}, {CHAMPION: READ, CHALLENGER: READ}
    decision, examples = judge([HELD, TAGS], [better, same], CycleSettings())
    assert decision.accepted
    assert decision.comparisons[0].set == HOLDOUT
    assert {example.set.kind for example in examples} == {"holdout"}
    worse = {CHAMPION: READ, CHALLENGER: MISREAD}
    decision, _ = judge([HELD, TAGS], [better, worse], CycleSettings())
    assert (decision.reason.kind, decision.reason.values["set"]) == ("harms", TAGS.set)


def test_calibration_errors_are_those_of_the_set() -> None:
    errors = calibration_errors(TAGS, {CHAMPION: MISREAD, CHALLENGER: READ})
    assert errors["recipe tags-1"][CHALLENGER] == pytest.approx(0.1)
    assert errors["recipe tags-1"][CHAMPION] > 0.1
    assert calibration_errors(FrozenSet(HOLDOUT, "holdout", ()), {}) == {}
