"""Reads every byte that the store holds and names every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from datasets.errors import BucketUnavailableError, ObjectMissingError, StoreError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, EVENTS, SEGMENTS, crop_name
from datasets.samples.event import Event, EventName, needed_crops, read_event
from datasets.samples.genuine import is_genuine
from datasets.samples.index import SampleIndex
from datasets.samples.segment import SegmentName, read_segment
from datasets.samples.spool import FAR_AHEAD, Spool

_FETCHERS = 8  # at once; a bucket answers each in some 30 ms


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the store."""

    place: str  # URL of the spool's folder or of the bucket, or "index"
    name: str  # of the object
    what: str  # in words

    def __str__(self) -> str:
        return f"{self.place}: {self.name}: {self.what}"


def find_problems(spool: Spool, index: SampleIndex, replica: ObjectStore | None) -> Iterator[Problem]:
    """Hash everything again.

    Found are: damaged events, segments and crops, numbers missing in a writer's sequence, crops that a label needs and
    that are nowhere, crops that should be gone, names that do not belong here, and rows of the index without
    an event, or the other way round. Events that wait to be sent or fetched are no problem.

    Raises:
        IndexUnavailableError: the database does not answer.
        BucketUnavailableError: the bucket does not answer.
    """
    if not index.is_sound():
        yield Problem("index", "index.sqlite3", "is damaged; the next opening of the store makes it anew")
        return  # what it says of the objects is worth nothing
    stores: list[ObjectStore] = [spool.objects] if replica is None else [spool.objects, replica]
    events: dict[str, Event] = {}
    event_names: set[str] = set()
    crops: dict[str, set[str]] = {}  # by place
    in_replica: set[str] = set()
    for objects in stores:
        for name, data in _stored_events(objects):
            if SegmentName.parse(name) is None:
                event_names.add(name)
                if objects is replica:
                    in_replica.add(name)
            try:
                if isinstance(data, StoreError):
                    raise data
                event = read_event(name, data)
            except StoreError as error:
                yield Problem(objects.url, name, str(error).removeprefix(f"{name}: "))
            else:
                if is_far_ahead := spool.is_far_ahead(event.stamp):
                    yield Problem(objects.url, name, FAR_AHEAD)
                if objects is spool.objects or not is_far_ahead:  # one in the bucket alone is not taken in
                    events[name] = event
        crops[objects.url] = set(objects.names(CROPS))
    yield from _holes(event_names)
    needed = {crop_name(digest) for digest in needed_crops(events.values())}
    for name in sorted(needed - set().union(*crops.values())):
        yield Problem(spool.objects.url, name, "a label needs this crop, and it is nowhere")
    in_spool = spool.event_names()
    needed_here = needed | {
        crop_name(digest) for digest in needed_crops(events[name] for name in events if name in in_spool)
    }
    sent = index.replicas.sent(replica.url) if replica is not None else set()
    for segment in sent.intersection(spool.events.segments()):
        sent.update(spool.sealed_names(segment))
    if replica is not None:
        confirmed = {
            crop_name(event.sample)
            for name, event in events.items()
            if name in sent and event.kind == "label" and event.sample is not None
        }
        for name in sorted((set(events) & sent & in_spool) - in_replica):
            yield Problem(replica.url, name, "was sent, but is no longer there; `reindex` has it sent again")
        for name in sorted((confirmed & needed & crops[spool.objects.url]) - crops[replica.url]):
            yield Problem(replica.url, name, "was sent, but is no longer there")
    # A bucket may keep a buried crop for as long as the tombstone has not been sent.
    waiting = any(event.kind == "deleted" and name not in sent for name, event in events.items())
    for objects in stores:
        there = crops[objects.url]
        if objects is spool.objects or not waiting:
            for name in sorted(there - (needed_here if objects is spool.objects else needed)):
                yield Problem(objects.url, name, "no label needs this crop")
        for name, data in _fetch(objects, sorted(there)):
            if isinstance(data, StoreError) or not is_genuine(name, data):
                yield Problem(objects.url, name, "the picture is damaged")
    indexed = index.event_names()
    for name in sorted((events.keys() & in_spool) - indexed):  # what only the bucket has is not fetched yet
        yield Problem("index", name, "is missing; `reindex` puts it back")
    for name in sorted(indexed - event_names):
        yield Problem("index", name, "there is no such event; `reindex` takes it out")


def _stored_events(objects: ObjectStore) -> Iterator[tuple[str, bytes | StoreError]]:
    """All events, in objects of their own or in segments, and whatever else lies there; a segment that is damaged."""
    yield from _fetch(objects, list(objects.names(EVENTS)))
    for segment, data in _fetch(objects, list(objects.names(SEGMENTS))):
        try:
            if isinstance(data, StoreError):
                raise data
            yield from read_segment(segment, data).items()
        except StoreError as error:
            yield segment, error


def _fetch(objects: ObjectStore, names: Iterable[str]) -> Iterator[tuple[str, bytes | StoreError]]:
    """Read objects, several at a time, each with its bytes or its error; one removed meanwhile is left out.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """

    def fetch(name: str) -> tuple[str, bytes | StoreError | None]:
        try:
            return name, objects.get(name)
        except ObjectMissingError:
            return name, None
        except BucketUnavailableError:
            raise
        except StoreError as error:  # such as a name that no object of the store has
            return name, error

    with ThreadPoolExecutor(_FETCHERS) as pool:
        remaining = iter(names)
        while batch := list(islice(remaining, 2 * _FETCHERS)):  # in portions, to bound the memory
            for name, data in pool.map(fetch, batch):
                if data is not None:
                    yield name, data


def _holes(names: Iterable[str]) -> Iterator[Problem]:
    sequences: dict[str, set[int]] = {}
    for name in names:
        parsed = EventName.parse(name)
        if parsed is not None:
            sequences.setdefault(parsed.writer, set()).add(parsed.sequence)
    for writer, have in sorted(sequences.items()):
        last = 0
        for number in sorted(have - {0}):
            if (missing := number - last - 1) == 1:
                yield Problem("events", f"{EVENTS}{writer}/{last + 1:010d}-*.json", "this event is missing")
            elif missing:
                what = f"this event is missing, and the {missing - 1} after it"
                yield Problem("events", f"{EVENTS}{writer}/{last + 1:010d}-*.json", what)
            last = number
