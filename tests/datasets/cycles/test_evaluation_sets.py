from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datasets.cycles.evaluation_sets import (
    FROZEN_SEED,
    EvaluationCrop,
    FrozenSet,
    Reading,
    draw_holdout,
    pair,
    read_set,
    render_set,
    wanted_sets,
)
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.selection import parse_filter
from datasets.versions.split import code_key
from datasets.versions.version import Rules, SyntheticPart
from tests.datasets.patterns import code, keep, keep_all, twin
from tests.ocr_model.conftest import write_attention_model

RULES = Rules(evaluation_share=0.4)
CORRECTED = VersionRequest(filters=(parse_filter("status = corrected"),), rules=RULES)


def crop(text: str, number: int = 0, status: str = "accepted", shade: int = 0) -> EvaluationCrop:
    return EvaluationCrop(np.full((8, 16), shade, np.uint8), text, f"{number:064x}", status)


def test_the_holdout_is_drawn_from_all_labels_and_shares_no_code_with_training(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(40))
        for number in range(40, 80):
            keep(store, number, status="corrected", read_text="X", read_confidence=0.5)
        keep(store, 99, "", status="unreadable")
        version = create_version(store, places, "v1.0", CORRECTED)
        holdout = draw_holdout(store, places, [version], RULES)
        again = draw_holdout(store, places, [version], RULES)
    statuses = {one.status for one in holdout.crops.crops}
    assert statuses == {"accepted", "corrected"}
    trained = {entry.code for entry in version.manifest.on("training")}
    held = {code_key(one.text) for one in holdout.crops.crops}
    assert trained.isdisjoint(held)
    assert {entry.code for entry in version.manifest.on("evaluation")} <= held
    assert held <= holdout.excluded
    assert holdout.crops.digest == again.crops.digest
    assert (holdout.damaged, holdout.damaged_events, holdout.waiting, holdout.unread_events) == ((), (), 0, 0)
    assert (holdout.of, holdout.of_events) == (80, 81)


def test_what_an_earlier_version_trained_on_never_evaluates(tmp_path: Path) -> None:
    """Nor what shows nearly the same picture, though it came later and has another label."""
    everything = VersionRequest(filters=(parse_filter("all"),), rules=Rules(evaluation_share=0.0))
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(10))
        version = create_version(store, places, "v1.0", everything)
        keep(store, 10, code(500), image=twin(3))
        keep_all(store, range(20, 30))
        holdout = draw_holdout(store, places, [version], Rules(evaluation_share=1.0))
    assert {one.text for one in holdout.crops.crops} == {code(number) for number in range(20, 30)}


def test_doubtful_labels_do_not_judge_and_damaged_crops_are_named(tmp_path: Path) -> None:
    everything = Rules(evaluation_share=1.0)
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        samples = keep_all(store, range(6))
        keep(store, 6, status="corrected", read_text="S80602ABC", read_confidence=0.99)
        keep(store, 0, "S80602", prediction_id="other")  # contradicts
        (tmp_path / "spool" / samples[3].crop).write_bytes(b"no picture")
        holdout = draw_holdout(store, places, [], everything)
        fewer = draw_holdout(store, places, [], everything, most=2)
    assert {one.text for one in holdout.crops.crops} == {code(1), code(2), code(4), code(5)}
    assert [one.samples for one in holdout.damaged] == [(samples[3].digest,)]
    assert (holdout.of, holdout.of_events) == (5, 8)
    assert holdout.waiting == 2
    assert len(fewer.crops.crops) == 2


def test_a_damaged_label_event_takes_its_crop_out_and_no_other(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        samples = keep_all(store, range(6))
        (tmp_path / "spool" / samples[2].event).write_bytes(b"{}")
        holdout = draw_holdout(store, places, [], Rules(evaluation_share=1.0))
    assert {one.text for one in holdout.crops.crops} == {code(number) for number in (0, 1, 3, 4, 5)}
    assert [(one.name, one.samples) for one in holdout.damaged_events] == [(samples[2].event, (samples[2].digest,))]
    assert (holdout.of_events, holdout.unread_events) == (6, 0)


def test_slices_by_brand_status_length_and_separators() -> None:
    crops = FrozenSet(
        "collected holdout",
        "holdout",
        tuple(crop("CW2288-111", at, "corrected" if at < 4 else "accepted") for at in range(10))
        + tuple(crop("S80602", 20 + at) for at in range(5)),
    )
    right = [Reading(one.text, 0.9) for one in crops.crops]
    without_dash = [Reading(one.text.replace("-", ""), 0.9) for one in crops.crops]
    whole, slices = pair(crops, right, without_dash, smallest=4)
    assert (whole.kind, sum(whole.champion), sum(whole.challenger)) == ("holdout", 15, 15)
    assert len(set(whole.groups)) == 2  # pictures of one code are drawn together
    found = {one.name.partition(", ")[2]: one for one in slices}
    assert sum(found["separators too"].challenger) == 5
    assert {len(found["status corrected"].champion), len(found["status accepted"].champion)} == {4, 11}
    assert len(found["10 to 12 characters"].champion) == 10
    assert len(found["1 to 6 characters"].champion) == 5
    assert any(name.startswith("brand") and "Nike" in name for name in found)
    assert {one.kind for name, one in found.items() if name.startswith("status")} == {"status"}
    assert {one.kind for name, one in found.items() if not name.startswith("status")} == {"slice"}
    assert not pair(crops, right, right, smallest=16)[1][1:]


def test_an_empty_holdout_has_no_slices() -> None:
    whole, slices = pair(FrozenSet("collected holdout", "holdout", ()), [], [])
    assert whole.champion == ()
    assert slices == []


def test_a_set_is_read_by_the_code_that_serves(tmp_path: Path) -> None:
    model = write_attention_model(tmp_path / "model")
    crops = FrozenSet("x", "set", tuple(crop("A1", at) for at in range(20)))
    told: list[int] = []
    readings = read_set(model, crops, threads=1, on_progress=told.append)
    assert [one.text for one in readings] == ["A1"] * 20
    assert 0.5 < readings[0].confidence < 1.0
    assert told == [16, 20]


def test_a_versions_own_parts_come_before_the_usual_sets() -> None:
    parts = (
        SyntheticPart("v1.0", 30, 7, "evaluation", "d", {}),
        SyntheticPart("v1.0", 500, 0, "training", "d", {}),
    )
    assert wanted_sets(parts, ["v1.0", "tags-1"], 100) == (("v1.0", 30, 7), ("tags-1", 100, FROZEN_SEED))


def test_rendered_sets_are_frozen() -> None:
    pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")
    one, other = render_set("v2.0", 6), render_set("v2.0", 6)
    assert one.digest == other.digest
    assert one.name == "recipe v2.0"
    assert {crop.status for crop in one.crops} == {"synthetic"}
    assert render_set("v2.0", 6, seed=1).digest != one.digest
