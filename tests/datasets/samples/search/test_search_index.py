"""Searches find in the database what the filters take in Python."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.samples.event import Event
from datasets.samples.index import SampleIndex
from datasets.samples.marks import Marks
from datasets.samples.picture_quality import PictureQuality
from datasets.samples.sample import Sample, checked_label, label_doubt
from datasets.samples.search import plan, search_index
from datasets.samples.search.filters import All, Filter
from datasets.samples.search.parser import parse_filter
from datasets.samples.search.search_index import ORDERS, SearchIndex
from datasets.samples.sight import Sight
from ocr_model.domains.tags import TAGS
from tests.datasets.making import label

TEXTS = ["CW2288-111", "GW2871", "ARTGW2871", "M990GL5", "162050C", "100008492", "품번:AB12-3", "A'B", "%_\\", "7", ""]
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def events(count: int, seed: int = 3) -> list[Event]:
    """Labels of many kinds, some with the same prediction and some with the same crop."""
    draw, made = random.Random(seed), []
    for number in range(1, count + 1):
        text = draw.choice(TEXTS)
        said: dict[str, Any] = {
            "status": "accepted" if not text or draw.random() < 0.5 else draw.choice(["corrected", "unreadable"]),
            "read_text": draw.choice(TEXTS),
            "read_confidence": draw.choice([0.0, 0.25, 0.875, 0.9, 1.0]),
            "model_name": draw.choice(["trba", "other"]),
            "model_version": draw.choice(["1", "1.0", ""]),
            "client": draw.choice(["c1", "C1", "", "it's"]),
            "source": draw.choice(["app", "unproven", "review"]),
            "at": NOW + timedelta(microseconds=draw.choice([-1, 0, 1, 86_400_000_000])),
            "turn": draw.randrange(4),
        }
        prediction = f"p{draw.randrange(count)}"
        kept = checked_label(label(prediction, text, **said), TAGS)
        about: dict[str, Any] = {
            "writer": "a" * 16,
            "sequence": number,
            "stamp": draw.randrange(count),
            "stored_at": NOW,
        }
        sample = f"{draw.randrange(count // 2 + 1):064x}"
        width, height = draw.choice([10, 60]), draw.choice([5, 15])
        made.append(
            Event(
                kind="label", sample=sample, prediction_id=prediction, label=kept, width=width, height=height, **about
            )
        )
    values = ({"shelf": "A3", "box": "1"}, {"shelf": "a3 it's"}, {"shelf": 'A3 "x"', "box.no": "Ä"})
    given = (("a", "project::bags"), ("a", "project::shoes", "to do"), ("b", "project::bags", "project::shoes"))
    for number, (tags, said) in enumerate(zip(given, values, strict=True), 1):
        crops = tuple(sorted({f"{draw.randrange(count // 2 + 1):064x}" for _ in range(count // 4)}))
        marks = Marks(f"{number:032x}", crops, "me", NOW, give=tags, take=("c",) if number > 1 else (), values=said)
        about = {"writer": "b" * 16, "sequence": number, "stamp": draw.randrange(count), "stored_at": NOW}
        made.append(Event(kind="marks", prediction_id=None, sample=None, marks=marks, **about))
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SampleIndex]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres")
    with closing(SampleIndex(url)) as found:
        yield found


@pytest.fixture(params=["by indexes", "by the rarest part", "one by one", "one by one, given up"])
def filled(request: pytest.FixtureRequest, index: SampleIndex, monkeypatch: pytest.MonkeyPatch) -> SampleIndex:
    """An index with labels that are searched in one of the ways."""
    if request.param != "by indexes":
        monkeypatch.setattr(plan, "FEW", 0)
        monkeypatch.setattr(search_index, "FEW", 0)
        monkeypatch.setattr(search_index, "_SECONDS", 3600.0)  # a machine that halts for a moment counts all the same
        monkeypatch.setattr(search_index, "_SECONDS_IN_ORDER", 3600.0)
    if request.param.startswith("one by one"):
        by_indexes, planned = plan.Plan(in_order=False), plan.Planner.page

        def in_order(planner: plan.Planner, connection: sa.Connection, wanted: Filter, **sizes: int) -> plan.Plan:
            found = planned(planner, connection, wanted, **sizes)
            return plan.Plan(in_order=True, otherwise=by_indexes if found.in_order else found)

        monkeypatch.setattr(plan.Planner, "page", in_order)
    if request.param.endswith("given up"):
        monkeypatch.setattr(search_index, "_SECONDS_IN_ORDER", 0.001)
        monkeypatch.setattr(search_index, "_STEPS", 1)
    index.add(events(150))
    crops = sorted({sample.digest for sample in index.samples()})
    measured = {crop: PictureQuality(int(crop, 16) % 4, 10.0, 0.5 * (int(crop, 16) % 3)) for crop in crops[::2]}
    index.qualities.note(measured)  # the others are not measured yet
    return index


WORDS = ["c1", "C1", '"it\'s"', "app", "trba", "1", "'\x00'", "'\ud800'", "nike", "|", "288"]
VALUES = st.sampled_from([*(f'"{text}"' for text in TEXTS), *WORDS])
LISTS = st.lists(VALUES, min_size=1, max_size=3).map(lambda several: f"({', '.join(several)})")
NUMBERS = st.sampled_from(["0", "1", "-1", "2", "0.875", "0.9", "1.5", "5", "10", "60", "10.0000001", "1" + "0" * 30])
TIMES = st.sampled_from(
    ["2026-05-04", "2026-05-03T23:59:59.999999", "2026-05-04T09:00:00.000001+09:00", "0001-01-01", "9999-12-31"]
)
COMPARISONS = st.one_of(
    st.tuples(
        st.sampled_from(["text", "code", "read_text", "client", "source", "model", "model_version"]),
        st.sampled_from(["=", "!=", "contains"]),
        VALUES,
    ),
    st.tuples(
        st.just("brand"), st.sampled_from(["=", "!="]), st.sampled_from(["nike", "Jordan", "reebok", "none", "'|'"])
    ),
    st.just(("brand", "in", "(nike, 'New Balance', nobody)")),
    st.tuples(
        st.just("text"),
        st.sampled_from(["in", "not in"]),
        LISTS,
    ),
    st.tuples(
        st.sampled_from(["confidence", "turn", "length", "width", "height", "doubt", "sharpness", "light", "contrast"]),
        st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
        NUMBERS,
    ),
    st.tuples(
        st.sampled_from(["turn", "width", "confidence", "light", "doubt"]),
        st.sampled_from(["in", "not in"]),
        st.lists(NUMBERS, min_size=1, max_size=3).map(lambda all_of: f"({', '.join(all_of)})"),
    ),
    st.tuples(st.just("at"), st.sampled_from(["<", "<=", "=", "!=", ">", ">="]), TIMES),
    st.tuples(
        st.just("status"), st.sampled_from(["=", "!="]), st.sampled_from(["accepted", "corrected", "unreadable"])
    ),
    st.tuples(st.just("crop"), st.sampled_from(["=", "!=", "contains"]), st.sampled_from([f"{7:064x}", "0", "c"])),
    st.tuples(st.just("tag"), st.sampled_from(["=", "!="]), st.sampled_from(["a", "B", "'To do'", "nobody"])),
    st.tuples(st.just("project"), st.sampled_from(["=", "!="]), st.sampled_from(["bags", "Shoes", "none", "nobody"])),
    st.just(("project", "not in", "(bags, none)")),
    st.just(("tag", "not in", "(b, 'to do', nobody)")),
    st.tuples(
        st.sampled_from(["meta.shelf", "META.Box", "meta.box.no", "meta.none"]),
        st.sampled_from(["=", "!=", "contains"]),
        st.sampled_from(["A3", "a3", "1", "''", "' A3 '", "Ä", '"it\'s"', "'\x00'", "nobody"]),
    ),
    st.just(("meta.shelf", "in", "(A3, nobody, '\x00')")),
    st.just(("meta.shelf", "not in", "(A3, 'a3 it')")),
    st.just(("status", "not in", "(corrected, unreadable)")),
).map(" ".join)
FILTERS = st.one_of(
    st.just("all"),
    st.recursive(
        COMPARISONS,
        lambda inner: st.one_of(
            inner.map("not ({})".format),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' and '.join(parts)})"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
        ),
        max_leaves=5,
    ),
).map(parse_filter)


def every(search: SearchIndex, wanted: Filter, order: Any, size: int = 40) -> list[Sample]:
    """The labels of all pages."""
    found, after = [], None
    while True:
        page = search.page(wanted, size=size, order=order, after=after)
        found += page.samples
        if page.after is None:
            return found
        after = page.after


def measure(name: str) -> Callable[[Sample], float | None]:
    return lambda sample: None if sample.quality is None else float(getattr(sample.quality, name))


# The value that each order sorts by, and -1 where its largest values come first.
KEYS: dict[str, tuple[Callable[[Sample], float | None], int]] = {
    "newest": (lambda sample: sample.label.at.timestamp(), -1),
    "oldest": (lambda sample: sample.label.at.timestamp(), 1),
    "surest": (lambda sample: sample.label.read_confidence, -1),
    "least sure": (lambda sample: sample.label.read_confidence, 1),
    "most doubtful": (lambda sample: label_doubt(sample.label), -1),
    "sharpest": (measure("sharpness"), -1),
    "least sharp": (measure("sharpness"), 1),
    "brightest": (measure("light"), -1),
    "darkest": (measure("light"), 1),
    "most contrast": (measure("contrast"), -1),
    "least contrast": (measure("contrast"), 1),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS, order=st.sampled_from(ORDERS))
def test_a_search_finds_what_the_filter_takes(filled: SampleIndex, wanted: Filter, order: str) -> None:
    assert any(sample.tags and sample.metadata for sample in filled.samples())
    taken = {sample.event: sample for sample in filled.samples() if wanted.matches(sample, TAGS)}
    found = every(filled.search, wanted, order)
    by, sign = KEYS[order]
    shown = {event: sample for event, sample in taken.items() if by(sample) is not None}
    assert {sample.event: sample for sample in found} == shown
    assert len(found) == len(shown)
    values = [sign * (by(sample) or 0.0) for sample in found]
    assert values == sorted(values)
    assert filled.search.count(wanted).labels == len(taken)
    assert filled.search.count(wanted).is_exact


def test_a_list_of_any_length_is_looked_for(filled: SampleIndex) -> None:
    for field, value in (
        ("tag", '"to do"'),
        ("meta.shelf", "A3"),
        ("meta.none", "x"),
        ("brand", "Nike"),
        ("project", "bags"),
    ):
        many = ",".join([*["x"] * 900, value])
        for wanted in (parse_filter(f"{field} in ({many})"), parse_filter(f"turn != 9 and not {field} in ({many})")):
            taken = sum(map(wanted.matches, filled.samples()))
            assert filled.search.count(wanted).labels == taken
            assert len(every(filled.search, wanted, "newest")) == taken


def test_any_number_of_projects_is_seen(filled: SampleIndex) -> None:
    sight = Sight(frozenset({"bags", *(f"p{number}" for number in range(1200))}), others=False)
    seen = sum(sight.sees(sample.projects) for sample in filled.samples())
    assert len(filled.search.seen_by(sight).page(All(), size=500).samples) == seen


SIGHTS = st.builds(Sight, st.frozensets(st.sampled_from(["bags", "shoes", "nobody"])), st.booleans())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS, order=st.sampled_from(ORDERS), sight=SIGHTS)
def test_who_sees_a_part_finds_it_as_if_there_were_nothing_else(
    filled: SampleIndex, wanted: Filter, order: str, sight: Sight
) -> None:
    seen = [sight.of(sample) for sample in filled.samples() if sight.sees(sample.projects)]
    assert {bool(sample.projects) for sample in filled.samples()} == {True, False}
    taken = {sample.event: sample for sample in seen if wanted.matches(sample, TAGS)}
    shown = {event: sample for event, sample in taken.items() if KEYS[order][0](sample) is not None}
    search = filled.search.seen_by(sight)
    assert {sample.event: sample for sample in every(search, wanted, order)} == shown
    assert search.count(wanted).labels == len(taken)
    crops = {sample.digest for sample in filled.samples()}
    assert search.live_among(crops) == set(search.traits(crops)) == {sample.digest for sample in seen}
    # Those of projects that have no label any more, or none yet, are named too.
    assert set(search.crops_not_seen()) & crops == crops - {sample.digest for sample in seen}
    assert filled.marks.seen_by(sight).seen_among(crops) == {sample.digest for sample in seen}
    # What a version keeps as its definition finds the same for who sees all.
    bounded = parse_filter(str(sight.bounded(wanted))) if sight.values else None
    assert bounded is None or {sample.event for sample in filled.samples() if bounded.matches(sample, TAGS)} == set(
        taken
    )


def test_pages_of_any_size_hold_every_label_once(filled: SampleIndex) -> None:
    for size in (1, 7, 1000):
        found = every(filled.search, parse_filter("all"), "newest", size)
        assert sorted(s.event for s in found) == sorted(s.event for s in filled.samples())


def test_a_page_goes_on_behind_a_label_that_was_replaced_meanwhile(index: SampleIndex) -> None:
    made = events(60)
    index.add(made)
    first = index.search.page(parse_filter("all"), size=10)
    last = first.samples[-1]
    again = last.label
    index.add(
        [
            Event(
                kind="label",
                writer="b" * 16,
                sequence=1,
                stamp=10_000,
                stored_at=NOW,
                prediction_id=again.prediction_id,
                sample=last.digest,
                label=again,
                width=5,
                height=5,
            )
        ]
    )
    second = index.search.page(parse_filter("all"), size=1000, after=first.after)
    known = {sample.label.prediction_id for sample in (*first.samples, *second.samples)}
    assert known == {sample.label.prediction_id for sample in index.samples()}


def test_what_takes_too_long_to_count_is_estimated(index: SampleIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add(events(3000))
    monkeypatch.setattr(search_index, "FEW", 0)
    monkeypatch.setattr(plan, "FEW", 0)
    monkeypatch.setattr(search_index, "_SECONDS", 0.001)
    monkeypatch.setattr(search_index, "_STEPS", 1)
    number = index.search.count(parse_filter("text contains 2 or read_text contains 2 or client contains c"))
    exact = sum(
        parse_filter("text contains 2 or read_text contains 2 or client contains c").matches(s, TAGS)
        for s in index.samples()
    )
    assert abs(number.labels - exact) <= exact * 0.1  # all of them are the sample
    assert index.search.count(parse_filter("all")).is_exact
