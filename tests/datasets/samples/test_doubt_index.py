"""The index finds the pictures that wait, and counts labels over time, as Python does that reads all labels."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datasets.samples import verdict
from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.marks import Marks, project_tag
from datasets.samples.review import ASKED, DROPPED, FIXED, REVIEWED, UNPROVEN, SuspicionRules
from datasets.samples.sample import Sample, checked_label
from datasets.samples.sight import Sight
from datasets.samples.verdict import Waiting, find_waiting, waiting_crops
from ocr_model.domains.tags import TAGS
from tests.datasets.making import label

NOW = datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)
RULES = (SuspicionRules(), SuspicionRules(sure=0.8, most_edits=2, client_contradictions=2, client_share=0.5))
ALL = Sight(frozenset({"shoes"}))
SIGHTS = (ALL, Sight(frozenset({"shoes"}), others=False), Sight(frozenset()))
SOURCES = ("app", "app", "app", UNPROVEN, REVIEWED, FIXED, DROPPED)


def events(count: int, seed: int) -> list[Event]:
    """Labels of few crops by few clients, many against a reading or each other; some crops are asked for."""
    draw, made = random.Random(seed), list[Event]()
    crops = [f"{number:064x}" for number in range(1 + count // 2)]
    for number in range(1, count + 1):
        text, read = draw.choice(["A1", "A1", "A2", "GW2871"]), draw.choice(["A1", "A1", "GW2877", "M990GL5"])
        said: dict[str, Any] = {
            "status": draw.choice(["accepted", "corrected", "unreadable"]),
            "read_text": read,
            "read_confidence": draw.choice([0.25, 0.8, 0.875, 0.95, 0.9500001, 1.0]),
            "client": draw.choice(["c1", "c2", "c3", ""]),
            "source": draw.choice(SOURCES),
            "at": NOW + timedelta(seconds=draw.choice([-86_400, 0, 1, 1, 2, 86_400])),
        }
        prediction = f"p{draw.randrange(count)}"
        made.append(
            Event(
                kind="label",
                writer="a" * 16,
                sequence=number,
                stamp=draw.randrange(count),
                stored_at=NOW,
                prediction_id=prediction,
                sample=draw.choice(crops),
                label=checked_label(label(prediction, text, **said), TAGS),
                width=60,
                height=15,
            )
        )
    about: dict[str, Any] = {"writer": "b" * 16, "sequence": 1, "stamp": count, "stored_at": NOW}
    asked = Marks("1" * 32, tuple(sorted({draw.choice(crops), draw.choice(crops)})), "me", NOW, give=(ASKED,))
    made.append(Event(kind="marks", prediction_id=None, sample=None, marks=asked, **about))
    theirs = tuple(sorted(crop for crop in crops if draw.random() < 0.5))
    if theirs:
        joined = Marks("2" * 32, theirs, "me", NOW, give=(project_tag("shoes"),))
        about |= {"sequence": 2, "stamp": count + 1}
        made.append(Event(kind="marks", prediction_id=None, sample=None, marks=joined, **about))
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest) -> Iterator[SampleIndex]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres")
    with closing(SampleIndex(url)) as found:
        yield found


def seen_of(index: SampleIndex, sight: Sight) -> list[Sample]:
    return [sight.of(sample) for sample in index.samples() if sight.sees(sample.projects)]


def check_waiting(index: SampleIndex, rules: SuspicionRules, sight: Sight = ALL) -> tuple[Waiting, ...]:
    """Compare the pictures that wait, and their labels and doubts read again by picture; return them."""
    wanted = find_waiting(seen_of(index, sight), rules)
    doubts = index.doubts if sight is ALL else index.doubts.seen_by(sight)
    found = waiting_crops(doubts, rules)
    assert found.digests == tuple(picture.digest for picture in wanted)
    read = {
        picture.digest: picture for picture in find_waiting(doubts.labels(found.digests), rules, clients=found.clients)
    }
    assert [read[digest] for digest in found.digests] == list(wanted)
    return wanted


def check_periods(index: SampleIndex, block: int, sight: Sight = ALL) -> int:
    """Compare the periods; return how many there are."""
    live = [sample for sample in seen_of(index, sight) if sample.label.source != UNPROVEN]
    periods_seen = index.periods if sight is ALL else index.periods.seen_by(sight)
    assert periods_seen.proven() == len(live)
    by_time = sorted(live, key=lambda sample: (sample.label.at, sample.stamp))
    days = [list(day) for _, day in itertools.groupby(by_time, key=lambda sample: sample.label.at.date())]
    blocks = [by_time[at : at + block] for at in range(0, len(by_time), block)]
    found = periods_seen.count(block)
    for periods, wanted in zip(found, (days, blocks), strict=True):
        assert [counted(some) for some in wanted] == [
            (part.start, part.end, part.labels, part.corrected, part.unreadable, pytest.approx(part.confidence))
            for part in periods
        ]
    return sum(map(len, found))


def counted(samples: Sequence[Sample]) -> tuple[object, ...]:
    labels = [sample.label for sample in samples]
    return (
        labels[0].at,
        labels[-1].at,
        len(labels),
        sum(said.status == "corrected" for said in labels),
        sum(said.status == "unreadable" for said in labels),
        sum(said.read_confidence for said in labels) / len(labels),
    )


@settings(max_examples=30, deadline=None)
@given(
    count=st.integers(0, 60),
    seed=st.integers(0, 10_000),
    rules=st.sampled_from(RULES),
    block=st.integers(1, 9),
    sight=st.sampled_from(SIGHTS),
)
@example(count=60, seed=1, rules=RULES[1], block=7, sight=ALL)
@example(count=60, seed=1, rules=RULES[1], block=7, sight=SIGHTS[1])
def test_what_the_index_finds_is_what_all_seen_labels_tell(
    count: int, seed: int, rules: SuspicionRules, block: int, sight: Sight
) -> None:
    with closing(SampleIndex("sqlite://")) as index:
        index.add(events(count, seed))
        check_waiting(index, rules, sight)
        check_periods(index, block, sight)


def test_each_doubt_and_each_day_is_found(index: SampleIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "parts", lambda values: ([value] for value in values))  # picture by picture
    index.add(events(200, 5))
    reasons = {doubt.reason for rules in RULES for picture in check_waiting(index, rules) for doubt in picture.doubts}
    for sight in SIGHTS[1:]:
        assert 0 < len(check_waiting(index, RULES[0], sight)) < len(check_waiting(index, RULES[0]))
        check_periods(index, 50, sight)
    assert reasons == {"contradiction", "contradicts a sure reading", "client contradicts", "unproven", "asked"}
    assert check_periods(index, 50) > 4


def test_a_store_without_labels_has_no_periods(index: SampleIndex) -> None:
    assert index.periods.count(50) == ([], [])
    assert not waiting_crops(index.doubts).digests


def test_labels_from_before_1970_have_a_day() -> None:
    at = (
        datetime(1969, 12, 31, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
    )
    with closing(SampleIndex("sqlite://")) as index:
        for number, (event, when) in enumerate(zip(events(3, 1), at, strict=False)):
            said = {"prediction_id": f"q{number}", "label": label(f"q{number}", at=when)}
            index.add([event.model_copy(update=said)])
        days, _ = index.periods.count(50)
    assert [day.labels for day in days] == [2, 1]
