from __future__ import annotations

from pathlib import Path

from datasets.cycles.holdout import draw_holdout
from datasets.samples.places import Places
from datasets.samples.review import SuspicionRules
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from datasets.samples.verdict import give_verdict
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import Rules
from ocr_model.domains.tags import TAGS
from tests.datasets.patterns import code, keep, keep_all, twin

RULES = Rules(evaluation_share=0.4)
CORRECTED = VersionRequest(filters=(parse_filter("status = corrected"),), rules=RULES)


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
    held = {TAGS.group(one.text) for one in holdout.crops.crops}
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


def test_a_slip_of_the_finger_against_a_sure_reading_judges_nothing_whatever_an_earlier_release_believed(
    tmp_path: Path,
) -> None:
    earlier = Rules(evaluation_share=1.0, suspicion=SuspicionRules(most_edits=2))
    slip = {"status": "corrected", "read_text": "162050C", "read_confidence": 0.99}
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(3))
        keep(store, 3, "162058X", **slip)
        holdout = draw_holdout(store, places, [], earlier)
        assert "162058X" not in {one.text for one in holdout.crops.crops}
        assert (len(holdout.crops.crops), holdout.waiting) == (3, 1)
        seen = store.find("p3")
        assert seen is not None
        give_verdict(store, "p3", "keep", seen=seen.event, by="kim")
        judged = draw_holdout(store, places, [], earlier)
    assert "162058X" in {one.text for one in judged.crops.crops}
