from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets.crop import make_crop
from datasets.errors import StoreError, UnknownSampleError
from datasets.history import live_samples, reached, read_buried, read_history
from datasets.places import Places
from datasets.store import SampleStore
from tests.datasets.making import label, picture

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("keep"), st.integers(0, 4), st.integers(0, 3), st.sampled_from(["A1", "A2"])),
        st.tuples(st.just("undo"), st.integers(0, 4)),
        st.tuples(st.just("delete"), st.integers(0, 3)),
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
        assert (then.events, then.watermark, then.beyond) == (early.events, {store.writer: 1}, 1)
        store.delete(kept.digest)
        assert read_history(places, early.watermark).buried == {kept.digest} == read_buried(places)
        with pytest.raises(StoreError, match="4 events up to the watermark"):
            read_history(places, {store.writer: 3, "0" * 16: 4})


def test_nothing_counts_behind_a_hole(tmp_path: Path) -> None:
    with SampleStore.open(tmp_path) as store, Places.open(tmp_path) as places:
        events = [store.keep(picture(n), label(f"p{n}", "A1")).event for n in range(4)]
        assert reached(events) == {store.writer: 4}
        assert reached([events[0], *events[2:]]) == {store.writer: 1}
        assert reached(events[1:]) == {}
        (tmp_path / events[2]).write_bytes(b"rotten")
        history = read_history(places)
        assert (history.watermark, history.beyond) == ({store.writer: 2}, 1)
        with pytest.raises(StoreError, match="damaged"):
            read_history(places, {store.writer: 4})
