from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture, writer_of


def found(store: SampleStore) -> list[tuple[str, str]]:
    return [(problem.name, problem.what) for problem in store.upkeep.verify()]


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    with SampleStore.open(tmp_path) as store:
        for number in range(3):
            store.keep(picture(number), label(f"p{number}"))
    return tmp_path


def test_names_every_kind_of_damage_in_the_spool(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        first, second, third = store.samples()
        assert found(store) == []
        (spool / first.crop).write_bytes((spool / second.crop).read_bytes())
        (spool / second.crop).unlink()
        event = (spool / third.event).read_bytes()
        (spool / third.event).write_bytes(event.replace(b"accepted", b"corrected"))
        (spool / "crops" / "notes.txt").write_text("?")
        assert dict(found(store)) == {
            third.event: "the bytes do not match the name",
            second.crop: "a label needs this crop, and it is nowhere",
            third.crop: "no label needs this crop",
            "crops/notes.txt": "the picture is damaged",
            first.crop: "the picture is damaged",
        }


def test_a_lost_event_leaves_a_hole_that_is_named(spool: Path) -> None:
    with SampleStore.open(spool) as store:
        second = list(store.samples())[1]
        (spool / second.event).unlink()
        names = dict(found(store))
        assert names[f"events/{writer_of(store)}/0000000002-*.json"] == "this event is missing"
        assert "reindex" in names[second.event]
        store.upkeep.reindex()
        assert [name for name, _ in found(store)] == [f"events/{writer_of(store)}/0000000002-*.json"]


def test_looks_into_the_bucket_too(gcs: GcsServer, spool: Path) -> None:
    with SampleStore.open(spool, storage_url="gs://tags", policy=HASTY) as store:
        assert store.bucket.flush(60)
        first, second, third = store.samples()
        assert found(store) == []
        gcs.overwrite("tags", first.crop, b"rotten")
        gcs.remove("tags", second.crop)
        gcs.overwrite("tags", third.event, b"{}")
        assert found(store) == [
            (third.event, "the bytes do not match the name"),
            (second.crop, "was sent, but is no longer there"),
            (first.crop, "the picture is damaged"),
        ]


def test_an_event_that_the_bucket_lost_is_named_and_sent_again(gcs: GcsServer, spool: Path) -> None:
    with SampleStore.open(spool, storage_url="gs://tags", policy=HASTY) as store:
        assert store.bucket.flush(60)
        second = list(store.samples())[1]
        gcs.remove("tags", second.event)
        assert found(store) == [(second.event, "was sent, but is no longer there; `reindex` has it sent again")]
        store.upkeep.reindex()
        assert store.bucket.flush(60)
        assert found(store) == []


def test_what_is_merely_unsent_is_no_problem(gcs: GcsServer, spool: Path) -> None:
    with SampleStore.open(spool, storage_url="gs://tags", policy=HASTY) as store:
        assert store.bucket.flush(60)
    with SampleStore.open(spool, storage_url="gs://tags", upload=False) as store:
        store.keep(picture(7), label("p7"))
        store.undo("p0")
        assert store.bucket.queue().unsent == 2
        assert found(store) == []
