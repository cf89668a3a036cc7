"""Pairs of a barcode and a code: kept, found, superseded, taken back, rebuilt, replicated."""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import IndexUnavailableError, LabelError, StoreError, StoreFullError
from datasets.objects.folder import FolderObjects
from datasets.samples.event import event_digest, read_event
from datasets.samples.history import live_samples, read_history
from datasets.samples.index import SampleIndex
from datasets.samples.pair import KnownCode
from datasets.samples.places import Places
from datasets.samples.room import Room
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, forge, label, pair, picture
from tests.datasets.samples.test_replication import URL, Machine
from tests.datasets.samples.test_wrong_events import EDGES

EAN = "4006381333931"
NUMBERS = itertools.count(1)
FORGED = {"kind": "pair", "sample": None, "gtin": EAN, "code": "CW2288-111"}
FIELDS = ("kind", "schema", "stamp", "prediction_id", "sample", "width", "gtin", "code", "client", "at", "source")


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], SampleStore]]:
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres")
    yield lambda: SampleStore.open(tmp_path / "spool", database=database)


def known(store: SampleStore, number: str = EAN) -> list[tuple[str, int, int]]:
    return [(code.code, code.confirmations, code.clients) for code in store.pairs.codes_of(number)]


def test_a_barcode_finds_the_codes_that_were_confirmed_the_last_one_first(opened: Callable[[], SampleStore]) -> None:
    later = datetime(2026, 5, 5, tzinfo=UTC)
    with opened() as store:
        assert store.pairs.keep(pair("p1", "CW2288-111"))
        assert store.pairs.keep(pair("p2", "CW2288-111"))
        assert store.pairs.keep(pair("p3", "DD1391-100", client="c2"))
        assert store.pairs.keep(pair("p4", "CW2288-111", client="c2", at=later))
        assert store.pairs.keep(pair("p5", "GW2871", gtin="036000291452"))
        assert known(store) == [("CW2288-111", 3, 2), ("DD1391-100", 1, 1)]
        assert store.pairs.codes_of("0 36000 29145 2") == store.pairs.codes_of("0036000291452")
        assert store.pairs.codes_of("036000291452") == (
            KnownCode("GW2871", 1, 1, datetime(2026, 5, 4, 12, 30, tzinfo=UTC)),
        )
        assert store.pairs.codes_of(EAN)[0].last == later
        assert store.pairs.codes_of("4006381333930") == store.pairs.codes_of("96385074") == ()
        assert store.counts().pairs == 5
        assert [one.prediction_id for one in store.pairs.all()] == ["p1", "p2", "p3", "p4", "p5"]


def test_the_same_pair_again_changes_nothing_and_another_code_takes_its_place(
    opened: Callable[[], SampleStore],
) -> None:
    with opened() as store:
        assert store.pairs.keep(pair("p", "CW2288-111"))
        assert not store.pairs.keep(pair("p", "cw2288-111", client="another"))
        assert len(store._spool.event_names()) == 1
        assert store.pairs.keep(pair("p", "CW2288-117"))
        assert store.pairs.keep(pair("p", "CW2288-111", gtin="96385074"))  # a second barcode of the same tag
        assert known(store) == [("CW2288-117", 1, 1)]
        assert known(store, "96385074") == [("CW2288-111", 1, 1)]


def test_undo_takes_label_and_pair_back_and_both_may_come_again(opened: Callable[[], SampleStore]) -> None:
    with opened() as store:
        store.keep(picture(1), label("p"))
        store.pairs.keep(pair("p"))
        store.pairs.keep(pair("q"))  # of a label that was never kept here
        assert store.undo("p")
        assert (store.find("p"), known(store)) == (None, [("CW2288-111", 1, 1)])
        assert store.undo("q")
        assert not store.undo("q")
        assert known(store) == []
        assert store.pairs.keep(pair("p"))
        assert known(store) == [("CW2288-111", 1, 1)]
        assert list(store.upkeep.verify()) == []


def test_a_pair_touches_no_label_and_no_crop(opened: Callable[[], SampleStore], tmp_path: Path) -> None:
    with opened() as store, Places.open(tmp_path / "spool") as places:
        sample = store.keep(picture(1), label("p"))
        store.pairs.keep(pair("p"))
        assert store.find("p") == sample
        assert list(store.samples()) == [sample] == live_samples(read_history(places).events)
        assert (store.counts().kept, store.counts().crops) == (1, 1)
        assert store.keep(picture(1), label("p")) == sample
        store.delete(sample.digest)
        assert list(store.samples()) == [] == live_samples(read_history(places).events)
        assert not (tmp_path / "spool" / sample.crop).exists()
        assert known(store) == [("CW2288-111", 1, 1)]
        assert list(store.upkeep.verify()) == []


def test_reindex_and_a_new_index_hold_the_same_pairs(opened: Callable[[], SampleStore], tmp_path: Path) -> None:
    with opened() as store:
        store.keep(picture(1), label("p"))
        for number in range(4):
            store.pairs.keep(pair(f"p{number}", f"CODE{number % 2}"))
        store.undo("p3")
        before = list(store.pairs.all()), known(store)
        assert store.upkeep.reindex() == 6
        assert (list(store.pairs.all()), known(store)) == before
        with store._index._engine.begin() as connection:
            connection.exec_driver_sql("UPDATE store_index SET version = 2")  # of the release before pairs
    with opened() as store:
        assert (list(store.pairs.all()), known(store)) == before
        assert list(store.upkeep.verify()) == []
    with SampleStore.open(tmp_path / "spool", database=f"sqlite:///{tmp_path}/other.sqlite3") as store:
        assert (list(store.pairs.all()), known(store)) == before


def test_pairs_come_to_the_bucket_and_from_it(gcs: GcsServer, tmp_path: Path) -> None:
    one, two = Machine(tmp_path / "one"), Machine(tmp_path / "two")
    with contextlib.closing(one), contextlib.closing(two):
        sample = one.store.keep(picture(1), label("p"))
        one.store.pairs.keep(pair("p"))
        one.store.pairs.keep(pair("q", "GW2871"))
        assert one.send_all() == 3
        assert f"shop/{sample.crop}" in gcs.names("tags")
        assert two.store.bucket.pull() == 3
        assert list(two.store.pairs.all()) == list(one.store.pairs.all())
        assert two.store.undo("p")
        assert two.send_all() == 1
        assert one.store.bucket.pull() == 1
        assert known(one.store) == known(two.store) == [("GW2871", 1, 1)]
        assert f"shop/{sample.crop}" not in gcs.names("tags")
        assert one.store.bucket.queue().unsent == two.store.bucket.queue().unsent == 0
        assert list(one.store.upkeep.verify()) == list(two.store.upkeep.verify()) == []
    with SampleStore.open(tmp_path / "new", storage_url=URL, upload=False, policy=HASTY) as new:
        new.upkeep.reindex()
        assert known(new) == [("GW2871", 1, 1)]
        assert new.bucket.queue().unsent == 0
        assert list(new.upkeep.verify()) == []


def test_a_lost_index_has_no_pair_sent_again(gcs: GcsServer, tmp_path: Path) -> None:
    with SampleStore.open(tmp_path / "one", storage_url=URL, policy=HASTY) as store:
        store.pairs.keep(pair("p"))
        assert store.bucket.flush(60)
    (tmp_path / "one" / "local" / "index.sqlite3").unlink()
    with SampleStore.open(tmp_path / "one", storage_url=URL, upload=False, policy=HASTY) as store:
        assert store.bucket.queue().unsent == 1
        store.upkeep.reindex()
        assert store.bucket.queue().unsent == 0


def test_a_pair_is_kept_while_the_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise IndexUnavailableError("the database does not answer")

    with SampleStore.open(tmp_path) as store:
        with monkeypatch.context() as patched:
            for method in ("add", "last_stamp_about"):
                patched.setattr(SampleIndex, method, away)
            assert store.pairs.keep(pair("p"))
            assert store.pairs.keep(pair("p"))  # unknown whether it is there
        assert known(store) == [("CW2288-111", 1, 1)]


def test_nothing_is_kept_on_a_full_disk_or_of_a_wrong_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SampleStore.open(tmp_path) as store:
        with pytest.raises(LabelError):
            store.pairs.keep(pair("p", gtin="4006381333930"))
        monkeypatch.setattr(Room, "free", lambda _: 0)
        with pytest.raises(StoreFullError):
            store.pairs.keep(pair("p"))
        assert store._spool.event_names() == set()


def test_events_in_any_order_leave_the_same_pairs(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store:
        for number in range(6):
            store.pairs.keep(pair(f"p{number % 3}", f"CODE{number}", at=pair("p").at + timedelta(minutes=number)))
        store.undo("p1")
        wanted = known(store)
        events = store._spool.read_all(store._spool.event_names())
    random.Random(3).shuffle(events)
    index = SampleIndex("sqlite://")
    for event in events:
        index.add([event])
        index.add([event])
    assert [(code.code, code.confirmations, code.clients) for code in index.pairs.codes_of(EAN)] == wanted
    index.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), value=st.sampled_from((*EDGES, "label", "pair", EAN, "036000291452")))
def test_any_wrong_field_is_taken_in_or_set_aside(tmp_path: Path, field: str, value: object) -> None:
    number = next(NUMBERS)
    name, data = forge({**FORGED, field: value}, writer=f"{number:016x}")
    FolderObjects(tmp_path / "bucket").put(name, data)
    with SampleStore.open(tmp_path / "spool", storage_url=(tmp_path / "bucket").as_uri(), upload=False) as store:
        store.bucket.pull()
        is_aside = name in store.upkeep.set_aside()
        assert is_aside != (tmp_path / "spool" / name).exists()
        assert (name in {problem.name for problem in store.upkeep.verify()}) == is_aside
        assert store.pairs.keep(pair(f"good{number}"))
        assert f"good{number}" in {one.prediction_id for one in store.pairs.all()}
    (tmp_path / "bucket" / name).unlink()


@pytest.mark.parametrize("key", ["gtin", "code", "client", "at", "source", "prediction_id", "schema"])
def test_a_pair_that_lacks_a_field_is_refused(key: str) -> None:
    name, data = forge(FORGED)
    assert read_event(name, data).pair == pair("forged")
    content = json.loads(data)
    del content[key]
    data = json.dumps(content).encode()
    with pytest.raises(StoreError, match=key):
        read_event(f"{name[:-37]}{event_digest(data)}.json", data)


def test_a_tombstone_with_huge_numbers_stops_nothing(tmp_path: Path) -> None:
    name, data = forge({"kind": "deleted", "sample": None, "width": 10**30, "height": 2**63})
    FolderObjects(tmp_path / "spool").put(name, data)
    with SampleStore.open(tmp_path / "spool") as store:
        assert store._index.holds(name)
