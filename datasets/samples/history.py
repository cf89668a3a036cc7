"""Label events up to a point, and the labels that follow from them, without a database.

A watermark `{writer: sequence}` names a point that means the same on every machine: each writer numbers its events
without holes, so it determines exactly which events count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from datasets.errors import BucketUnavailableError, ObjectMissingError, StoreError
from datasets.samples.event import Event, EventName, needed_crops, read_event, sample_of
from datasets.samples.event_objects import EventObjects
from datasets.samples.marks import marks_of
from datasets.samples.places import Places
from datasets.samples.sample import Sample
from datasets.samples.segment import unknown_events

Watermark = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """The events up to a watermark, and changes since."""

    watermark: Watermark
    events: Mapping[str, Event]  # by object name: those up to the watermark
    beyond: int  # events in the spool beyond it: unsent ones, and those after a hole
    buried: frozenset[str]  # digests of crops all of whose labels are buried, by all events of the spool
    damaged: Mapping[str, str] = field(default_factory=dict)  # event that was passed over -> reason


def read_history(places: Places, watermark: Watermark | None = None, *, past_damaged: bool = False) -> History:
    """Read the events of the spool up to a watermark; events that are damaged there are read from the bucket.

    Without a watermark, each writer's events up to the first missing one are read. Where there is a bucket, events that
    it does not hold yet do not count, because no other machine could see them.

    Args:
        places: spool and bucket.
        watermark: the last events to read.
        past_damaged: pass over events that are there but cannot be read, and list them; else such an event counts as
            missing, and no event after it counts.

    Raises:
        StoreError: an event up to the watermark is missing or damaged.
        BucketUnavailableError: the bucket does not answer.
    """
    local = EventObjects(places.local)
    replica = EventObjects(places.replica, near=local) if places.replica is not None else None
    events, damaged = _read_all(local, replica)
    there = set(replica.names()) if replica is not None and watermark is None else set()
    if past_damaged and replica is not None:
        damaged |= _damaged_there(replica, there - events.keys() - damaged.keys(), {*events, *damaged})
    if watermark is None:
        shared = set(events) if places.replica is None else there.intersection(events)
        watermark = reached(shared.union(damaged) if past_damaged else shared)
    chosen = {name: event for name, event in events.items() if event.sequence <= watermark.get(event.writer, 0)}
    passed = {name: why for name, why in damaged.items() if past_damaged and _is_within(name, watermark)}
    # A forged event may bear the number of another, so numbers are counted and not events.
    there_are = {(name.writer, name.sequence) for name in map(EventName.parse, [*chosen, *passed]) if name is not None}
    lacking = sum(watermark.values()) - len(there_are)
    if lacking:
        raise StoreError(
            f"{lacking} events up to the watermark are not in {places.local.url}, or are damaged; "
            "`.venv/bin/python -m datasets reindex` fetches them, `verify` names them"
        )
    return History(dict(watermark), chosen, len(events) - len(chosen), buried_crops(events.values()), passed)


def read_buried(places: Places) -> frozenset[str]:
    """Digests of the crops that are gone for good, by all events of the spool."""
    return buried_crops(_read_all(EventObjects(places.local), None)[0].values())


def buried_crops(events: Collection[Event]) -> frozenset[str]:
    """Digests of the crops that had labels and lost all of them to tombstones: gone for good."""
    labelled = {event.sample for event in events if event.kind == "label" and event.sample is not None}
    return frozenset(labelled - needed_crops(events))


def reached(names: Iterable[str]) -> dict[str, int]:
    """The watermark up to which no event is missing, from events' object names."""
    sequences: dict[str, set[int]] = {}
    for name in names:
        parsed = EventName.parse(name)
        if parsed is not None:
            sequences.setdefault(parsed.writer, set()).add(parsed.sequence)
    watermark = {}
    for writer, have in sequences.items():
        last = 0
        while last + 1 in have:
            last += 1
        if last:
            watermark[writer] = last
    return watermark


def live_samples(events: Mapping[str, Event]) -> list[Sample]:
    """The live labels that these events leave, in their order, as `SampleStore.samples` has them for all events."""
    ordered = sorted(events.items(), key=lambda item: item[1].order)
    last: dict[str, tuple[str, Event]] = {}  # the last event of each prediction
    erased: dict[str, Event] = {}  # the last tombstone of each crop
    for name, event in ordered:
        if event.kind in ("pair", "marks"):
            continue
        if event.prediction_id is not None:
            last[event.prediction_id] = (name, event)
        elif event.sample is not None:
            erased[event.sample] = event
    marks = marks_of(events.values())
    samples = []
    for name, event in sorted(last.values(), key=lambda item: item[1].order):
        if event.kind != "label" or event.label is None or event.sample is None:
            continue
        if event.sample in erased and erased[event.sample].order > event.order:
            continue
        sample = sample_of(event, name)
        marked = marks.get(sample.digest)
        if marked is not None:
            metadata = frozenset(marked.values.items())
            sample = replace(sample, tags=marked.tags, metadata=metadata, projects=marked.projects)
        samples.append(sample)
    return samples


def _read_all(spool: EventObjects, replica: EventObjects | None) -> tuple[dict[str, Event], dict[str, str]]:
    """The spool's events, and the reason for each event that can be read neither there nor in the bucket.

    Events of a damaged segment whose names nobody can tell have the names that `unknown_events` gives them.
    """
    events: dict[str, Event] = {}
    damaged: dict[str, str] = {}
    for name in spool.names():
        try:
            events[name] = read_event(name, spool.get(name))
        except StoreError as error:
            copy = _copy(replica, name)
            if isinstance(copy, Event):
                events[name] = copy
            else:
                damaged[name] = _why(name, error)
    for segment, why in spool.unreadable().items():
        copies = _copies(replica, segment)
        events |= {name: copy for name, copy in copies.items() if isinstance(copy, Event)}
        damaged |= {name: _why(name, copy) for name, copy in copies.items() if isinstance(copy, StoreError)}
        if not copies:
            numbers = {(event.writer, event.sequence) for event in events.values()}
            damaged |= {name: _why(segment, why) for name in unknown_events(segment, numbers)}
    return events, damaged


def _copies(replica: EventObjects | None, segment: str) -> dict[str, Event | StoreError]:
    """The events of the bucket's copy of a segment, or the reasons why they cannot be read; {} without a whole copy."""
    if replica is None:
        return {}
    try:
        names = list(replica.sealed(segment))
    except BucketUnavailableError:
        raise
    except StoreError:
        return {}
    return {name: copy for name in names if (copy := _copy(replica, name)) is not None}


def _damaged_there(replica: EventObjects, only_there: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Events that only the bucket has and that are damaged there, with reasons: at most the next one of each writer."""
    candidates = {(e.writer, e.sequence): str(e) for e in map(EventName.parse, only_there) if e is not None}
    names, damaged = set(known), dict[str, str]()
    for writer in sorted({writer for writer, _ in candidates}):
        while (name := candidates.get((writer, reached(names).get(writer, 0) + 1))) is not None:
            copy = _copy(replica, name)
            if not isinstance(copy, StoreError):
                break  # the event has only just arrived
            damaged[name] = _why(name, copy)
            names.add(name)
    return damaged


def _copy(replica: EventObjects | None, name: str) -> Event | StoreError | None:
    """The bucket's copy of an event, or the reason why it cannot be read; None if there is none."""
    if replica is None:
        return None
    try:
        return read_event(name, replica.get(name))
    except ObjectMissingError:
        return None
    except BucketUnavailableError:
        raise
    except StoreError as error:
        return error


def _why(name: str, error: StoreError | str) -> str:
    return str(error).removeprefix(f"{name}: ")


def _is_within(name: str, watermark: Watermark) -> bool:
    parsed = EventName.parse(name)
    return parsed is not None and parsed.sequence <= watermark.get(parsed.writer, 0)
