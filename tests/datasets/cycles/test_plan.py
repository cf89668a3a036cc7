from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from datasets.cycles.plan import CyclePlan, find_or_make_plan
from datasets.cycles.publication import publish_failure, store_report
from datasets.models.champions import ChampionRecord
from datasets.objects.folder import FolderObjects
from datasets.reason import Reason
from tests.datasets.cycles.test_report import report

VERSION: Any = SimpleNamespace(name="v1.0", manifest=SimpleNamespace(hash="f" * 64))
CHAMPION = ChampionRecord(
    number=3,
    model="1" * 64,
    name="trba",
    version="1",
    at=datetime(2026, 5, 4, tzinfo=UTC),
    by=Reason.words("me"),
    reason=Reason.words(""),
    dataset_version=None,
    previous=None,
    kind="promotion",
)


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


def plan(objects: FolderObjects, work: Path, settings: str = "s1", cycle_id: str | None = None) -> CyclePlan:
    why = Reason(kind="command_line")
    return find_or_make_plan(
        objects, work, VERSION, CHAMPION, settings, cycle_id=cycle_id, by=Reason.words("me"), why=why
    )


def test_a_stopped_cycle_has_the_same_plan_and_a_finished_one_none(objects: FolderObjects, tmp_path: Path) -> None:
    work = tmp_path / "work"
    first = plan(objects, work)
    assert first.id.startswith("v1.0-")
    assert (first.champion_number, first.why) == (3, Reason(kind="command_line"))
    assert plan(objects, work) == first
    assert plan(objects, work, settings="s2").id != first.id
    store_report(objects, report().model_copy(update={"id": first.id}), {})
    assert plan(objects, work).id == first.id  # its report is found under this name


def test_the_attempt_after_a_failure_takes_its_folder_over(objects: FolderObjects, tmp_path: Path) -> None:
    work = tmp_path / "work"
    first = plan(objects, work)
    (work / first.id / "checkpoint").write_bytes(b"half trained")
    publish_failure(objects, first.id, "v1.0", "no luck", "me", "")
    second = plan(objects, work)
    assert (second.id, second.seed) == (f"{first.id}-2", first.seed)
    assert (work / second.id / "checkpoint").read_bytes() == b"half trained"
    publish_failure(objects, second.id, "v1.0", "no luck", "me", "")
    assert plan(objects, work).id == f"{first.id}-3"


def test_a_request_of_other_settings_goes_on_from_nothing(objects: FolderObjects, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert plan(objects, work, cycle_id="r1").id == "r1"
    (work / "r1" / "checkpoint").write_bytes(b"half trained")
    assert plan(objects, work, cycle_id="r1").settings == "s1"
    assert (work / "r1" / "checkpoint").exists()
    assert plan(objects, work, settings="s2", cycle_id="r1").settings == "s2"
    assert not (work / "r1" / "checkpoint").exists()


@pytest.mark.parametrize("damaged", [b"", b"{}", b"[]", b"\xff"])
def test_a_damaged_plan_is_made_anew(objects: FolderObjects, tmp_path: Path, damaged: bytes) -> None:
    work = tmp_path / "work"
    first = plan(objects, work)
    (work / first.id / "plan.json").write_bytes(damaged)
    assert plan(objects, work).id == first.id
    assert CyclePlan.from_bytes((work / first.id / "plan.json").read_bytes()).id == first.id


def test_a_plan_of_an_earlier_release_is_gone_on_from(objects: FolderObjects, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "r1").mkdir(parents=True)
    content = plan(objects, tmp_path / "other").model_dump(mode="json")
    content |= {"id": "r1", "by": "trigger: corrections", "why": "enough", "started_at": "2026-05-04T12:00:00+00:00"}
    (work / "r1" / "plan.json").write_bytes(CyclePlan.model_validate(content).to_bytes())
    assert plan(objects, work, cycle_id="r1").by == Reason.words("trigger: corrections")
