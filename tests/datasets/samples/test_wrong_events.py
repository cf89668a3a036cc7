"""Events whose names prove their bytes and whose bytes are wrong: they are set aside, and everything else goes on."""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.errors import StoreError
from datasets.objects.folder import FolderObjects
from datasets.objects.names import crop_name
from datasets.samples.event import LAST_STAMP, Event, read_event
from datasets.samples.history import live_samples, read_history
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.samples.tables import row_of
from ocr_model.domains.tags import TAGS
from tests.datasets.making import HASTY, forge, label, picture

FIELDS = (
    *("kind", "schema", "writer", "sequence", "stamp", "stored_at", "prediction_id", "sample", "width", "height"),
    *("status", "text", "read_text", "read_confidence", "model", "client", "at", "turn", "source", "label", "new"),
)
EDGES = (
    *(None, True, -1, 0, 2**31, 2**63 - 5, 2**63, 10**400, LAST_STAMP, LAST_STAMP + 1, 0.5, -0.0, 1e308),
    *(float("nan"), float("inf"), "", "x" * 300, "A\x00B", "A\tB", "\ud800", "\u202e", "=1+1", ["x"], [], {}),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-05-04T12:30:00", "2026-05-04T12:30:00Z"),
    *("deleted", "unreadable", "corrected", "../../x", {"name": ["x"], "version": None}, {"name": "x" * 10_000}),
)
VALUES = st.sampled_from(EDGES) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NUMBERS = itertools.count(1)
_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # a machine may be busy


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], SampleStore]]:
    """Opens a store with a folder in the place of a bucket."""
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres")

    def open_store() -> SampleStore:
        url = (tmp_path / "bucket").as_uri()
        return SampleStore.open(tmp_path / "spool", storage_url=url, database=database, upload=False, policy=HASTY)

    yield open_store


def check(store: SampleStore, root: Path, number: int) -> None:
    """Everything that reads events still does, and a good label is kept."""
    before = store.counts().kept
    prediction = f"good{number}"
    kept = store.keep(picture(number), label(prediction))
    assert store.find(prediction) == kept
    assert store.counts().kept == before + 1
    assert {sample.label.prediction_id for sample in store.samples()} >= {prediction}
    with Places.open(root / "spool") as places:
        live = live_samples(read_history(places, past_damaged=True).events)
    assert prediction in {sample.label.prediction_id for sample in live}


@settings(max_examples=25, deadline=None, suppress_health_check=_SLOW)
@given(field=st.sampled_from(FIELDS), value=VALUES)
def test_any_wrong_field_is_taken_in_or_set_aside(
    opened: Callable[[], SampleStore], tmp_path: Path, field: str, value: Any
) -> None:
    number = next(NUMBERS)
    name, data = forge({field: value}, writer=f"{number:016x}")
    FolderObjects(tmp_path / "bucket").put(name, data)
    with opened() as store:
        store.bucket.pull()
        is_aside = name in store.upkeep.set_aside()
        assert is_aside != (tmp_path / "spool" / name).exists()
        named = {problem.name: problem.what for problem in store.upkeep.verify()}
        assert (name in named) == is_aside
        assert is_aside or name in store._index.event_names()
        check(store, tmp_path, number)
    (tmp_path / "bucket" / name).unlink()


@settings(deadline=None, suppress_health_check=_SLOW)
@given(field=st.sampled_from(FIELDS), value=VALUES)
def test_any_wrong_field_is_read_or_refused_by_name(field: str, value: Any) -> None:
    name, data = forge({field: value})
    try:
        event = read_event(name, data)
    except StoreError as error:
        assert str(error).startswith(f"{name}: ")
        assert len(str(error)) < 1000
        return
    assert event.name == name
    assert 0 <= event.stamp <= LAST_STAMP
    row = row_of(event, TAGS)
    assert all(len(text) <= 200 and text.isprintable() for text in row.values() if isinstance(text, str))
    assert all(abs(number) < 2**53 for number in row.values() if isinstance(number, int))


@pytest.mark.parametrize(
    "fields", [{"text": ["x"]}, {"stamp": 2**63}, {"stamp": 2**63 - 5}, {"text": "A\x00B"}, {"at": "0001-01-01T00:00Z"}]
)
def test_a_wrong_event_that_an_earlier_release_has_copied_stops_nothing(
    opened: Callable[[], SampleStore], tmp_path: Path, fields: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    name, data = forge(fields)
    for folder in ("spool", "bucket"):
        FolderObjects(tmp_path / folder).put(name, data)
    for number in (1, 2):  # and once more after a restart
        with opened() as store:
            assert list(store.upkeep.set_aside()) == [name]
            check(store, tmp_path, number)
            store.upkeep.reindex()
            assert store.counts().kept == number
    url = (tmp_path / "bucket").as_uri()
    with SampleStore.open(tmp_path / "spool", storage_url=url, policy=HASTY) as store:
        assert store.bucket.flush(60)  # the wrong event does not wait to be sent: it came from there
        assert store.bucket.queue().stuck == 0
        caplog.clear()
        store.bucket.pull()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_wrong_event_in_the_index_of_an_earlier_release_is_gone(tmp_path: Path) -> None:
    name, data = forge({})
    with SampleStore.open(tmp_path / "spool") as store:
        FolderObjects(tmp_path / "spool").put(name, data)
        store.upkeep.reindex()
        assert store.counts().kept == 1
        (tmp_path / "spool" / name).unlink()
        wrong, data = forge({"stamp": 2**63 - 5})
        FolderObjects(tmp_path / "spool").put(wrong, data)
        with store._index._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE events SET name = ?, stamp = ?", (wrong, 2**63 - 5))
            connection.exec_driver_sql("UPDATE store_index SET version = 1")
    with SampleStore.open(tmp_path / "spool") as store:
        assert store.counts().kept == 0
        check(store, tmp_path, 1)


def test_a_far_future_stamp_moves_no_clock_and_can_be_superseded(tmp_path: Path) -> None:
    name, data = forge({"stamp": LAST_STAMP - 1}, writer="0" * 16)
    FolderObjects(tmp_path / "spool").put(name, data)
    with SampleStore.open(tmp_path / "spool") as store:
        for number in range(5):
            kept = store.keep(picture(number), label(f"p{number}"))
            assert abs(kept.stamp - time.time() * 1000) < 60_000
        assert store.keep(picture(9), label("forged", "GW2871", status="corrected")).stamp == LAST_STAMP
        assert store.find("forged").label.text == "GW2871"  # type: ignore[union-attr]
        assert store.keep(picture(10), label("p10")).stamp < LAST_STAMP
        assert store.undo("forged")
        assert store.find("forged") is None
        with pytest.raises(StoreError, match="the end of time"):  # refused rather than answered and not kept
            store.keep(picture(9), label("forged", "GW2871", status="corrected"))
        store.upkeep.reindex()
        assert store.counts().kept == 6


@pytest.mark.parametrize("stamp", [LAST_STAMP, LAST_STAMP - 1, 4_102_444_800_000])
def test_a_far_future_tombstone_in_the_bucket_buries_no_later_label(
    opened: Callable[[], SampleStore], tmp_path: Path, stamp: int
) -> None:
    with opened() as store:
        kept = store.keep(picture(1), label("p1"))
        tombstone = Event(
            kind="deleted",
            writer="e" * 16,
            sequence=1,
            stamp=stamp,
            stored_at=kept.stored_at,
            prediction_id=None,
            sample=kept.digest,
        )
        FolderObjects(tmp_path / "bucket").put(tombstone.name, tombstone.to_bytes())
        store.bucket.pull()
        again = store.keep(picture(1), label("p2"))
        assert {sample.label.prediction_id for sample in store.samples()} == {"p1", "p2"}
        assert store.crop(again.digest).size == picture(1).size
        assert list(store.upkeep.set_aside()) == [tombstone.name]
        found = {problem.name: problem.what for problem in store.upkeep.verify()}
        assert found == {tombstone.name: "its stamp is more than a year ahead of this machine's clock"}


def test_a_forged_sequence_lets_the_next_process_take_another_writer(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "spool") as store:
        store.keep(picture(1), label("p1"))
        writer = store._spool.writer
    forged = [
        forge({"prediction_id": "same", "stamp": 5}, writer=writer, sequence=1),  # the number of another event
        forge({"prediction_id": "far"}, writer=writer, sequence=2**31 - 1),
        forge({"prediction_id": "beyond"}, writer=writer, sequence=9_999_999_999),
    ]
    for name, data in forged:
        FolderObjects(tmp_path / "spool").put(name, data)
    with SampleStore.open(tmp_path / "spool") as store:
        assert store._spool.writer != writer
        check(store, tmp_path, 2)
        what = {problem.name: problem.what for problem in store.upkeep.verify()}
        assert what[f"events/{writer}/0000000002-*.json"] == f"this event is missing, and the {2**31 - 4} after it"
        assert "a sequence lies between" in what[forged[2][0]]


def test_two_events_of_one_place_in_the_order_are_one_label_everywhere(tmp_path: Path) -> None:
    for text in ("GW2871", "GW2872"):
        name, data = forge({"text": text, "read_text": text})
        FolderObjects(tmp_path / "spool").put(name, data)
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        (live,) = store.samples()
        assert live_samples(read_history(places).events) == [live]


def test_bytes_that_are_no_json_at_all_are_set_aside(opened: Callable[[], SampleStore], tmp_path: Path) -> None:
    deep = b"[" * 30_000 + b"]" * 30_000
    for number, data in enumerate((b"", b"\xff", deep, b'{"kind":"label","new":' + deep + b"}", b"9" * 5000)):
        name, _ = forge({}, sequence=number + 1)
        name = f"{name[:-37]}{hashlib.sha256(data).hexdigest()[:32]}.json"
        FolderObjects(tmp_path / "bucket").put(name, data)
    with opened() as store:
        store.bucket.pull()
        assert len(store.upkeep.set_aside()) == 5
        check(store, tmp_path, 1)


@pytest.mark.parametrize("place", ["spool", "bucket"])
@pytest.mark.parametrize("kind", ["pipe", "huge"])
def test_a_pipe_or_a_huge_file_named_as_an_event_or_a_crop_stops_nothing(tmp_path: Path, place: str, kind: str) -> None:
    wrong = f"events/{'d' * 16}/0000000001-{'0' * 32}.json"
    names = [wrong, crop_name("ab" + "0" * 62)]
    for name in names:
        path = tmp_path / place / name
        path.parent.mkdir(parents=True)
        if kind == "pipe":
            os.mkfifo(path)
        else:
            path.touch()
            os.truncate(path, 1 << 40)  # a hole: takes no room
    url = (tmp_path / "bucket").as_uri()
    with SampleStore.open(tmp_path / "spool", storage_url=url, upload=False, policy=HASTY) as store:
        check(store, tmp_path, 1)
        store.bucket.pull()
        assert list(store.upkeep.set_aside()) == [wrong]
        assert {problem.name for problem in store.upkeep.verify()} == set(names)
