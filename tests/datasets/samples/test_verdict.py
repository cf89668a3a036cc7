from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from datasets.cycles.triggers import TriggerSettings, count_labels
from datasets.errors import LabelError, LabelMovedError, UnknownSampleError
from datasets.samples.review import ASKED, DROPPED, FIXED, REVIEWED, UNPROVEN, SuspicionRules
from datasets.samples.store import SampleStore
from datasets.samples.verdict import Verdict, find_waiting, give_verdict
from tests.datasets.making import label
from tests.datasets.patterns import pattern

DOUBTED = {"status": "corrected", "read_confidence": 0.99}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "spool") as store:
        yield store


def waiting(store: SampleStore, rules: SuspicionRules | None = None) -> list[str]:
    """The predictions of all labels of pictures that wait."""
    pictures = find_waiting(store.samples(), rules)
    return [label.label.prediction_id for picture in pictures for label in picture.labels]


def judge(store: SampleStore, prediction_id: str, verdict: Verdict, text: str = "") -> str:
    sample = store.find(prediction_id)
    assert sample is not None
    return give_verdict(store, prediction_id, verdict, text=text, seen=sample.event).label.source


def test_a_picture_waits_once_whatever_is_said_about_it(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "A1"))
    store.keep(pattern(2), label("p2", "GW2871", **DOUBTED))
    store.keep(pattern(1), label("p3", "A2"))
    store.keep(pattern(3), label("p4", "A3"))
    store.keep(pattern(1), label("p5", "A3", **DOUBTED))
    found = find_waiting(store.samples())
    assert [[one.label.text for one in picture.labels] for picture in found] == [["A3", "A2", "A1"], ["GW2871"]]
    assert [[doubt.reason for doubt in picture.doubts] for picture in found] == [
        ["contradiction", "contradicts a sure reading"],
        ["contradicts a sure reading"],
    ]


def test_a_believed_label_stands_beside_the_doubted_one(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "GW2871", **DOUBTED))
    store.keep(pattern(1), label("p2", "GW2871"))
    (picture,) = find_waiting(store.samples())
    assert [one.label.prediction_id for one in picture.labels] == ["p2", "p1"]


def test_a_second_look_settles_a_contradiction(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "A1"))
    store.keep(pattern(1), label("p2", "A2"))
    assert judge(store, "p2", "keep") == REVIEWED
    assert waiting(store) == []
    # One more who disagrees changes nothing; a later second look does.
    store.keep(pattern(1), label("p3", "A3"))
    assert waiting(store) == []
    assert judge(store, "p3", "keep") == REVIEWED
    assert waiting(store) == []


def test_one_of_two_dropped_leaves_the_other_to_be_believed(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "A1"))
    store.keep(pattern(1), label("p2", "A2"))
    assert judge(store, "p2", "drop") == DROPPED
    assert waiting(store) == []
    counts = count_labels(list(store.samples()), {}, TriggerSettings())
    assert (counts.new, counts.waiting) == (1, 0)


def test_what_was_dropped_or_fixed_still_speaks_against_the_client(store: SampleStore) -> None:
    lenient = SuspicionRules(most_edits=2)  # under which one such label alone would not wait
    for number in range(6):
        store.keep(pattern(number), label(f"p{number}", "CW2288-112", client="rogue", **DOUBTED))
    assert len(waiting(store, lenient)) == 6
    judge(store, "p0", "drop")
    judge(store, "p1", "fix", "CW2288-111")
    assert sorted(waiting(store, lenient)) == ["p2", "p3", "p4", "p5"]
    # Proved right twice: four of six are too few.
    judge(store, "p2", "keep")
    assert sorted(waiting(store, lenient)) == ["p3", "p4", "p5"]
    judge(store, "p3", "keep")
    assert waiting(store, lenient) == []


def test_the_second_look_keeps_what_the_first_said_of_itself(store: SampleStore) -> None:
    first = store.keep(pattern(1), label("p1", "GW2871", turn=1, client="c7", **DOUBTED)).label
    judge(store, "p1", "fix", "cw2288-112")
    second = store.find("p1")
    assert second is not None
    assert (second.label.text, second.label.source) == ("CW2288-112", FIXED)
    for same in ("read_text", "read_confidence", "model_name", "client", "at", "turn"):
        assert getattr(second.label, same) == getattr(first, same)


def test_the_shoppers_request_again_does_not_undo_a_second_look(store: SampleStore) -> None:
    said = label("p1", "GW2871", **DOUBTED)
    store.keep(pattern(1), said)
    judge(store, "p1", "drop")
    assert store.keep(pattern(1), said).label.source == DROPPED


def test_a_second_look_survives_a_rebuilt_index(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "GW2871", **DOUBTED))
    judge(store, "p1", "keep")
    store.upkeep.reindex()
    assert waiting(store) == []
    assert [one.label.source for one in store.samples()] == [REVIEWED]


def test_what_cannot_be_judged(store: SampleStore) -> None:
    seen = store.keep(pattern(1), label("p1", "GW2871", **DOUBTED)).event
    with pytest.raises(LabelError):
        give_verdict(store, "p1", "fix", text=" ", seen=seen)
    store.keep(pattern(1), label("p1", "GW2872", **DOUBTED))
    with pytest.raises(LabelMovedError):
        give_verdict(store, "p1", "keep", seen=seen)
    store.undo("p1")
    with pytest.raises(UnknownSampleError):
        give_verdict(store, "p1", "keep", seen=seen)


def meanwhile(store: SampleStore, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something else is said while the crop is loaded: it may come from a bucket that takes seconds."""
    load = store.crop

    def slow_crop(digest: str) -> Image.Image:
        crop = load(digest)
        monkeypatch.setattr(store, "crop", load)
        happens()
        return crop

    monkeypatch.setattr(store, "crop", slow_crop)


def test_a_verdict_does_not_override_a_later_word(store: SampleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = store.keep(pattern(1), label("p1", "GW2871", **DOUBTED)).event
    meanwhile(store, monkeypatch, lambda: store.keep(pattern(1), label("p1", "GW2872", **DOUBTED)))
    with pytest.raises(LabelMovedError):
        give_verdict(store, "p1", "keep", seen=seen)
    assert [one.label.text for one in store.samples()] == ["GW2872"]


def test_a_verdict_does_not_bring_back_what_was_deleted(store: SampleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = store.keep(pattern(1), label("p1", "GW2871", **DOUBTED)).event
    meanwhile(store, monkeypatch, lambda: store.undo("p1"))
    with pytest.raises(LabelMovedError):
        give_verdict(store, "p1", "drop", seen=seen)
    assert store.counts().crops == 0


def test_the_same_verdict_twice_at_once_is_one(store: SampleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = store.keep(pattern(1), label("p1", "GW2871", **DOUBTED)).event
    meanwhile(store, monkeypatch, lambda: give_verdict(store, "p1", "drop", seen=seen))
    assert give_verdict(store, "p1", "drop", seen=seen) == store.find("p1")


def test_the_revision_changes_with_every_word(store: SampleStore) -> None:
    seen = [store.revision()]
    store.keep(pattern(1), label("p1"))
    seen.append(store.revision())
    assert store.revision() == seen[-1]
    judge(store, "p1", "keep")
    seen.append(store.revision())
    store.undo("p1")
    seen.append(store.revision())
    assert len(set(seen)) == 4


@pytest.mark.parametrize(("verdict", "text", "left"), [("keep", "", 1), ("fix", "A2", 1), ("drop", "", 0)])
def test_an_unproven_label_counts_once_the_team_has_looked_at_it(
    store: SampleStore, verdict: Verdict, text: str, left: int
) -> None:
    store.keep(pattern(1), label("p1", "A1", source=UNPROVEN))
    (found,) = find_waiting(store.samples())
    assert [doubt.reason for doubt in found.doubts] == ["unproven"]
    counts = count_labels(list(store.samples()), {}, TriggerSettings())
    assert (counts.new, counts.waiting, counts.readings) == (0, 1, 0)
    judge(store, "p1", verdict, text)
    assert waiting(store) == []
    assert count_labels(list(store.samples()), {}, TriggerSettings()).new == left


def test_a_verdict_names_its_author_and_the_same_one_of_another_person_is_nothing_new(store: SampleStore) -> None:
    seen = store.keep(pattern(1), label("p1", "GW2871", **DOUBTED)).event
    kept = give_verdict(store, "p1", "drop", seen=seen, by="김지인")
    assert kept.by == "김지인"
    assert give_verdict(store, "p1", "drop", seen=kept.event, by="lee") == kept
    store.upkeep.reindex()
    found = store.find("p1")
    assert found is not None
    assert found.by == "김지인"
    with pytest.raises(LabelError):
        give_verdict(store, "p1", "keep", seen=kept.event, by="two\nlines")


def test_an_unproven_label_beside_contradicting_ones_adds_its_own_reason(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "A1"))
    store.keep(pattern(1), label("p2", "A2"))
    store.keep(pattern(1), label("p3", "A3", source=UNPROVEN))
    (picture,) = find_waiting(store.samples())
    assert [doubt.reason for doubt in picture.doubts] == ["contradiction", "unproven"]
    assert [one.label.text for one in picture.labels] == ["A3", "A2", "A1"]


def test_what_somebody_sent_to_review_waits_until_it_is_looked_at(store: SampleStore) -> None:
    store.keep(pattern(1), label("p1", "A1"))
    store.keep(pattern(2), label("p2", "A2"))
    (sample,) = (sample for sample in store.samples() if sample.label.prediction_id == "p1")
    store.marks.change([sample.digest], by="kim", give=[ASKED])
    (picture,) = find_waiting(store.samples())
    assert [one.label.prediction_id for one in picture.labels] == ["p1"]
    assert [doubt.reason for doubt in picture.doubts] == ["asked"]
    judge(store, "p1", "keep")
    assert waiting(store) == []
    assert store.marks.tags() == {}
