"""Segments between spools and a bucket, step by step and without the threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError, StoreError
from datasets.objects.bucket import BucketObjects
from datasets.samples.history import live_samples, read_history
from datasets.samples.places import Places
from datasets.samples.segment import make_segment
from datasets.samples.store import SampleStore
from tests.datasets.making import HASTY, forge, label, picture
from tests.datasets.samples.test_replication import URL, Machine


@pytest.fixture
def machines(gcs: GcsServer, tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    pair = Machine(tmp_path / "one"), Machine(tmp_path / "two")
    yield pair
    for machine in pair:
        machine.close()


def sealed(machine: Machine, size: int = 2) -> int:
    return sum(machine.store.sealer.seal(size))


def in_bucket(gcs: GcsServer) -> tuple[int, int]:
    """The number of segments, and of events in objects of their own."""
    return len(gcs.names("tags", "shop/segments/")), len(gcs.names("tags", "shop/events/"))


def in_spool(machine: Machine) -> tuple[int, int]:
    return len(list(machine.spool.events.segments())), len(list(machine.spool.events.loose()))


def test_events_are_sealed_once_the_bucket_has_them(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, two = machines
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(5)]
    assert sealed(one) == 0
    one.send_all()
    assert two.store.bucket.pull() == 5
    assert sealed(one) == 4
    assert one.replication.unsent() == sorted(one.spool.events.segments())
    one.send_all()
    assert one.replication.unsent() == []
    assert in_bucket(gcs) == in_spool(one) == (2, 1)
    assert len(one.index.replicas.sent(URL)) == 3
    assert in_spool(two) == (0, 5)
    assert two.store.bucket.pull() == 0
    assert in_spool(two) == (2, 1)
    assert two.replication.unsent() == []
    for machine in machines:
        assert list(machine.store.samples()) == samples
        assert list(machine.store.upkeep.verify()) == []
        assert machine.store.upkeep.reindex() == 5
        assert machine.replication.unsent() == []
        assert list(machine.store.samples()) == samples
        with Places.open(machine.root, URL) as places:
            assert live_samples(read_history(places).events) == samples
            assert read_history(places).beyond == 0


def test_two_machines_seal_the_same_at_once(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, two = machines
    for n in range(5):
        one.store.keep(picture(n), label(f"p{n}"))
    one.send_all()
    two.store.bucket.pull()
    assert sealed(one) == sealed(two) == 4
    two.send_all()
    one.send_all()
    assert in_bucket(gcs) == in_spool(one) == in_spool(two) == (2, 1)
    assert list(one.store.upkeep.verify()) == list(two.store.upkeep.verify()) == []


def test_a_new_machine_fetches_segments_and_carries_out_their_removals(
    machines: tuple[Machine, Machine], gcs: GcsServer
) -> None:
    one, two = machines
    kept = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    one.store.undo("p1")
    one.store.keep(picture(9), label("last"))
    one.send_all()
    sealed(one)
    one.send_all()
    gcs.overwrite("tags", f"shop/{kept[1].crop}", (one.root / kept[0].crop).read_bytes())  # came back, as after a race
    assert two.store.bucket.pull() == 5
    assert f"shop/{kept[1].crop}" not in gcs.names("tags", "shop/crops/")
    assert list(two.store.samples()) == list(one.store.samples())
    assert two.replication.unsent() == []
    assert list(two.store.upkeep.verify()) == []


def test_a_pull_that_is_killed_within_a_segment_is_finished_later(
    machines: tuple[Machine, Machine], gcs: GcsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machines
    one.store.keep(picture(1), label("p"))
    one.store.undo("p")
    one.store.keep(picture(2), label("q"))
    one.send_all()
    sealed(one)
    one.send_all()
    with monkeypatch.context() as patched:
        patched.setattr(two.index, "add", _killed)
        with pytest.raises(KeyboardInterrupt):
            two.replication.pull()
    two.replication.pull()
    two.send_all()
    assert two.replication.unsent() == []
    assert in_bucket(gcs) == in_spool(two) == (1, 1)
    with SampleStore.open(two.root, storage_url=URL, upload=False, policy=HASTY) as again:
        assert [sample.label.prediction_id for sample in again.samples()] == ["q"]
        assert list(again.upkeep.verify()) == []


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_bucket_that_fails_at_any_step_loses_nothing(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, two = machines
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    one.send_all()
    sealed(one)
    (segment,) = one.replication.unsent()
    step, failed = 0, True
    while failed:
        requests = 0

        def fails(method: str, path: str, last: int = step) -> bool:
            nonlocal requests
            requests += 1
            return requests > last

        gcs.faults.applies_to = fails
        gcs.faults.unavailable = -1
        try:
            one.replication.send(segment)
            failed = False
        except BucketUnavailableError:
            pass
        gcs.faults.unavailable = 0
        assert two.store.bucket.pull() == (3 if step == 0 else 0)
        assert list(two.store.samples()) == samples
        step += 1
        assert step < 50
    assert one.replication.unsent() == []
    assert in_bucket(gcs) == (1, 1)
    assert list(one.store.upkeep.verify()) == []


def test_a_new_bucket_gets_crops_before_events_before_segments(tmp_path: Path, gcs: GcsServer) -> None:
    with SampleStore.open(tmp_path / "one") as store:  # without a bucket
        samples = [store.keep(picture(n), label(f"p{n}")) for n in range(5)]
        assert list(store.sealer.seal(2)) == [2, 2]
    (tmp_path / "one" / samples[0].crop).write_bytes(b"rotten")
    machine = Machine(tmp_path / "one")
    unsent = machine.replication.unsent()
    assert len(unsent) == 7
    for name in unsent:
        if name.startswith("segments/") or name == samples[0].event:
            continue
        machine.replication.send(name)
    with pytest.raises(StoreError, match="is damaged here"):
        machine.replication.send(samples[0].event)
    first, second = machine.replication.unsent()[1:]
    with pytest.raises(StoreError, match="waits until 1 of its events"):
        machine.replication.send(first)
    machine.replication.send(second)
    assert in_bucket(gcs) == (1, 2)
    machine.store.keep(picture(0), label("p0"))  # puts the crop back
    machine.send_all()
    assert in_bucket(gcs) == (2, 1)
    assert list(machine.store.upkeep.verify()) == []
    machine.close()


def test_a_lost_index_learns_what_the_bucket_has(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, _ = machines
    for n in range(5):
        one.store.keep(picture(n), label(f"p{n}"))
    one.send_all()
    sealed(one)
    one.replication.send(one.replication.unsent()[0])  # of two segments
    one.index.replicas.replace(URL, [])
    one.replication.reconcile()
    (unsent,) = one.replication.unsent()
    assert unsent.startswith("segments/")
    one.send_all()
    assert in_bucket(gcs) == (2, 1)


def test_a_rotten_segment_is_fetched_again(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    one.send_all()
    sealed(one)
    one.send_all()
    (segment,) = one.spool.events.segments()
    (one.root / segment).write_bytes(b"rotten")
    with SampleStore.open(one.root, storage_url=URL, upload=False, policy=HASTY) as store:
        with Places.open(one.root, URL) as places:  # which reads the bucket's copy
            assert live_samples(read_history(places).events) == samples
        assert next(iter(store.upkeep.verify())).name == segment
        store.upkeep.reindex()
        store.upkeep.reindex()
        assert list(store.samples()) == samples
        assert list(store.upkeep.verify()) == []


def test_a_forged_segment_is_set_aside(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, two = machines
    _, ahead = forge({"stamp": 200_000_000_000_000})
    _, wrong = forge({"status": "nonsense"})
    segment, data = make_segment("f" * 16, 1, [ahead + b"\n"])
    gcs.overwrite("tags", f"shop/{segment}", data)
    rotten, data = make_segment("e" * 16, 1, [b"{}\n"])
    gcs.overwrite("tags", f"shop/{rotten}", data[:-3])
    readable, data = make_segment("d" * 16, 1, [wrong + b"\n"])
    gcs.overwrite("tags", f"shop/{readable}", data)
    one.store.keep(picture(1), label("p"))
    one.send_all()
    assert two.store.bucket.pull() == 1
    aside = two.store.upkeep.set_aside()
    assert set(aside) >= {segment, rotten}
    assert any(name.startswith(f"events/{'d' * 16}/") for name in aside)
    assert two.store.bucket.pull() == 0
    assert two.store.counts().kept == 1


def test_what_an_older_program_sends_again_is_no_fault(machines: tuple[Machine, Machine], gcs: GcsServer) -> None:
    one, two = machines
    samples = [one.store.keep(picture(n), label(f"p{n}")) for n in range(3)]
    lines = {name: one.spool.events.get(name) for name in one.spool.events.loose()}
    one.send_all()
    sealed(one)
    one.send_all()
    bucket = BucketObjects(URL)
    for name, line in lines.items():
        bucket.put(name, line)
    bucket.close()
    assert two.store.bucket.pull() == 3
    assert two.store.bucket.pull() == 0
    assert list(two.store.samples()) == samples
    assert list(two.store.upkeep.verify()) == list(one.store.upkeep.verify()) == []
    two.send_all()
    assert two.replication.unsent() == []
