"""The team's view of dataset versions. A version never changes, so each is read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backend.team.bodies import CardBody, SyntheticPartBody, VersionBody
from backend.team.reasons import reason_body
from datasets.cycles.report import CycleReport
from datasets.errors import StoreError
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.card import describe
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.sheet import SHEET, forget_on_sheets, sheet_samples
from datasets.versions.version import SIDES, Version


class TeamVersions:
    """The versions of a store. For one thread at a time.

    Args:
        store: Where confirmed samples are kept.
        places: Spool and bucket of that store.
        live: Names the crops that have a label.
    """

    def __init__(self, store: SampleStore, places: Places, live: Callable[[], frozenset[str]]) -> None:
        self._store, self._places, self._live = store, places, live
        self._catalogue = VersionCatalogue(places)
        self._known: dict[str, tuple[VersionBody, CardBody]] = {}  # by name

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
                body, _ = self._read(name)
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
        return self._read(name)[1].model_copy(update={"has_sheet": self.sheet(name) is not None})

    def sheet(self, name: str) -> bytes | None:
        """The contact sheet of a version as PNG; None if there is none. Crops removed since are not on it.

        Raises:
            StoreError: Nothing answers.
        """
        sheet = self._catalogue.get_beside(name, SHEET)
        if sheet is not None and not self._live().issuperset(sheet_samples(sheet)):
            forget_on_sheets(self._store, self._catalogue, read_buried(self._places))
            sheet = self._catalogue.get_beside(name, SHEET)
        return sheet

    def check(self, name: str) -> None:
        """Make sure that there is a version of this name.

        Raises:
            UnknownVersionError: There is none of this name.
            StoreError: It is damaged, or nothing answers.
        """
        self._catalogue.read(name)

    def _read(self, name: str) -> tuple[VersionBody, CardBody]:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = _bodies(self._catalogue.read(name))
        return known


def _bodies(version: Version) -> tuple[VersionBody, CardBody]:
    card = describe(version)
    body = VersionBody(
        name=version.name,
        created_at=version.created_at,
        parent=None if version.manifest.parent is None else version.manifest.parent.name,
        filters=list(version.manifest.filters),
        crops={side: len(version.manifest.on(side)) for side in SIDES},
        synthetic=[SyntheticPartBody.model_validate(part, from_attributes=True) for part in version.manifest.synthetic],
        left_out=len(version.manifest.left_out),
        labels_seen=sum(version.manifest.watermark.values()),
        verdict=None,
        reason=None,
    )
    return body, CardBody(name=version.name, tables=card.tables, has_sheet=False)
