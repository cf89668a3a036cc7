"""The team's view of dataset versions. A version never changes, so each is read once."""

from __future__ import annotations

import bisect
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.team.bodies import CardBody, SyntheticPartBody, VersionBody
from backend.team.explore_bodies import HeldBody
from backend.team.reasons import reason_body
from datasets.cycles.report import CycleReport
from datasets.errors import StoreError
from datasets.samples.history import read_buried
from datasets.samples.marks import NO_PROJECT
from datasets.samples.places import Places
from datasets.samples.search.filters import Comparison, Filter, Joined
from datasets.samples.search.parser import parse_filter
from datasets.samples.seen_store import SeenStore
from datasets.versions.card import describe
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.sheet import SHEET, forget_on_sheets, sheet_samples
from datasets.versions.version import SIDES, UnknownVersionError, Version, VersionError

_LOG = logging.getLogger(__name__)
_BYTES = 32  # of a digest
_LONGEST_FILTER = 300  # characters of a filter that are shown


@dataclass(frozen=True, slots=True)
class _Known:
    """What is remembered of a version; 33 bytes for each of its crops."""

    body: VersionBody  # without a verdict
    card: CardBody
    digests: bytes  # of its crops, sorted, one after the other
    sides: bytes  # of these crops, as places in SIDES

    def side_of(self, digest: str) -> str | None:
        """The side on which the version holds a crop; None if it does not."""
        wanted = bytes.fromhex(digest)
        places = range(len(self.sides))
        at = bisect.bisect_left(places, wanted, key=lambda place: self.digests[place * _BYTES : (place + 1) * _BYTES])
        is_held = self.digests[at * _BYTES : (at + 1) * _BYTES] == wanted
        return SIDES[self.sides[at]] if is_held else None


class TeamVersions:
    """The versions of a store. For one thread at a time.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
        places: Spool and bucket of that store.
    """

    def __init__(self, store: SeenStore, places: Places) -> None:
        self._store, self._places = store, places
        self._catalogue = VersionCatalogue(places)
        self._known: dict[str, _Known] = {}  # by name
        self._withheld: dict[str, tuple[int, bool]] = {}  # by name: at which change of marks, and the answer

    def seen_in(self, store: SeenStore) -> TeamVersions:
        """The same versions, as somebody sees them."""
        seen = TeamVersions(store, self._places)
        seen._known = self._known
        return seen

    def check_seen(self, name: str) -> None:
        """Make sure that all crops of a version are seen.

        Raises:
            UnknownVersionError: One is not, so what the version holds is not told; or there is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        if self.is_withheld(name):
            raise UnknownVersionError(f"the version {name} holds crops of projects that are not yours")

    def is_withheld(self, name: str) -> bool:
        """Whether a version holds a crop that is not seen.

        Raises:
            UnknownVersionError: There is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        if self._store.sight is None:
            return False
        now, known = self._store.marks.last_change(), self._withheld.get(name)
        if known is None or known[0] != now:
            version = self._read(name)
            is_withheld = any(version.side_of(digest) is not None for digest in self._store.search.crops_not_seen())
            known = self._withheld[name] = now, is_withheld
        return known[1]

    def all(self, reports: Sequence[CycleReport], on_fault: Callable[[StoreError], object]) -> list[VersionBody]:
        """All versions in their order, with the verdict of the last cycle on each.

        Args:
            reports: Of all cycles, the oldest first.
            on_fault: Called with the error of each version that cannot be read.

        Raises:
            StoreError: Nothing answers.
        """
        last = {report.version: report for report in reports}
        found = []
        for name in self._catalogue.names():
            try:
                body = self._read(name).body
                if self.is_withheld(name):
                    body = body.model_copy(update={"filters": [], "is_withheld": True})
            except StoreError as error:
                on_fault(error)
                continue
            if (report := last.get(name)) is not None:
                body = body.model_copy(update={"verdict": report.outcome, "reason": reason_body(report.reason)})
            found.append(body)
        return found

    def card(self, name: str) -> CardBody:
        """What a version holds, counted.

        Raises:
            UnknownVersionError: There is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        self.check_seen(name)
        return self._read(name).card.model_copy(update={"has_sheet": self.sheet(name) is not None})

    def sheet(self, name: str) -> bytes | None:
        """The contact sheet of a version as PNG; None if there is none. Crops removed since are not on it.

        Raises:
            UnknownVersionError: It shows crops that are not seen.
            StoreError: Nothing answers.
        """
        sheet = self._catalogue.get_beside(name, SHEET)
        if sheet is not None and self._store.sight is not None:
            self.check_seen(name)
        shown = [] if sheet is None else list(sheet_samples(sheet))
        if sheet is not None and len(self._store.everything.search.live_among(shown)) < len(set(shown)):
            forget_on_sheets(self._store.everything, self._catalogue, read_buried(self._places))
            sheet = self._catalogue.get_beside(name, SHEET)
        return sheet

    def holding(self, digest: str) -> list[HeldBody]:
        """The versions that hold a crop, in their order; those that cannot be read are left out.

        Raises:
            StoreError: Nothing answers.
        """
        found = []
        for name in self._catalogue.names():
            try:
                side = self._read(name).side_of(digest)
            except VersionError as error:
                _LOG.warning("a version is left out: %s", error)
                continue
            if side is not None:
                found.append(HeldBody.model_validate({"version": name, "side": side}))
        return found

    def projects_of(self, name: str) -> set[str]:
        """The projects whose crops alone a version holds, by its definition; none, where it says nothing of the kind.

        Raises:
            UnknownVersionError: There is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        named = [_projects_in(parse_filter(text)) for text in self._catalogue.read(name).manifest.filters]
        return set().union(*named) if all(named) else set()

    def _read(self, name: str) -> _Known:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = _known(self._catalogue.read(name))
        return known


def _projects_in(wanted: Filter) -> set[str]:
    """The project that a filter keeps to; of several, each that its parts keep to."""
    match wanted:
        case Comparison("project", "=", str(project)) if project != NO_PROJECT:
            return {project}
        case Joined("and", parts):
            return set().union(*map(_projects_in, parts))
        case Joined("or", parts):
            found = list(map(_projects_in, parts))
            return set().union(*found) if all(found) else set()
    return set()


def _known(version: Version) -> _Known:
    card = describe(version)
    body = VersionBody(
        name=version.name,
        created_at=version.created_at,
        parent=None if version.manifest.parent is None else version.manifest.parent.name,
        filters=[_shown(text) for text in version.manifest.filters],
        crops={side: len(version.manifest.on(side)) for side in SIDES},
        synthetic=[SyntheticPartBody.model_validate(part, from_attributes=True) for part in version.manifest.synthetic],
        left_out=len(version.manifest.left_out),
        author=version.author,
        labels_seen=sum(version.manifest.watermark.values()),
        verdict=None,
        reason=None,
    )
    entries = sorted(version.manifest.entries, key=lambda entry: entry.digest)
    return _Known(
        body=body,
        card=CardBody(name=version.name, tables=card.tables, has_sheet=False),
        digests=b"".join(bytes.fromhex(entry.digest) for entry in entries),
        sides=bytes(SIDES.index(entry.side) for entry in entries),
    )


def _shown(text: str) -> str:
    """A filter as a page shows it: one that names thousands of crops is cut off."""
    return text if len(text) <= _LONGEST_FILTER else f"{text[:_LONGEST_FILTER]} …"
