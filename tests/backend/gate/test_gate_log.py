"""The log keeps passages for some days, finds them, and forgets a plate on request."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.gate.gate_log import GateLog, NewPassage, UnknownPassageError
from backend.gate.tables import open_gate

DAY = 86_400.0


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> GateLog:
    return GateLog(open_gate(sa.URL.create("sqlite", database=str(tmp_path / "gate.sqlite3"))), clock, days=30)


def passage(text: str, at: float, **changes: object) -> NewPassage:
    fields = {"direction": None, "camera": "north", "confidence": 0.9, "frames": 4, "agreeing": 3} | changes
    return NewPassage(text=text, at=at, model_name="m", model_version="1", cut_out=b"png", **fields)  # type: ignore[arg-type]


def test_a_vehicle_comes_and_goes_and_is_told_once(log: GateLog, clock: Clock) -> None:
    at = clock.now
    first = log.add(passage("12가3456", at))
    assert log.add(passage("12가3456", at + 5, confidence=0.95)).id == first.id
    last = log.add(passage("12가3456", at + 600))
    assert (first.direction, last.direction) == ("in", "out")
    items, found = log.passages()
    assert found == 2
    assert [(item.text, item.at, item.confidence) for item in items] == [
        ("12가3456", at + 600, 0.9),
        ("12가3456", at, 0.95),
    ]
    (visit,) = log.visits()
    assert (visit.came, visit.went, visit.is_inside) == (at, at + 600, False)


def test_passages_are_found_by_a_part_of_the_plate_a_name_and_whether_they_are_known(
    log: GateLog, clock: Clock
) -> None:
    log.add(passage("12가3456", clock.now))
    log.add(passage("89나1234", clock.now + 1, direction="out"))
    log.know("12가3456", "Kim's van", "guard")
    assert [item.vehicle for item in log.passages()[0]] == [None, "Kim's van"]
    assert [item.text for item in log.passages(search="345")[0]] == ["12가3456"]
    assert [item.text for item in log.passages(search="van")[0]] == ["12가3456"]
    assert log.passages(search="%")[1] == 0
    assert [item.text for item in log.passages(unknown=True)[0]] == ["89나1234"]
    assert [item.text for item in log.passages(direction="out")[0]] == ["89나1234"]
    assert [vehicle.name for vehicle in log.vehicles()] == ["Kim's van"]


def test_a_passage_is_kept_for_its_days_only(log: GateLog, clock: Clock) -> None:
    kept = log.add(passage("12가3456", clock.now))
    clock.now += 31 * DAY
    assert log.passages() == ([], 0)
    with pytest.raises(UnknownPassageError):
        log.cut_out(kept.id)


def test_a_correction_is_noted_and_a_deletion_names_the_labels_to_undo(log: GateLog, clock: Clock) -> None:
    kept = log.add(passage("12가3458", clock.now))
    checked = log.check(kept.id, "12가3456", "guard", f"gate-{kept.id}")
    assert (checked.text, checked.read_text, checked.checked_by) == ("12가3456", "12가3458", "guard")
    log.add(passage("99하1111", clock.now))
    clock.now += 31 * DAY  # the passage is gone, its picture may still be kept for training
    assert log.passages()[1] == 0
    assert log.forget("12가3456") == (0, [f"gate-{kept.id}"])
    log.is_undone(f"gate-{kept.id}")
    assert log.forget("12가3456") == (0, [])
