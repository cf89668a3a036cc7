"""Compares the stores after the kills with the ledger."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drivers.environment import variable
from benchmarks.drivers.killing.backends import Backend
from benchmarks.drivers.killing.ledger import Job, Ledger, State
from benchmarks.drivers.killing.team_ledger import TeamFaults, TeamLedger, doubled
from datasets.objects.folder import FolderObjects
from datasets.samples.event import Event, read_event
from datasets.samples.event_objects import EventObjects
from datasets.samples.marks import CropMarks
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy

BUCKET = "tags"
BUCKET_URL = f"gs://{BUCKET}/shoes"
_HASTY = UploadPolicy(timeout=1.0, deadline=0.2, first_delay=0.02, longest_delay=0.1, pull_interval=0.2)


@dataclass
class KillResult:
    """The counts of one scenario. All but `scenario` and `seconds` are numbers of labels unless named otherwise."""

    scenario: str
    kills: int = 0  # processes ended by kill -9
    starting: int = 0  # of these, while they were starting
    sent: int = 0  # verdicts and undos that shoppers decided on
    acknowledged: int = 0  # of these, answered with "saved" (or "deleted")
    resent: int = 0  # requests sent again because no good answer came
    refused: int = 0  # answers that nothing was kept (507), or that the backend failed (503)
    trouble: int = 0  # requests that the bucket failed, times that the disk was full, steps of the clock backwards,
    # or processes that were killed while they sealed events
    segments: int = 0  # of events that were sealed, in all spools
    checked: int = 0  # settled labels looked up right after the kills, counted at each
    marks: int = 0  # changes of tags and metadata that were acknowledged
    uploads: int = 0  # zips of ten crops whose start was acknowledged
    live: int = 0  # in the store at the end
    lost: int = 0  # acknowledged, and not there
    twice: int = 0  # there more than once
    wrong: int = 0  # there, but otherwise than acknowledged
    invented: int = 0  # there, but never sent (or taken back)
    damaged: int = 0  # problems that `verify` names
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost and nothing invented."""
        return not (self.lost or self.twice or self.wrong or self.invented or self.damaged)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a store says at the end."""

    samples: list[Sample]
    marks: Mapping[str, CropMarks]
    doubled: int  # changes of tags and metadata that stand in the history of a crop twice


def check_at_once(
    result: KillResult, ledger: Ledger, team: TeamLedger, backends: Sequence[Backend], known: dict[str, Event]
) -> None:
    """Check the files right after a kill, without the index and without the store's own code for live labels.

    Args:
        result: Counts the faults.
        ledger: The labels that may be there.
        team: The uploads whose labels may be there, and the changes that must be.
        backends: Their spools are read.
        known: The events read so far, by object name; new ones are added.
    """
    settled = {name: job for name, job in ledger.jobs().items() if job.settled}
    changes = set(team.actions())
    for backend in backends:
        events = EventObjects(FolderObjects(backend.spool))
        for name in events.names():
            if name not in known:
                known[name] = read_event(name, events.get(name))
    live = _live(known.values())
    jobs = ledger.jobs()
    result.invented += sum(name not in jobs and not team.owns(name) for name in live)
    result.lost += len(changes - {event.marks.action for event in known.values() if event.marks is not None})
    for name, job in settled.items():
        result.checked += 1
        state = live.get(name)
        if state not in job.allowed:
            result.lost += state is None
            result.wrong += state is not None


def check_at_the_end(
    result: KillResult,
    ledger: Ledger,
    team: TeamLedger,
    backends: Sequence[Backend],
    bucket: str | None,
    folder: Path,
    database: str | None,
) -> None:
    """Check the store, a rebuilt index, and the bucket alone, once no backend runs any more.

    Args:
        result: Counts the faults.
        ledger: The labels that must be there.
        team: The changes of tags and metadata, and the uploads, that must be there.
        backends: Their spools are opened.
        bucket: Address of the bucket's server; None without one.
        folder: Folder for the spool of a machine that knows only the bucket.
        database: The backends' index; None is SQLite in each spool.

    Raises:
        RuntimeError: The bucket does not get everything within two minutes.
    """
    found: list[_Look] = []
    with ExitStack() as stack:
        url = None
        if bucket is not None:
            url = BUCKET_URL
            stack.enter_context(variable("STORAGE_EMULATOR_HOST", bucket))
        for backend in backends:
            with SampleStore.open(backend.spool, storage_url=url, database=database, policy=_HASTY) as store:
                if not store.bucket.flush(120):
                    raise RuntimeError(f"the bucket does not get everything: {store.bucket.queue()}")
        for backend in backends:
            result.segments += sum(1 for _ in EventObjects(FolderObjects(backend.spool)).segments())
            with SampleStore.open(
                backend.spool, storage_url=url, database=database, policy=_HASTY, upload=False
            ) as store:
                store.bucket.pull()
                result.damaged += len(list(store.upkeep.verify()))
                found.append(_look(store))
                store.upkeep.reindex()
                found.append(_look(store))
                for sample in store.samples():
                    store.crop(sample.digest)  # raises if its pixels do not match its name
        if bucket is not None:
            with SampleStore.open(folder / "new", storage_url=url, policy=_HASTY, upload=False) as store:
                store.bucket.pull()
                found.append(_look(store))
    jobs = ledger.jobs()
    result.live = len(found[0].samples)
    for look in found:
        shopped = [sample for sample in look.samples if not team.owns(sample.label.prediction_id)]
        compare(result, jobs, shopped)
        crops = {sample.digest for sample in shopped}
        result.twice += look.doubled
        _add(result, team.compare_marks(crops, look.marks))
        _add(result, team.compare_uploads(look.samples, look.marks))


def compare(result: KillResult, jobs: Mapping[str, Job], samples: Sequence[Sample]) -> None:
    """Compare one list of samples with the ledger.

    Args:
        result: Counts the faults.
        jobs: The ledger's jobs, by prediction.
        samples: The live samples of a store.
    """
    there = Counter(sample.label.prediction_id for sample in samples)
    result.twice += sum(count > 1 for count in there.values())
    result.invented += sum(name not in jobs or jobs[name].allowed == {None} for name in there)
    result.lost += sum(None not in job.allowed and name not in there for name, job in jobs.items())
    for sample in samples:
        job = jobs.get(sample.label.prediction_id)
        if job is None or job.allowed == {None}:
            continue
        is_other = (sample.label.status, sample.label.text) not in job.allowed
        is_other_crop = len(job.allowed) == 1 and job.sample is not None and sample.digest != job.sample
        result.wrong += is_other or is_other_crop


def _look(store: SampleStore) -> _Look:
    samples = list(store.samples())
    crops = {sample.digest for sample in samples}
    histories = ([(change.action, change.name) for change in store.marks.history(crop)] for crop in crops)
    return _Look(samples, store.marks.of(crops), sum(map(doubled, histories)))


def _add(result: KillResult, faults: TeamFaults) -> None:
    for name, count in vars(faults).items():
        setattr(result, name, getattr(result, name) + count)


def steps_back(events: Iterable[Event]) -> int:
    """Return how often the clock stood earlier at an event than at the one before it of the same writer."""
    ordered = sorted(events, key=lambda event: (event.writer, event.sequence))
    return sum(
        later.writer == earlier.writer and later.stored_at < earlier.stored_at
        for earlier, later in itertools.pairwise(ordered)
    )


def _live(events: Iterable[Event]) -> dict[str, State]:
    """Return the last event of each prediction."""
    live: dict[str, State] = {}
    for event in sorted(events, key=lambda event: (event.stamp, event.writer, event.sequence)):
        if event.marks is not None:
            continue
        if event.prediction_id is None:
            raise RuntimeError(f"{event.name} is about no prediction")
        if event.label is not None:
            live[event.prediction_id] = (event.label.status, event.label.text)
        else:
            live.pop(event.prediction_id, None)
    return live
