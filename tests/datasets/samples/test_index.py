from __future__ import annotations

import contextlib
import random
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.errors import IndexUnavailableError
from datasets.samples.event import Event, needed_crops
from datasets.samples.index import SampleIndex
from datasets.samples.store import SampleStore
from tests.datasets.making import label
from tests.datasets.patterns import keep_all

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def labelled(stamp: int, prediction: str, sample: str, text: str = "A", writer: str = "aaaa") -> Event:
    about = {"writer": writer, "sequence": stamp, "stamp": stamp, "stored_at": NOW, "prediction_id": prediction}
    return Event(kind="label", sample=sample, label=label(prediction, text), width=60, height=15, **about)


def deleted(stamp: int, *, prediction: str | None = None, sample: str | None = None) -> Event:
    about = {"writer": "bbbb", "sequence": stamp, "stamp": stamp, "stored_at": NOW}
    return Event(kind="deleted", prediction_id=prediction, sample=sample, **about)


@pytest.fixture(params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SampleIndex]:
    if request.param == "sqlite":
        (tmp_path / "local").mkdir()
        found = SampleIndex.beside(tmp_path)
    else:
        found = SampleIndex(request.getfixturevalue("postgres"))
    yield found
    found.close()


def live(index: SampleIndex) -> list[tuple[str, str, str]]:
    return [(s.label.prediction_id, s.digest, s.label.text) for s in index.samples()]


def test_the_last_label_counts_in_whatever_order_events_come(index: SampleIndex) -> None:
    events = [
        labelled(1, "p", "s1", "A"),
        labelled(2, "p", "s1", "B"),
        labelled(3, "q", "s2", "C"),
        deleted(4, prediction="q"),
        labelled(5, "r", "s3", "D"),
        labelled(6, "t", "s3", "E"),
        deleted(7, sample="s3"),
        labelled(8, "t", "s3", "F"),
    ]
    random.Random(4).shuffle(events)
    for event in events:
        index.add([event])
        index.add([event])
    assert live(index) == [("p", "s1", "B"), ("t", "s3", "F")]
    assert index.count()[0]["accepted"] == 2
    assert index.count()[1] == 2
    assert index.find("q") is None
    found = index.find("p")
    assert found is not None
    assert found.label == label("p", "B")
    assert (found.width, found.height, found.stored_at) == (60, 15, NOW)


def test_equal_stamps_are_ordered_by_writer(index: SampleIndex) -> None:
    index.add([labelled(5, "p", "s", "late", "ffff"), labelled(5, "p", "s", "early", "0000")])
    assert live(index) == [("p", "s", "late")]


EVENTS = st.lists(
    st.tuples(st.sampled_from(["label", "undo", "erase"]), st.sampled_from(["p", "q"]), st.sampled_from(["s", "t"])),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(EVENTS)
def test_index_and_events_agree_on_what_is_needed(history: list[tuple[str, str, str]]) -> None:
    events = [
        labelled(stamp, prediction, sample)
        if kind == "label"
        else deleted(stamp, prediction=prediction)
        if kind == "undo"
        else deleted(stamp, sample=sample)
        for stamp, (kind, prediction, sample) in enumerate(history, 1)
    ]
    index = SampleIndex("sqlite://")
    try:
        half = len(events) // 2
        index.add(events[half:])  # out of order
        index.add(events[:half])
        needed = needed_crops(events)
        assert list(index.needed_crops()) == sorted(needed)
        for digest in ("s", "t"):
            assert index.is_needed(digest) == (digest in needed)
            labels = any(event.kind == "label" and event.sample == digest for event in events)
            assert index.is_buried(digest) == (labels and digest not in needed)
        # The live ones, by the simplest model there is.
        model: dict[str, str] = {}
        for kind, prediction, sample in history:
            if kind == "label":
                model[prediction] = sample
            elif kind == "undo":
                model.pop(prediction, None)
            else:
                model = {p: s for p, s in model.items() if s != sample}
        assert {s.label.prediction_id: s.digest for s in index.samples()} == model
        assert index.count()[0]["accepted"] == len(model)
        assert index.count()[1] == len(set(model.values()))
    finally:
        index.close()


def test_replace_and_sent(index: SampleIndex) -> None:
    first, second = labelled(1, "p", "s"), labelled(2, "q", "t")
    index.add([first])
    index.replicas.note("gs://a", [first.name])
    index.replicas.note("gs://a", [first.name])
    assert index.replicas.sent("gs://a") == {first.name}
    assert index.replicas.sent("gs://b") == set()
    index.renew(sorted((first.name, second.name)), [second])
    index.finish_rebuild([])
    assert index.event_names() == {second.name}
    index.replicas.replace("gs://a", [second.name])
    assert index.replicas.sent("gs://a") == {second.name}
    assert index.last_stamp() == 2


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE events SET text = 'WRONG', brands = '|' WHERE sequence = 2",
        "UPDATE events SET prediction_id = 'other' WHERE sequence = 2",
        "UPDATE events SET kind = 'deleted' WHERE sequence = 2",
        "DELETE FROM events WHERE sequence < 4",
        "DELETE FROM live",
        "UPDATE live SET text = 'WRONG'",
        "UPDATE live SET id = id + 100",
        "UPDATE tally SET accepted = 7, crops = 9, last_stamp = 1",
        "UPDATE events SET buried = NOT buried",
    ],
)
def test_reading_all_events_anew_puts_everything_right(index: SampleIndex, harm: str) -> None:
    events = [
        labelled(1, "p", "s", "A"),
        labelled(2, "p", "s", "B"),
        labelled(3, "q", "t", "C"),
        labelled(4, "r", "u"),
        deleted(5, sample="t"),
    ]
    index.add(events)
    before = (live(index), index.count(), index.revision(), list(index.needed_crops()))
    assert before[0] == [("p", "s", "B"), ("r", "u", "A")]
    with index._engine.begin() as connection:
        connection.exec_driver_sql(harm)
    for event in sorted(events, key=lambda event: event.name):
        index.renew([event.name], [event])
        assert index.rebuilt_to() == event.name
    index.finish_rebuild([])
    assert index.rebuilt_to() == ""
    assert (live(index), index.count(), index.revision(), list(index.needed_crops())) == before
    index.finish_rebuild([events[4].name, events[1].name])
    assert live(index) == [("p", "s", "A"), ("q", "t", "C"), ("r", "u", "A")]
    assert index.count()[1] == 3


def test_a_damaged_index_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "index.sqlite3").write_bytes(b"this is no database, not at all" * 100)
    index = SampleIndex.beside(tmp_path)
    assert index.event_names() == set()
    index.close()
    assert (tmp_path / "local" / "index.damaged").exists()


def test_an_index_with_one_damaged_page_is_put_aside(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        keep_all(store, range(30))
    path = tmp_path / "local" / "index.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_events_1'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xaa" * size)
    with SampleStore.open(tmp_path) as store:
        assert store.counts().kept == 30
        assert list(store.upkeep.verify()) == []
    assert path.with_suffix(".damaged").is_file()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_several_may_open_a_new_index_at_the_same_time(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}" if kind == "sqlite" else request.getfixturevalue("postgres")
    together = threading.Barrier(4)

    def make(_: int) -> int:
        together.wait(60)
        with contextlib.closing(SampleIndex(url)) as index:
            return index.last_stamp()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(make, range(4))) == [0] * 4


def test_an_index_of_another_version_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/i.sqlite3"
    index = SampleIndex(url)
    index.add([labelled(1, "p", "s")])
    index.close()
    monkeypatch.setattr("datasets.samples.index.index_version", lambda domain: 99)
    index = SampleIndex(url)
    assert index.event_names() == set()
    index.close()


@pytest.mark.parametrize(
    "url",
    ["mysql://x/y", "not a url", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2", "sqlite:////no/such/x"],
)
def test_a_database_that_cannot_be_used_is_one_clear_line(url: str) -> None:
    with pytest.raises(IndexUnavailableError) as caught:
        SampleIndex(url)
    assert "\n" not in str(caught.value)
