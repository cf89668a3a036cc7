"""The data and actions of the team's page, behind one lock.

Every call waits for disks and buckets, so calls run in a thread.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PIL import Image

from backend.schemas import ModelNameBody
from backend.team.bodies import ActivityBody, CardBody, ChampionEntryBody, CycleBody, OverviewBody
from backend.team.cycles import TeamCycles, cycle_body
from backend.team.explore_bodies import DetailsBody
from backend.team.explorer import TeamExplorer
from backend.team.exports import TeamExports
from backend.team.features import TeamFeatures
from backend.team.freezing import Frozen, freeze
from backend.team.labels import TeamLabels
from backend.team.reasons import known_reason, of_projects, reason_body
from backend.team.review_bodies import ReviewBody
from backend.team.samples import TeamSamples
from backend.team.searches import TeamSearches
from backend.team.thumbnails import Thumbnails
from backend.team.uploads import TeamUploads
from backend.team.versions import TeamVersions
from datasets.cycles.report import CycleReport
from datasets.errors import StoreError
from datasets.exports.downloads import Downloads
from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.clock import Clock
from datasets.objects.names import is_digest
from datasets.reason import Reason
from datasets.samples.places import Places
from datasets.samples.room import FREE_BYTES
from datasets.samples.search.filters import Filter
from datasets.samples.search.saved import SavedSearches
from datasets.samples.seen_store import SeenStore
from datasets.samples.sight import Sight
from datasets.samples.store import SampleStore
from datasets.versions.version import UnknownVersionError

_LOG = logging.getLogger(__name__)

T = TypeVar("T")

# Label events set aside that are named.
_MOST_NAMED = 5
# People's views of the store that are remembered, with their statistics; people who see the same share one.
_MOST_VIEWS = 16


class TeamData:
    """The data and actions of the team's page. Safe to use from several threads, which wait for each other.

    Args:
        store: Where confirmed samples are kept.
        places: Spool and bucket of that store.
        thumbnails: Small pictures of its crops.
        spool: Folder of the store.
        least_free: Bytes that stay free on its disk.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        store: SampleStore,
        places: Places,
        thumbnails: Thumbnails,
        spool: Path,
        *,
        least_free: int = FREE_BYTES,
        clock: Clock = time.time,
    ) -> None:
        self._places, self._thumbnails, self._spool = places, thumbnails, spool
        self._searches = SavedSearches(places.authority, clock)
        self.downloads = Downloads(places.authority, clock)
        self._cycles = TeamCycles(places.authority, clock)
        self._champions = Champions(places.authority, key=places.key)
        self._lock = threading.RLock()
        self._views: OrderedDict[tuple[Sight | None, Sight | None, Sight | None], TeamData] = OrderedDict()
        self._sight: Sight | None = None  # the projects that are known, also those that no crop belongs to
        whole = SeenStore(store)
        self.exports = TeamExports(whole, spool)
        self.uploads = TeamUploads(spool, whole, least_free, clock)
        self._versions = TeamVersions(whole, places)
        self._look_at(whole)

    def seen_by(self, sight: Sight | None, touch: Sight | None) -> TeamData:
        """The same, of the crops that somebody sees, and changed by who may.

        Args:
            sight: The crops that are seen; None: all.
            touch: Those of them that may be changed; None: all.

        Raises:
            StoreError: The index does not answer.
        """
        everything, known = self._store.everything, sight
        if sight is not None and sight.others and everything.search.projects() <= sight.projects:
            sight = None  # no crop is hidden, so no question needs the condition
        if sight is None and touch is None:
            return self
        with self._lock:
            view = self._views.pop((known, sight, touch), None)
            view = self._views[known, sight, touch] = view or self._view(SeenStore(everything, sight, touch), known)
            if len(self._views) > _MOST_VIEWS:
                self._views.popitem(last=False)
            return view

    def _view(self, store: SeenStore, known: Sight | None) -> TeamData:
        view = copy.copy(self)
        view._sight = known
        view.exports, view.uploads = self.exports.seen_in(store), self.uploads.seen_in(store, known)
        view._versions = self._versions.seen_in(store)
        view._look_at(store)
        return view

    def _look_at(self, store: SeenStore) -> None:
        self._store = store
        self.explorer = TeamExplorer(store, self._thumbnails)
        self._labels = TeamLabels(store)
        self.samples = TeamSamples(store)
        self.features = TeamFeatures(self._spool, store, self.explorer)

    def holds_project(self, project: str) -> bool:
        """Whether crops, seen or not, belong to a project of this id, or once did.

        Raises:
            StoreError: The index does not answer.
        """
        return project in self._store.everything.search.projects()

    @property
    def searches(self) -> TeamSearches:
        """The saved searches, but for those that name a project which is not known."""
        return TeamSearches(self._searches, self._sight)

    def close(self) -> None:
        """Let go of connections; the store stays open."""
        self._places.close()

    # -- reading ----------------------------------------------------------------------------------------

    def overview(self, serving: ModelNameBody | None, serving_number: int | None) -> OverviewBody:
        """Everything at a glance; parts that cannot be read just now are left out and named.

        Args:
            serving: The model that reads on this backend.
            serving_number: Which of the champions that is.
        """
        faults: list[str] = []

        def fault(error: StoreError) -> None:
            _LOG.warning("the team's page: %s", error)
            if str(error) not in faults:
                faults.append(str(error))

        def attempt(read: Callable[[], T], otherwise: T) -> T:
            try:
                return read()
            except StoreError as error:
                fault(error)
                return otherwise

        # Counting may take long, and others wait for the lock.
        labels = attempt(self._labels.counts, None)
        with self._lock:
            none: list[CycleReport] = []
            reports = attempt(self._cycles.reports, none)
            nothing: dict[str, str] = {}
            aside = self._store.everything.upkeep.set_aside() | attempt(self._champions.set_aside, nothing)
            return OverviewBody(
                serving=serving,
                serving_number=serving_number,
                champions=attempt(lambda: [self._champion_body(entry) for entry in self._champions.history()], []),
                versions=attempt(lambda: self._versions.all(reports, fault), []),
                cycles=list(map(self._cycle_body, reports)),
                labels=labels,
                queue=attempt(self._labels.queue, None) if self._places.replica is not None else None,
                faults=faults,
                set_aside=len(aside),
                set_aside_names=list(aside)[:_MOST_NAMED],
            )

    def card(self, name: str) -> CardBody:
        """What a version holds, counted; see `TeamVersions.card`."""
        with self._lock:
            return self._versions.card(name)

    def sheet(self, name: str) -> bytes | None:
        """The contact sheet of a version as PNG; see `TeamVersions.sheet`."""
        with self._lock:
            return self._versions.sheet(name)

    def report(self, cycle: str) -> bytes:
        """The report of a cycle; see `TeamCycles.page`.

        Raises:
            UnknownVersionError: It shows crops that are not seen, or is about a version with some.
        """
        with self._lock:
            reports = self._cycles.reports() if self._store.sight is not None else []
            known = [report for report in reports if report.id == cycle]
            if self._store.sight is not None and not (known and all(map(self._is_told, known))):
                raise UnknownVersionError(f"the report of {cycle} shows crops of projects that are not yours")
        return self._cycles.page(cycle)

    def _is_told(self, report: CycleReport) -> bool:
        """Whether all crops that a report is about are seen: of its version, and those that it shows.

        The crops that judge are drawn from all that there are, whatever the version holds.
        """
        if self._store.sight is None:
            return True
        shown = {example.crop for example in report.examples if is_digest(example.crop)}
        try:
            is_seen = not report.damaged and shown <= self._store.marks.seen_among(shown)
            return is_seen and not self._versions.is_withheld(report.version)
        except StoreError:
            return False

    def activity(self) -> ActivityBody:
        """What workers do; see `TeamCycles.activity`."""
        with self._lock:
            found = self._cycles.activity()
        if self._sight is None:
            return found
        told = [cycle.model_copy(update={"why": known_reason(cycle.why, self._sight)}) for cycle in found.cycles]
        return found.model_copy(update={"cycles": told})

    def review(self, most: int) -> ReviewBody:
        """Pictures that wait for a second look; see `TeamLabels.review`."""
        return self._labels.review(most)

    def details(self, prediction_id: str) -> DetailsBody:
        """Everything about a label; see `TeamExplorer.details`."""
        digest = self.explorer.find(prediction_id).digest
        with self._lock:
            versions = self._versions.holding(digest)
        return self.explorer.details(prediction_id, versions)

    def crop(self, digest: str) -> bytes:
        """The PNG of a sample.

        Raises:
            UnknownSampleError: There is none.
        """
        return self._store.stored_bytes(digest)

    def picture(self, digest: str) -> Image.Image:
        """The picture of a sample, RGB.

        Raises:
            UnknownSampleError: There is none.
            CropError: It is damaged.
        """
        return self._store.crop(digest)

    # -- writing ----------------------------------------------------------------------------------------

    def request(self, version: str | None, why: str, key: str | None, by: Reason) -> tuple[str, bool]:
        """Ask the worker for a cycle; see `TeamCycles.request`.

        Raises:
            UnknownVersionError: There is no version of this name.
            StoreError: Nothing answers.
        """
        projects = set[str]() if version is None else self._versions.projects_of(version)
        # Outside the lock: a slow bucket delays this answer only.
        return self._cycles.request(version, of_projects(projects, why), key, by)

    def freeze(self, wanted: Filter, name: str | None, key: str | None, author: str) -> Frozen:
        """Make a dataset version; see `freezing.freeze`."""
        return freeze(self._store, self._places, wanted, name, key, author)

    def withdraw(self, cycle: str) -> None:
        """Take back a request for a cycle; see `TeamCycles.withdraw`."""
        self._cycles.withdraw(cycle)

    def _cycle_body(self, report: CycleReport) -> CycleBody:
        body = cycle_body(report, with_notes=self._is_told(report))
        return body.model_copy(update={"why": known_reason(body.why, self._sight)})

    def _champion_body(self, record: ChampionRecord) -> ChampionEntryBody:
        reasons = {"by": reason_body(record.by), "reason": reason_body(record.reason)}
        signed = {"is_signed": self._champions.is_signed(record)}
        return ChampionEntryBody.model_validate({**dict(record), **reasons, **signed})
