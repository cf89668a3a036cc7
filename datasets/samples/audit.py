"""Reads every byte that the store holds and names every fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from datasets.errors import ObjectMissingError, StoreError
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CROPS, crop_name
from datasets.samples.event import EVENTS, Event, EventName, needed_crops, read_event
from datasets.samples.genuine import is_genuine
from datasets.samples.index import SampleIndex
from datasets.samples.spool import Spool

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

    Found are: damaged events and crops, numbers missing in a writer's sequence, crops that a label needs and
    that are nowhere, crops that should be gone, names that do not belong here, and rows of the index without
    an event, or the other way round. Unsent events are no problem.

    Raises:
        IndexUnavailableError: the database does not answer.
        BucketUnavailableError: the bucket does not answer.
    """
    stores: list[ObjectStore] = [spool.objects] if replica is None else [spool.objects, replica]
    events: dict[str, Event] = {}
    event_names: set[str] = set()
    crops: dict[str, set[str]] = {}  # by place
    in_replica: set[str] = set()
    for objects in stores:
        listed = list(objects.names(EVENTS))
        event_names.update(listed)
        if objects is replica:
            in_replica.update(listed)
        for name, data in _fetch(objects, listed):
            try:
                event = read_event(name, data)
            except StoreError as error:
                yield Problem(objects.url, name, str(error).removeprefix(f"{name}: "))
            else:
                events[name] = event
        crops[objects.url] = set(objects.names(CROPS))
    yield from _holes(event_names)
    needed = {crop_name(digest) for digest in needed_crops(events.values())}
    for name in sorted(needed - set().union(*crops.values())):
        yield Problem(spool.objects.url, name, "a label needs this crop, and it is nowhere")
    sent = index.sent(replica.url) if replica is not None else set()
    if replica is not None:
        confirmed = {
            crop_name(event.sample)
            for name, event in events.items()
            if name in sent and event.kind == "label" and event.sample is not None
        }
        for name in sorted((set(events) & sent & set(spool.event_names())) - in_replica):
            yield Problem(replica.url, name, "was sent, but is no longer there; `reindex` has it sent again")
        for name in sorted((confirmed & needed & crops[spool.objects.url]) - crops[replica.url]):
            yield Problem(replica.url, name, "was sent, but is no longer there")
    # A bucket may keep a buried crop for as long as the tombstone has not been sent.
    waiting = any(event.kind == "deleted" and name not in sent for name, event in events.items())
    for objects in stores:
        there = crops[objects.url]
        if objects is spool.objects or not waiting:
            for name in sorted(there - needed):
                yield Problem(objects.url, name, "no label needs this crop")
        for name, data in _fetch(objects, sorted(there)):
            if not is_genuine(name, data):
                yield Problem(objects.url, name, "the picture is damaged")
    indexed = index.event_names()
    for name in sorted(events.keys() - indexed):
        yield Problem("index", name, "is missing; `reindex` puts it back")
    for name in sorted(indexed - event_names):
        yield Problem("index", name, "there is no such event; `reindex` takes it out")


def _fetch(objects: ObjectStore, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Read objects, several at a time; an object that was removed meanwhile is left out."""

    def fetch(name: str) -> tuple[str, bytes | None]:
        try:
            return name, objects.get(name)
        except ObjectMissingError:
            return name, None

    with ThreadPoolExecutor(_FETCHERS) as pool:
        remaining = iter(names)
        while batch := list(islice(remaining, 256)):  # in portions, to bound the memory
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
        for number in sorted(set(range(1, max(have) + 1)) - have):
            yield Problem("events", f"{EVENTS}{writer}/{number:010d}-*.json", "this event is missing")
