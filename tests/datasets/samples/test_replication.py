"""Spools, a bucket and what passes between them, step by step and without the thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError, CropError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.objects.names import crop_name
from datasets.objects.several import AT_ONCE
from datasets.samples.index import SampleIndex
from datasets.samples.replication import Replication
from datasets.samples.spool import Spool
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, label, picture

URL = "gs://tags/shop"


class Machine:
    """A backend's store on a machine of its own, whose uploader is moved by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = SampleStore.open(root, storage_url=URL, upload=False, policy=HASTY)
        self.spool = Spool(root)
        self.index = SampleIndex.beside(root)
        self.bucket = BucketObjects(URL, timeout=20.0, deadline=0.5)
        self.replication = Replication(self.spool, self.index, self.bucket)

    def send_together(self) -> dict[str, StoreError | None]:
        return self.replication.send_all(self.replication.unsent())

    def send_all(self) -> int:
        names = self.replication.unsent()
        for name in names:
            self.replication.send(name)
        return len(names)

    def close(self) -> None:
        self.store.close()
        self.spool.close()
        self.index.close()
        self.bucket.close()


@pytest.fixture
def one(gcs: GcsServer, tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "one")
    yield machine
    machine.close()


@pytest.fixture
def two(gcs: GcsServer, tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "two")
    yield machine
    machine.close()


def test_bucket_becomes_a_copy_of_the_spool(one: Machine, gcs: GcsServer) -> None:
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    assert one.store.bucket.queue().unsent == 3
    assert one.send_all() == 3
    assert one.send_all() == 0
    assert one.store.bucket.queue().unsent == 0
    assert gcs.names("tags") == sorted(f"shop/{name}" for s in samples for name in (s.crop, s.event))
    for sample in samples:
        for name in (sample.crop, sample.event):
            assert gcs.data("tags", f"shop/{name}") == (one.root / name).read_bytes()
    assert list(one.store.upkeep.verify()) == []


def test_crop_is_there_before_its_event(one: Machine, gcs: GcsServer) -> None:
    one.store.keep(picture(1), label("p"))
    gcs.faults.unavailable = -1
    gcs.faults.applies_to = lambda method, path: (
        method == "POST" and "uploadType" in path and len(gcs.names("tags")) == 1
    )
    with pytest.raises(StoreError):
        one.send_all()
    assert [name.split("/")[1] for name in gcs.names("tags")] == ["crops"]
    gcs.faults.unavailable = 0
    one.send_all()
    assert [name.split("/")[1] for name in gcs.names("tags")] == ["crops", "events"]


def test_undo_reaches_the_bucket(one: Machine, gcs: GcsServer) -> None:
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    assert f"shop/{sample.crop}" in gcs.names("tags")
    one.send_all()
    assert f"shop/{sample.crop}" not in gcs.names("tags")
    assert len(gcs.names("tags", "shop/events/")) == 2
    assert list(one.store.upkeep.verify()) == []


def test_what_was_undone_before_it_was_sent_never_leaves_the_machine(one: Machine, gcs: GcsServer) -> None:
    one.store.keep(picture(1), label("p"))
    one.store.undo("p")
    one.send_all()
    assert gcs.names("tags", "shop/crops/") == []
    assert not any("crops" in path for method, path in gcs.requests if method == "POST")


def test_two_backends_share_a_bucket(one: Machine, two: Machine, gcs: GcsServer) -> None:
    first = one.store.keep(picture(1), label("p"))
    second = two.store.keep(picture(1), label("q"))
    third = two.store.keep(picture(2), label("r"))
    assert first.crop == second.crop
    one.send_all()
    two.send_all()
    assert one.store.bucket.pull() == 2
    assert two.store.bucket.pull() == 1
    assert one.store.bucket.pull() == 0
    assert list(one.store.samples()) == list(two.store.samples())
    assert {s.digest for s in one.store.samples()} == {first.digest, third.digest}
    assert one.store.crop(third.digest).size == (60, 15)  # from the bucket
    assert one.store.bucket.queue().unsent == two.store.bucket.queue().unsent == 0
    assert list(one.store.upkeep.verify()) == list(two.store.upkeep.verify()) == []


def test_undo_elsewhere_removes_the_crop_here(one: Machine, two: Machine, gcs: GcsServer) -> None:
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    two.store.bucket.pull()
    assert two.store.undo("p")
    two.send_all()
    assert gcs.names("tags", "shop/crops/") == []
    assert (one.root / sample.crop).exists()
    one.store.bucket.pull()
    assert not (one.root / sample.crop).exists()
    assert list(one.store.samples()) == []
    assert list(one.store.upkeep.verify()) == []


def test_removal_spares_a_crop_that_another_backend_labelled(one: Machine, two: Machine, gcs: GcsServer) -> None:
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    two.store.keep(picture(1), label("q"))
    two.send_all()
    one.send_all()  # finds two's event before it removes anything
    assert gcs.names("tags", "shop/crops/") == [f"shop/{sample.crop}"]


def test_removal_that_met_a_label_on_its_way_is_taken_back(
    one: Machine, two: Machine, gcs: GcsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other backend finds the crop, trusts in it, and its event arrives while the removal is under way."""
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    delete = BucketObjects.delete

    def late(bucket: BucketObjects, name: str) -> bool:
        two.store.keep(picture(1), label("q"))
        two.send_all()
        return delete(bucket, name)

    with monkeypatch.context() as patched:
        patched.setattr(BucketObjects, "delete", late)
        one.send_all()
    assert gcs.names("tags", "shop/crops/") == [f"shop/{sample.crop}"]
    two.store.bucket.pull()
    assert list(two.store.upkeep.verify()) == []


def test_label_that_met_a_removal_on_its_way_sends_its_crop_again(
    one: Machine, two: Machine, gcs: GcsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal happens between the moment the sender finds the crop there and its event's arrival."""
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    two.store.keep(picture(1), label("q"))
    put = BucketObjects.put

    def removed_meanwhile(bucket: BucketObjects, name: str, data: bytes) -> bool:
        if name.startswith("events/") and bucket is two.bucket:
            one.send_all()
            assert gcs.names("tags", "shop/crops/") == []
        return put(bucket, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(BucketObjects, "put", removed_meanwhile)
        two.send_all()
    assert gcs.names("tags", "shop/crops/") == [f"shop/{sample.crop}"]


def test_many_labels_are_sent_with_two_requests_each(one: Machine, gcs: GcsServer) -> None:
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(2 * AT_ONCE)]
    gcs.requests.clear()
    assert one.send_together() == dict.fromkeys(sorted(sample.event for sample in samples))
    assert sum(method == "POST" for method, _ in gcs.requests) == 2 * len(samples)
    assert sum(method == "GET" for method, _ in gcs.requests) < AT_ONCE
    assert one.replication.unsent() == []
    assert gcs.names("tags") == sorted(f"shop/{name}" for s in samples for name in (s.crop, s.event))
    assert list(one.store.upkeep.verify()) == []


def test_what_is_wrong_with_one_of_many_stops_no_other(one: Machine, gcs: GcsServer) -> None:
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(2 * AT_ONCE)]
    (one.root / samples[3].crop).write_bytes(b"rotten")
    told = one.send_together()
    assert [name for name, wrong in told.items() if wrong is not None] == [samples[3].event]
    assert one.replication.unsent() == [samples[3].event]
    assert len(gcs.names("tags", "shop/events/")) == len(samples) - 1


def test_a_tombstone_among_many_is_sent_in_its_turn(one: Machine, gcs: GcsServer) -> None:
    undone = one.store.keep(picture(0), label("p0"))
    one.send_all()
    kept = [one.store.keep(picture(n), label(f"p{n}")) for n in range(1, 4)]
    one.store.undo("p0")
    kept += [one.store.keep(picture(n), label(f"p{n}")) for n in range(4, 7)]
    assert set(one.send_together().values()) == {None}
    assert one.replication.unsent() == []
    assert gcs.names("tags", "shop/crops/") == sorted(f"shop/{sample.crop}" for sample in kept)
    assert f"shop/{undone.event}" in gcs.names("tags")
    assert list(one.store.upkeep.verify()) == []


def test_many_labels_that_met_a_removal_on_their_way_send_the_crop_again(
    one: Machine, two: Machine, gcs: GcsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender looks for new tombstones instead of each crop, and another has just removed one of the crops."""
    removed = one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    samples = [two.store.keep(picture(n), label(f"q{n}")) for n in range(2 * AT_ONCE)]
    put, guard = BucketObjects.put, threading.RLock()

    def removed_meanwhile(bucket: BucketObjects, name: str, data: bytes) -> bool:
        if name.startswith("events/") and bucket is two.bucket:
            with guard:
                if one.send_all():
                    assert f"shop/{removed.crop}" not in gcs.names("tags")
        return put(bucket, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(BucketObjects, "put", removed_meanwhile)
        two.send_together()
    assert gcs.names("tags", "shop/crops/") == sorted(f"shop/{sample.crop}" for sample in samples)
    assert list(two.store.upkeep.verify()) == []


def test_many_labels_are_sent_again_after_the_bucket_failed_among_them(one: Machine, gcs: GcsServer) -> None:
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(2 * AT_ONCE)]
    gcs.faults.unavailable = -1
    gcs.faults.applies_to = lambda method, path: method == "POST" and len(gcs.names("tags", "shop/events/")) >= 3
    with pytest.raises(BucketUnavailableError):
        one.send_together()
    numbers = sorted(int(name.split("/")[3].partition("-")[0]) for name in gcs.names("tags", "shop/events/"))
    assert numbers[-1] <= AT_ONCE  # of a machine that dies here for good, few lie beyond a hole
    assert len(one.replication.unsent()) == len(samples)
    gcs.faults.unavailable = 0
    one.send_together()
    assert one.replication.unsent() == []
    assert list(one.store.upkeep.verify()) == []


def test_a_tombstone_is_unsent_until_it_is_carried_out(one: Machine, gcs: GcsServer) -> None:
    one.store.keep(picture(1), label("p"))
    one.send_all()
    one.store.undo("p")
    gcs.faults.unavailable = -1
    gcs.faults.applies_to = lambda method, path: method == "DELETE"
    with pytest.raises(StoreError):
        one.send_all()
    assert len(gcs.names("tags", "shop/events/")) == 2
    assert one.store.bucket.queue().unsent == 1
    one.replication.reconcile()
    assert one.store.bucket.queue().unsent == 1
    gcs.faults.unavailable = 0
    one.send_all()
    assert gcs.names("tags", "shop/crops/") == []
    assert one.store.bucket.queue().unsent == 0


def test_reconcile_learns_from_the_bucket_what_it_has(one: Machine, gcs: GcsServer) -> None:
    kept = [one.store.keep(picture(n), label(f"p{n}")) for n in range(4)]
    one.send_all()
    one.store.undo("p3")
    one.send_all()
    one.index.replicas.replace(URL, [])
    gcs.remove("tags", f"shop/{kept[0].crop}")
    gcs.remove("tags", f"shop/{kept[1].event}")
    assert one.store.bucket.queue().unsent == 5
    one.replication.reconcile()
    assert one.replication.unsent() == [kept[0].event, kept[1].event]
    one.send_all()
    assert list(one.store.upkeep.verify()) == []


def test_damaged_crop_is_not_spread(one: Machine, gcs: GcsServer) -> None:
    sample = one.store.keep(picture(1), label("p"))
    (one.root / sample.crop).write_bytes(b"rotten")
    with pytest.raises(StoreError, match="damaged here"):
        one.send_all()
    assert gcs.names("tags") == []


def test_foreign_rubbish_in_the_bucket_is_left_alone(one: Machine, gcs: GcsServer) -> None:
    gcs.overwrite("tags", "shop/events/readme.txt", b"hello")
    gcs.overwrite("tags", "shop/events/0123456789abcdef/0000000001-" + "a" * 32 + ".json", b"{}")
    one.store.keep(picture(1), label("p"))
    one.send_all()
    assert one.store.bucket.pull() == 0
    assert one.store.counts().kept == 1
    assert len(list(one.store.upkeep.verify())) == 2


def test_a_crop_that_is_damaged_here_comes_from_the_bucket(one: Machine, two: Machine, gcs: GcsServer) -> None:
    sample = one.store.keep(picture(1), label("p"))
    one.send_all()
    here = one.root / sample.crop
    whole = here.read_bytes()
    here.write_bytes(b"rotten")
    assert one.store.crop(sample.digest).tobytes() == picture(1).tobytes()
    assert one.store.crops.whole(sample.digest)[0] == whole
    assert here.read_bytes() == b"rotten"  # `verify` still names it
    gcs.faults.unavailable = -1
    with pytest.raises(BucketUnavailableError):  # may work later, so the crop is not given up as damaged
        one.store.crop(sample.digest)
    gcs.faults.unavailable = 0
    gcs.overwrite("tags", f"shop/{sample.crop}", b"rotten")
    with pytest.raises(CropError, match="is damaged: not a whole PNG"):
        one.store.crop(sample.digest)


def test_a_new_machine_rebuilds_everything_from_the_bucket(one: Machine, two: Machine) -> None:
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    one.store.undo("p0")
    one.send_all()
    own = two.store.keep(picture(9), label("mine"))
    assert two.store.upkeep.reindex() == 5
    assert list(two.store.samples()) == [*samples[1:], own]
    assert two.store.bucket.queue().unsent == 1
    assert two.store.crop(samples[1].digest).tobytes() == picture(1).tobytes()


def test_crop_name_is_what_the_sample_says(one: Machine) -> None:
    sample = one.store.keep(picture(1), label("p"))
    assert sample.crop == crop_name(sample.digest)
