"""Tags and metadata are kept, replicated, rebuilt, taken back and put into versions as labels are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.errors import LabelError, StoreError, UnknownActionError, UnknownSampleError
from datasets.samples.event import Event, read_event
from datasets.samples.history import live_samples, read_history
from datasets.samples.index import SampleIndex
from datasets.samples.marks import LONGEST_TAG, CropMarks, Marks, checked_marks, marks_of, tag_text
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture
from tests.datasets.samples.test_index import deleted

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], SampleStore]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    return lambda: SampleStore.open(tmp_path / "spool", database=url)


@pytest.fixture
def store(opened: Callable[[], SampleStore]) -> Iterator[SampleStore]:
    with opened() as found:
        for number in range(4):
            found.keep(picture(number), label(f"p{number}"))
        yield found


def digests(store: SampleStore) -> list[str]:
    return [sample.digest for sample in store.samples()]


def found(store: SampleStore, text: str) -> set[str]:
    return {sample.label.prediction_id for sample in store.search.page(parse_filter(text), size=100).samples}


def test_tags_are_given_to_many_at_once_and_taken(store: SampleStore, opened: Callable[[], SampleStore]) -> None:
    crops = digests(store)
    store.marks.change(crops[:3], by="kim", give=["Blurry", "to  do"], values={"Shelf": "A3"})
    store.marks.change([crops[0]], by="lee", take=["blurry"], values={"shelf": "B1", "box": "2"})
    store.marks.change([crops[1]], by="lee", drop=["shelf"])
    with opened() as again:
        for each in (store, again):
            assert each.marks.of(crops) == {
                crops[0]: CropMarks(frozenset({"to do"}), {"box": "2", "shelf": "B1"}),
                crops[1]: CropMarks(frozenset({"blurry", "to do"})),
                crops[2]: CropMarks(frozenset({"blurry", "to do"}), {"shelf": "A3"}),
            }
            assert each.marks.tags() == {"blurry": 2, "to do": 3}
            assert found(each, "tag = blurry") == {"p1", "p2"}
            assert found(each, "not tag = 'to do'") == {"p3"}
    assert [(c.by, c.name, c.value) for c in store.marks.history(crops[0])] == [
        ("kim", "blurry", ""),
        ("kim", "to do", ""),
        ("kim", "shelf", "A3"),
        ("lee", "blurry", None),
        ("lee", "box", "2"),
        ("lee", "shelf", "B1"),
    ]
    assert list(store.upkeep.verify()) == []


def test_an_action_is_taken_back_as_if_it_had_never_been(store: SampleStore) -> None:
    crops = digests(store)
    store.marks.change(crops[:2], by="kim", give=["a"], values={"shelf": "1"})
    action = store.marks.change(crops, by="lee", give=["b"], take=["a"], values={"shelf": "2"})
    assert found(store, "tag = a") == set()
    assert store.marks.undo(action, by="kim") == 4
    assert found(store, "tag = a") == {"p0", "p1"}
    assert found(store, "tag = b") == set()
    assert store.marks.of(crops[:1])[crops[0]].values == {"shelf": "1"}
    assert [(change.name, change.undone_by is not None) for change in store.marks.history(crops[3])] == [
        ("a", True),
        ("b", True),
        ("shelf", True),
    ]
    for wrong in (action, "0" * 32, "nothing"):
        with pytest.raises(UnknownActionError):
            store.marks.undo(wrong, by="kim")


def test_a_change_that_is_sent_again_is_kept_once(store: SampleStore) -> None:
    first, second, *_ = sorted({sample.digest for sample in store.samples()})
    said = {"by": "kim", "give": ["B"], "take": ["a"], "values": {"shelf": "2"}, "action": "1" * 32}
    before = len(store.marks.history(first))
    for crops in ([first], [first], [first, second]):  # an interruption has left the second one unchanged
        assert store.marks.change(crops, **said) == "1" * 32
    for crop in (first, second):
        assert sum(change.action == "1" * 32 for change in store.marks.history(crop)) == 3
    assert len(store.marks.history(first)) == before + 3
    assert store.marks.undo("1" * 32, by="kim") == 2


def test_a_thousand_crops_are_marked_at_once_in_few_events(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        for number in range(5):
            store.keep(picture(number), label(f"p{number}"))
        crops = digests(store)
        many = [f"{number:064x}" for number in range(1000)]
        store._index.search.live_among = lambda asked: set(asked)  # type: ignore[method-assign]
        before = store.revision()[0]
        action = store.marks.change([*crops, *many], by="kim", give=["x" * LONGEST_TAG], values={"k": "가" * 200})
        assert store.revision()[0] - before == 3
        assert found(store, "tag = " + "x" * LONGEST_TAG) == {f"p{number}" for number in range(5)}
        assert store.marks.undo(action, by="kim") == 1005
        assert store.marks.of(crops) == {}


def test_bad_changes_keep_nothing(store: SampleStore) -> None:
    crops, before = digests(store), store.revision()
    wrong: list[dict[str, Any]] = [
        {},
        {"give": ['say "no"']},
        {"give": ["x" * 65]},
        {"give": ["a"], "take": ["A"]},
        {"values": {"a key": "1"}},
        {"values": {"key": ""}},
        {"values": {"key": "a\nb"}},
        {"give": [f"t{number}" for number in range(17)]},
        {"give": ["a"], "by": ""},
    ]
    for change in wrong:
        with pytest.raises(LabelError):
            store.marks.change(crops, **({"by": "kim"} | change))
    with pytest.raises(LabelError):
        store.marks.change([], by="kim", give=["a"])
    with pytest.raises(UnknownSampleError, match="1 of 2 crops"):
        store.marks.change([crops[0], "0" * 64], by="kim", give=["a"])
    assert store.revision() == before


def test_marks_come_to_the_bucket_and_from_it_and_are_rebuilt(tmp_path: Path) -> None:
    url = (tmp_path / "bucket").as_uri()
    with SampleStore.open(tmp_path / "one", storage_url=url, policy=HASTY) as one:
        for number in range(3):
            one.keep(picture(number), label(f"p{number}"))
        crops = digests(one)
        one.marks.change(crops[:2], by="kim", give=["a"])
        action = one.marks.change(crops, by="kim", give=["b"])
        assert one.bucket.flush(60)
        with SampleStore.open(tmp_path / "two", storage_url=url, policy=HASTY) as two:
            two.bucket.pull()
            assert two.marks.tags() == {"a": 2, "b": 3}
            two.marks.undo(action, by="lee")
            assert two.bucket.flush(60)
        one.bucket.pull()
        assert one.marks.tags() == {"a": 2}
        one.upkeep.reindex()
        assert one.marks.tags() == {"a": 2}
        assert list(one.upkeep.verify()) == []
        with Places.open(tmp_path / "one", url) as places:
            assert live_samples(read_history(places).events) == list(one.samples())
        one.delete(crops[0])
        one.keep(picture(0), label("again"))
        assert one.marks.of(crops) == {crops[1]: CropMarks(frozenset({"a"}))}


def action_event(stamp: int, **said: Any) -> Event:
    said = {"action": f"{stamp:032x}", "samples": (), "by": "me", "at": NOW} | said
    about = {"writer": "cccc", "sequence": stamp, "stamp": stamp, "stored_at": NOW}
    return Event(kind="marks", prediction_id=None, sample=None, marks=Marks(**said), **about)


CROPS = ["a" * 64, "b" * 64]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.sampled_from(CROPS), st.sampled_from("xy")),
        st.tuples(st.just("take"), st.sampled_from(CROPS), st.sampled_from("xy")),
        st.tuples(st.just("set"), st.sampled_from(CROPS), st.sampled_from("xy")),
        st.tuples(st.just("undo"), st.integers(1, 8), st.none()),
        st.tuples(st.just("erase"), st.sampled_from(CROPS), st.none()),
    ),
    max_size=9,
)


@settings(max_examples=40)  # each builds its indexes three times
@given(STEPS, st.randoms(use_true_random=False))
def test_index_and_events_agree_in_whatever_order_they_come(steps: list[tuple[str, Any, Any]], draw: Any) -> None:
    events = []
    for stamp, (what, about, name) in enumerate(steps, 1):
        if what == "undo":
            events.append(action_event(stamp, undoes=f"{about:032x}"))
        elif what == "erase":
            events.append(deleted(stamp, sample=about))
        else:
            said = {"give": {"give": (name,)}, "take": {"take": (name,)}, "set": {"values": {name: str(stamp)}}}[what]
            events.append(action_event(stamp, samples=(about,), **said))
    expected = marks_of(events)
    draw.shuffle(events)
    with closing(SampleIndex("sqlite://")) as index, closing(SampleIndex("sqlite://")) as filled:
        for event in events:
            index.add([event])
        filled.fill([events])
        assert index.marks.of(CROPS) == filled.marks.of(CROPS) == expected
        index.renew(sorted(event.name for event in events) or ["events/"], events)
        index.finish_rebuild([])
        assert index.marks.of(CROPS) == expected


def test_an_event_of_marks_has_its_bytes_for_ever() -> None:
    marks = checked_marks(
        Marks("0" * 32, ("b" * 64, "a" * 64), "kim", NOW, give=("Blurry",), values={"Shelf": "가"}, source="import")
    )
    event = Event(
        kind="marks", writer="f" * 16, sequence=3, stamp=7, stored_at=NOW, prediction_id=None, sample=None, marks=marks
    )
    assert event.to_bytes().decode() == (
        '{"action":"00000000000000000000000000000000","at":"2026-05-04T00:00:00+00:00","by":"kim","drop":[],'
        '"give":["blurry"],"kind":"marks","prediction_id":null,"sample":null,'
        f'"samples":["{"a" * 64}","{"b" * 64}"],"schema":1,"sequence":3,"source":"import","stamp":7,'
        '"stored_at":"2026-05-04T00:00:00+00:00","take":[],"undoes":null,"values":{"shelf":"가"},"writer":"'
        + "f" * 16
        + '"}\n'
    )
    assert read_event(event.name, event.to_bytes()) == event
    wrong = event.to_bytes().replace(b'"blurry"', b'"BLURRY"')
    with pytest.raises(StoreError):
        read_event(event.name, wrong)


@given(st.text(max_size=70))
def test_a_tag_has_one_spelling(text: str) -> None:
    try:
        tag = tag_text(text)
    except LabelError:
        return
    assert tag_text(tag) == tag
    assert f'tag = "{tag}"' == str(parse_filter(f'tag = "{tag}"'))
