from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import StoreError, UnknownSampleError
from datasets.objects.folder import FolderObjects
from datasets.samples.crop import make_crop
from datasets.samples.history import live_samples, reached, read_buried, read_history
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture, writer_of

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.integers(0, 4), st.integers(0, 3), st.sampled_from(["A1", "A2"])),
        st.tuples(st.just("undo"), st.integers(0, 4)),
        st.tuples(st.just("delete"), st.integers(0, 3)),
        st.tuples(st.just("seal"), st.integers(2, 3)),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_it_says_the_same_as_the_index(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    spool = tmp_path_factory.mktemp("spool")
    with SampleStore.open(spool) as store, Places.open(spool) as places:
        digests = {number: store_digest(number) for number in range(4)}
        for step in steps:
            match step:
                case ("keep", int(prediction), int(crop), str(text)):
                    store.keep(picture(crop), label(f"p{prediction}", text))
                case ("undo", int(prediction)):
                    store.undo(f"p{prediction}")
                case ("delete", int(crop)):
                    with contextlib.suppress(UnknownSampleError):
                        store.delete(digests[crop])
                case ("seal", int(size)):
                    list(store.sealer.seal(size))
        assert live_samples(read_history(places).events) == list(store.samples())
        for digest in digests.values():
            assert not (digest in read_buried(places) and (spool / "crops" / digest[:2] / f"{digest}.png").exists())


def store_digest(number: int) -> str:
    return make_crop(picture(number)).digest


def test_a_watermark_names_a_point(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        store.keep(picture(1), label("p1", "A1"))
        early = read_history(places)
        kept = store.keep(picture(1), label("p1", "A2"))
        assert [one.label.text for one in live_samples(read_history(places).events)] == ["A2"]
        then = read_history(places, early.watermark)
        writer = writer_of(store)
        assert (then.events, then.watermark, then.beyond) == (early.events, {writer: 1}, 1)
        store.delete(kept.digest)
        assert read_history(places, early.watermark).buried == {kept.digest} == read_buried(places)
        with pytest.raises(StoreError, match="4 events up to the watermark"):
            read_history(places, {writer: 3, "0" * 16: 4})


def test_nothing_counts_behind_a_hole(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        events = [store.keep(picture(n), label(f"p{n}", "A1")).event for n in range(4)]
        assert reached(events) == {writer_of(store): 4}
        assert reached([events[0], *events[2:]]) == {writer_of(store): 1}
        assert reached(events[1:]) == {}
        (tmp_path / events[2]).write_bytes(b"rotten")
        history = read_history(places)
        assert (history.watermark, history.beyond) == ({writer_of(store): 2}, 1)
        with pytest.raises(StoreError, match="damaged"):
            read_history(places, {writer_of(store): 4})


def test_what_lies_there_and_cannot_be_read_may_be_passed_over(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        events = [store.keep(picture(n), label(f"p{n}", "A1")).event for n in range(5)]
        (tmp_path / events[1]).write_bytes(b"rotten")
        (tmp_path / events[2]).write_bytes(b"")
        assert read_history(places).watermark == {writer_of(store): 1}
        history = read_history(places, past_damaged=True)
        assert (history.watermark, history.beyond) == ({writer_of(store): 5}, 0)
        assert set(history.events) == {events[0], events[3], events[4]}
        assert history.damaged == dict.fromkeys(events[1:3], "the bytes do not match the name")
        assert read_history(places, {writer_of(store): 2}, past_damaged=True).damaged.keys() == {events[1]}
        # One that is not there at all may still come, and nothing counts behind it.
        (tmp_path / events[3]).unlink()
        assert read_history(places, past_damaged=True).watermark == {writer_of(store): 3}


def test_the_bucket_has_a_copy_of_what_is_damaged_here(gcs: GcsServer, tmp_path: Path) -> None:
    with (
        SampleStore.open(tmp_path, storage_url="gs://tags", policy=HASTY) as store,
        Places.open(tmp_path, "gs://tags") as places,
    ):
        events = [store.keep(picture(n), label(f"p{n}", "A1")).event for n in range(3)]
        assert store.bucket.flush(60)
        whole = read_history(places)
        (tmp_path / events[1]).write_bytes(b"rotten")
        assert read_history(places) == whole
        assert read_history(places, past_damaged=True) == whole


def test_an_event_that_came_damaged_to_the_bucket_stops_no_other_machine(tmp_path: Path) -> None:
    """Its own machine is gone; the others have never been able to fetch it."""
    url = (tmp_path / "share").as_uri()
    with SampleStore.open(tmp_path / "a", storage_url=url, policy=HASTY) as store:
        events = [store.keep(picture(n), label(f"p{n}", "A1")).event for n in range(5)]
        assert store.bucket.flush(60)
        writer = writer_of(store)
    share = FolderObjects(tmp_path / "share")
    for name in events[1:3]:
        share.delete(name)
        share.put(name, b"rotten")
    with (
        SampleStore.open(tmp_path / "b", storage_url=url, policy=HASTY, upload=False) as store,
        Places.open(tmp_path / "b", url) as places,
    ):
        store.bucket.pull()
        assert read_history(places).watermark == {writer: 1}
        history = read_history(places, past_damaged=True)
        assert (history.watermark, history.damaged.keys()) == ({writer: 5}, set(events[1:3]))
