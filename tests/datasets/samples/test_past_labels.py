from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from datasets.samples.review import DROPPED
from datasets.samples.store import SampleStore
from tests.datasets.making import label, picture


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SampleStore]:
    with SampleStore.open(tmp_path) as opened:
        yield opened


def test_events_tell_what_became_of_a_label_and_who_changed_it(store: SampleStore) -> None:
    first = store.keep(picture(1), label("p1"))
    store.keep(picture(2), label("p2"))
    dropped = store.keep(picture(1), replace(first.label, source=DROPPED), expected=first.event, by="kim")
    back = store.restore(first, expected=dropped.event, by="lee")
    events = store.past.events("p1")
    assert [event.name for event in events] == [first.event, dropped.event, back.event]
    assert [(event.sample.by, event.sample.restores) for event in events if event.sample is not None] == [
        ("", None),
        ("kim", None),
        ("lee", first.stamp),
    ]
    store.undo("p1")
    assert [event.sample is None for event in store.past.events("p1")] == [False, False, False, True]
    assert store.past.events("nobody") == []


def test_labels_of_a_crop_are_those_that_live_the_latest_first(store: SampleStore) -> None:
    for name in ("p1", "p2", "p3"):
        digest = store.keep(picture(1), label(name)).digest
    store.undo("p2")
    assert [sample.label.prediction_id for sample in store.past.labels_of(digest)] == ["p3", "p1"]
