"""A stopped demonstration goes on; a folder with anything else is left alone."""

import json
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from benchmarks.loop_demo.demonstration import Finished
from benchmarks.loop_demo.state import DemoState, OtherDemoError


def test_a_stopped_demonstration_goes_on(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    finished.state.requests = finished.journal.saved()
    finished.state.save(folder / "state.json")
    assert DemoState.load(folder / "state.json", "full") == finished.state
    with pytest.raises(OtherDemoError, match="holds a full demonstration"):
        DemoState.load(folder / "state.json", "quick")


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OtherDemoError, match="choose another --out"):
        DemoState.load(tmp_path / "state.json", "full")
    assert DemoState.load(tmp_path / "new" / "state.json", "full") == DemoState("full")


def test_a_state_with_flags_as_numbers_is_read(finished: Finished, tmp_path: Path) -> None:
    finished.state.save(tmp_path / "state.json")
    content = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))
    for stored in content["measurements"]:  # as earlier releases wrote them
        stored["right"] = {kind: [int(flag) for flag in flags] for kind, flags in stored["right"].items()}
    (tmp_path / "state.json").write_text(json.dumps(content), encoding="utf-8")
    assert DemoState.load(tmp_path / "state.json", "full") == finished.state


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"settings": "full", "measurements": 3}', encoding="utf-8")
    with pytest.raises(OtherDemoError, match="is damaged"):
        DemoState.load(tmp_path / "state.json", "full")
