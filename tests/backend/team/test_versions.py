from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.team.versions import TeamVersions
from datasets.errors import StoreError
from datasets.samples.places import Places
from datasets.samples.search.parser import parse_filter
from datasets.samples.seen_store import SeenStore
from datasets.samples.store import SampleStore
from datasets.versions.card import write_cards
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.creation import VersionRequest, create_version
from datasets.versions.version import UnknownVersionError
from tests.datasets.cycles.test_report import report
from tests.datasets.patterns import keep_all


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[SampleStore, Places]]:
    with SampleStore.open(tmp_path / "spool") as store, Places.open(tmp_path / "spool") as places:
        keep_all(store, range(6))
        version = create_version(store, places, "v1.0", VersionRequest(filters=(parse_filter("all"),)))
        write_cards(store, VersionCatalogue(places), version, frozenset())
        yield store, places


def test_a_version_carries_the_last_verdict(place: tuple[SampleStore, Places]) -> None:
    store, places = place
    versions = TeamVersions(SeenStore(store), places)
    faults: list[StoreError] = []
    (before,) = versions.all([], faults.append)
    assert (before.verdict, before.reason, sum(before.crops.values())) == (None, None, 6)
    rejected = report().model_copy(update={"outcome": "rejected"})
    (after,) = versions.all([report(), rejected], faults.append)
    assert after.verdict == "rejected"
    assert after.reason is not None
    assert after.reason.kind == "accepted"
    assert faults == []
    assert versions.card("v1.0").has_sheet


def test_a_damaged_version_is_told_and_hides_no_other(place: tuple[SampleStore, Places]) -> None:
    store, places = place
    places.authority.put("versions/v2.0.json", b"{}")
    versions = TeamVersions(SeenStore(store), places)
    faults: list[StoreError] = []
    assert [version.name for version in versions.all([], faults.append)] == ["v1.0"]
    assert len(faults) == 1
    versions.projects_of("v1.0")
    for name in ("v2.0", "v9.9"):
        with pytest.raises(StoreError):
            versions.projects_of(name)
    with pytest.raises(UnknownVersionError):
        versions.card("v9.9")
