from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from datasets.cycles.decision import DecisionRules, PairedReadings, decide
from datasets.cycles.evaluation_sets import EvaluationCrop, FrozenSet, Reading
from datasets.cycles.report import (
    CycleReport,
    ModelSummary,
    draw_accuracy,
    draw_confidence,
    draw_differences,
    draw_examples,
    find_examples,
    merge_damage,
    refuse_damage,
    write_html,
    write_markdown,
)
from datasets.samples.damage import Damage

CROPS = FrozenSet(
    "recipe tags-1",
    "set",
    tuple(EvaluationCrop(np.full((20, 60), 9, np.uint8), f"AB{at}", str(at), "synthetic") for at in range(30)),
)
CROP = Damage("crops/33/3333.png", ("3" * 64,), "not a whole PNG")
EVENT = Damage("events/a/1.json", (), "the bytes do not match the name")
RIGHT = [Reading(crop.text, 0.9) for crop in CROPS.crops]
WRONG = [Reading("<b>|X|</b>" if at % 3 == 0 else one.text, 0.6) for at, one in enumerate(RIGHT)]


def report() -> CycleReport:
    champion, challenger = tuple(at % 3 != 0 for at in range(30)), (True,) * 30
    decision = decide(
        PairedReadings("collected holdout", "holdout", champion, challenger),
        [PairedReadings("recipe tags-1", "set", champion, challenger)],
        DecisionRules(),
    )
    return CycleReport(
        id="v1.0-abc",
        version="v1.0",
        version_hash="f" * 64,
        outcome="accepted",
        reason=decision.reason,
        by="test <script>",
        why="",
        started_at="2026-05-04T12:00:00+00:00",
        finished_at="2026-05-04T12:10:00+00:00",
        champion=ModelSummary("1" * 64, "trba", "1"),
        challenger=ModelSummary("2" * 64, "trba", "v1.0-abc"),
        champion_number=1,
        promoted_number=2,
        comparisons=decision.comparisons,
        examples=tuple(find_examples(CROPS, WRONG, RIGHT)),
        sets={"recipe tags-1": CROPS.digest},
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
    assert CycleReport.from_bytes(json.dumps(content).encode()) == dataclasses.replace(report(), damaged=())


def test_what_is_damaged_is_named_in_both_reports() -> None:
    crop = f"| {'3' * 12} | crops/33/3333.png | not a whole PNG | version, holdout |"
    event = "| (unknown) | events/a/1.json | the bytes do not match the name | holdout |"
    text, page = write_markdown(report()), write_html(report(), {})
    assert "## Left out as damaged: 2" in text
    assert crop in text.splitlines()
    assert event in text.splitlines()
    assert "<td>crops/33/3333.png</td><td>not a whole PNG</td><td>version, holdout</td>" in page
    assert "Nothing was deleted" in text
    assert "Nothing was deleted" in page
    refused = write_markdown(dataclasses.replace(report(), damaged=refuse_damage([CROP] * 250)))
    assert "## Damaged: 250" in refused
    assert "| and 50 more | see report.json |" in refused
    assert "damaged" not in write_markdown(dataclasses.replace(report(), damaged=())).lower()


@pytest.mark.parametrize("damaged", [b"{}", b"[1]", b'{"schema": 99}', b"no json"])
def test_a_damaged_report_is_an_error(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        CycleReport.from_bytes(damaged)


def test_markdown_tells_everything_that_decided() -> None:
    text = write_markdown(report(), ("differences.png",))
    assert "# Cycle v1.0-abc: accepted" in text
    assert "10 errors fixed and 0 new ones" in text
    assert "| collected holdout | 30 | 66.7 % | 100.0 % | 10 | 0 | +33.3 (" in text
    assert "| recipe tags-1 | 0 | AB0 | <b>\\|X\\|</b> | AB0 |" in text
    assert "calibration error on collected holdout: champion 10.0 %, challenger 5.0 %" in text
    assert "![differences.png](differences.png)" in text
    assert "- one note" in text


def test_html_runs_nothing_that_a_label_says() -> None:
    page = write_html(report(), {"a.png": b"\x89PNG"})
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;b&gt;|X|&lt;/b&gt;" in page
    assert "data:image/png;base64,iVBORw==" in page


def test_a_failed_cycle_has_a_report_too() -> None:
    failed = dataclasses.replace(
        report(), outcome="failed", reason="Failed in stage train", comparisons=(), examples=(), challenger=None
    )
    assert "Failed in stage train" in write_markdown(failed)
    assert 'class="failed"' in write_html(failed, {})


def test_examples_tell_fixed_from_broken() -> None:
    fixed, broken = find_examples(CROPS, WRONG, RIGHT), find_examples(CROPS, RIGHT, WRONG)
    assert len(fixed) == len(broken) == 10
    assert all(one.fixed for one in fixed)
    assert not any(one.fixed for one in broken)
    assert find_examples(CROPS, RIGHT, RIGHT) == []


def test_plots_are_pictures_and_show_no_crop_of_a_shopper() -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (`make test-setup`)")
    one = report()
    for picture in (
        draw_differences(one.comparisons),
        draw_accuracy(one.comparisons),
        draw_confidence(CROPS, {"champion": WRONG, "challenger": RIGHT}),
        draw_examples({"recipe tags-1": CROPS}, one.examples),
    ):
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
    collected = dataclasses.replace(CROPS, kind="holdout")
    assert draw_examples({"recipe tags-1": collected}, one.examples) is None
