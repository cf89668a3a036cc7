"""Crops join and leave projects as they are given tags, and their labels follow wherever they come from."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.errors import LabelError, NotYoursError, UnknownActionError, UnknownSampleError
from datasets.samples.event import Event
from datasets.samples.history import live_samples
from datasets.samples.index import SampleIndex
from datasets.samples.marks import project_id, tag_text
from datasets.samples.search.filters import All
from datasets.samples.search.parser import parse_filter
from datasets.samples.seen_store import SeenStore
from datasets.samples.sight import Sight
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture
from tests.datasets.samples.search.test_search_index import every
from tests.datasets.samples.test_index import deleted
from tests.datasets.samples.test_kept_marks import CROPS, NOW, action_event

NAMES = ["x", "project::shoes", "project::bags"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["give", "take"]), st.sampled_from(CROPS), st.sampled_from(NAMES)),
        st.tuples(st.just("undo"), st.integers(1, 8), st.none()),
        st.tuples(st.just("erase"), st.sampled_from(CROPS), st.none()),
        st.tuples(st.just("label"), st.sampled_from(CROPS), st.sampled_from(["p1", "p2"])),
    ),
    max_size=9,
)


def made(stamp: int, what: str, about: Any, name: Any) -> Event:
    if what == "undo":
        return action_event(stamp, undoes=f"{about:032x}")
    if what == "erase":
        return deleted(stamp, sample=about)
    if what == "label":
        said = {"kind": "label", "writer": "a" * 16, "sequence": stamp, "stamp": stamp, "stored_at": NOW}
        return Event(sample=about, prediction_id=name, label=label(name), width=5, height=5, **said)
    return action_event(stamp, samples=(about,), **{what: (name,)})


@settings(max_examples=40)  # each builds its indexes three times
@given(STEPS, st.randoms(use_true_random=False))
def test_labels_belong_where_the_events_say_in_whatever_order_they_come(
    steps: list[tuple[str, Any, Any]], draw: Any
) -> None:
    events = [made(stamp, *step) for stamp, step in enumerate(steps, 1)]
    expected = {sample.event: sample for sample in live_samples({event.name: event for event in events})}
    draw.shuffle(events)
    with closing(SampleIndex("sqlite://")) as index, closing(SampleIndex("sqlite://")) as filled:
        for event in events:
            index.add([event])
        filled.fill([events])
        for each in (index, filled):
            assert {sample.event: sample for sample in each.samples()} == expected
            shoes = {event for event, sample in expected.items() if "shoes" in sample.projects}
            found = each.search.page(parse_filter("project = shoes"), size=50).samples
            assert {sample.event for sample in found} == shoes
        index.renew(sorted(event.name for event in events) or ["events/"], events)
        index.finish_rebuild([])
        assert {sample.event: sample for sample in index.samples()} == expected


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path / "spool") as found:
        for number in range(4):
            found.keep(picture(number), label(f"p{number}"))
        yield found


def test_a_crop_that_is_turned_stays_in_its_project(store: SampleStore) -> None:
    crop = store.find("p0")
    assert crop is not None
    store.marks.change([crop.digest], by="kim", join=["Shoes"])
    turned = store.keep(picture(0).rotate(180), label("p0", "OTHER1"))
    assert turned.digest != crop.digest
    present = store.find("p0")
    assert present is not None
    assert present.projects == {"shoes"}
    outside = SeenStore(store, Sight(frozenset()), Sight(frozenset()))
    with pytest.raises(UnknownSampleError):
        outside.find("p0")
    assert "p0" not in {sample.label.prediction_id for sample in every(outside.search, All(), "newest")}


def test_tags_and_projects_are_not_mistaken_for_each_other(store: SampleStore) -> None:
    crops = sorted(sample.digest for sample in store.samples())
    store.marks.change(crops[:1], by="kim", give=["shoes"], join=["shoes", "bags"])
    marks = store.marks.of(crops)[crops[0]]
    assert (marks.tags, marks.projects) == ({"shoes"}, {"shoes", "bags"})
    assert store.marks.tags() == {"shoes": 1}
    for wrong in ("project::shoes", "Project::Shoes"):
        with pytest.raises(LabelError):
            tag_text(wrong)
        with pytest.raises(LabelError):
            store.marks.change(crops[:1], by="kim", take=[wrong])
    store.marks.change(crops[:1], by="kim", leave=["bags"])
    assert store.marks.of(crops)[crops[0]].projects == {"shoes"}


def test_what_may_be_looked_at_is_not_touched(store: SampleStore) -> None:
    crops = sorted(sample.digest for sample in store.samples())
    action = store.marks.change(crops[:2], by="kim", join=["shoes"])
    looking = SeenStore(store, Sight(frozenset({"shoes"})), Sight(frozenset()))
    assert len(every(looking.search, All(), "newest")) == 4
    with pytest.raises(NotYoursError):
        looking.check_touch(crops)
    with pytest.raises(NotYoursError):
        looking.check_action(action)
    with pytest.raises(NotYoursError):
        looking.check_projects(["shoes"])
    looking.check_touch(crops[2:])
    outside = SeenStore(store, Sight(frozenset()), Sight(frozenset()))
    with pytest.raises(UnknownActionError):
        outside.check_action(action)
    with pytest.raises(UnknownSampleError):
        outside.check_touch(crops)
    assert outside.totals() == ({"accepted": 2, "corrected": 0, "unreadable": 0}, 2)
    with pytest.raises(UnknownSampleError):
        outside.crop(crops[0])
    with pytest.raises(UnknownSampleError):
        outside.stored_bytes(crops[0])
    everybody = SeenStore(store)
    everybody.check_touch(crops)
    everybody.check_action(action)
    assert everybody.totals()[1] == 4


@pytest.mark.parametrize(
    ("written", "kept"), [("Shoes", "shoes"), (" Fall  2026 ", "fall-2026"), ("가을 신발", "가을-신발")]
)
def test_an_id_has_one_spelling(written: str, kept: str) -> None:
    assert project_id(written) == kept
    assert project_id(kept) == kept
    assert str(parse_filter(f"project = {kept}")) == f'project = "{kept}"'


@pytest.mark.parametrize("wrong", ["", "none", "a|b", "-a", "a" * 41, 'a"b', "a/b"])
def test_what_no_project_can_be_called_is_refused(wrong: str) -> None:
    with pytest.raises(LabelError):
        project_id(wrong)
