from __future__ import annotations

import json

import pytest

from datasets.cycles.decision import DecisionRules, PairedReadings, decide
from datasets.cycles.report import (
    CycleReport,
    Example,
    ModelSummary,
    Reports,
    merge_damage,
    read_report,
)
from datasets.cycles.requests import REPORT_JSON, cycle_file_name
from datasets.objects.interface import ObjectStore
from datasets.reason import Reason
from datasets.samples.damage import Damage

HOLDOUT, TAGS = Reason(kind="holdout"), Reason(kind="recipe", values={"recipe": "tags-1"})
CROP = Damage("crops/33/3333.png", ("3" * 64,), "not a whole PNG")
EVENT = Damage("events/a/1.json", (), "the bytes do not match the name")


def report() -> CycleReport:
    champion, challenger = tuple(at % 3 != 0 for at in range(30)), (True,) * 30
    decision = decide(
        PairedReadings(HOLDOUT, "holdout", champion, challenger),
        [PairedReadings(TAGS, "set", champion, challenger)],
        DecisionRules(),
    )
    return CycleReport(
        id="v1.0-abc",
        version="v1.0",
        version_hash="f" * 64,
        outcome="accepted",
        reason=decision.reason,
        by=Reason.words("test <script>"),
        why=Reason.words(""),
        started_at="2026-05-04T12:00:00+00:00",
        finished_at="2026-05-04T12:10:00+00:00",
        champion=ModelSummary(digest="1" * 64, name="trba", version="1"),
        challenger=ModelSummary(digest="2" * 64, name="trba", version="v1.0-abc"),
        champion_number=1,
        promoted_number=2,
        comparisons=decision.comparisons,
        examples=(
            Example(set=TAGS, crop="0", label="AB0", champion="<b>|X|</b>", challenger="AB0", fixed=True),
            Example(set=TAGS, crop="1", label="AB1", champion="AB1", challenger="", fixed=False),
        ),
        sets={"recipe tags-1": "d" * 64},
        calibration={"collected holdout": {"champion": 0.1, "challenger": 0.05}},
        seconds={"train": 500.0, "evaluate": 20.0},
        notes=("one note",),
        watermark={"a": 3},
        damaged=merge_damage({"version": [CROP], "holdout": [EVENT, CROP]}),
    )


def test_what_is_written_is_read_again() -> None:
    assert CycleReport.from_bytes(report().to_bytes()) == report()


def test_reports_from_before_damage_was_named_are_read() -> None:
    content = json.loads(report().to_bytes())
    del content["damaged"]
    assert CycleReport.from_bytes(json.dumps(content).encode()) == report().model_copy(update={"damaged": ()})


def test_sentences_of_the_first_schema_stay_as_they_were() -> None:
    content = json.loads(report().to_bytes())
    content |= {"schema": 1, "reason": "Accepted: better.", "by": "trigger: corrections"}
    for one in content["comparisons"]:
        del one["set"]
        one |= {"name": "collected holdout, brand Nike", "why": "p = 0.01"}
    read = CycleReport.from_bytes(json.dumps(content).encode())
    assert (read.reason, read.by) == (Reason.words("Accepted: better."), Reason.words("trigger: corrections"))
    assert read.comparisons[0].set == Reason.words("collected holdout, brand Nike")
    assert CycleReport.from_bytes(read.to_bytes()) == read


@pytest.mark.parametrize("damaged", [b"{}", b"[1]", b'{"schema": 99}', b'{"schema": 1}', b"no json"])
def test_a_damaged_report_is_an_error(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        CycleReport.from_bytes(damaged)


def test_reports_come_in_order_and_are_read_once(objects: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    reports = Reports(objects)
    assert reports.all() == []
    later = report().model_copy(update={"id": "a", "finished_at": report().finished_at.replace(hour=13)})
    for one in (later, report()):
        objects.put(cycle_file_name(one.id, REPORT_JSON), one.to_bytes())
    objects.put(cycle_file_name("damaged", REPORT_JSON), b"{")
    assert reports.all() == [report(), later]
    assert read_report(objects, "damaged") is None
    assert read_report(objects, "missing") is None
    asked: list[str] = []
    real = type(objects).get

    def get(self: ObjectStore, name: str) -> bytes:
        asked.append(name)
        return real(self, name)

    monkeypatch.setattr(type(objects), "get", get)
    another = report().model_copy(update={"id": "b"})
    objects.put(cycle_file_name("b", REPORT_JSON), another.to_bytes())
    objects.delete(cycle_file_name("damaged", REPORT_JSON))
    assert reports.all() == [another, report(), later]
    assert asked == [cycle_file_name("b", REPORT_JSON)]


def test_what_is_damaged_is_named_once() -> None:
    merged = merge_damage({"version": [CROP], "holdout": [EVENT, CROP]})
    assert [(one.damage, one.of) for one in merged] == [(CROP, ("version", "holdout")), (EVENT, ("holdout",))]
