from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.samples.places import Places
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import Parent, UnknownVersionError, VersionError, VersionExistsError
from tests.datasets.making import HASTY
from tests.datasets.versions.test_version import MANIFEST, VERSION

FIRST = VERSION.model_copy(update={"manifest": MANIFEST.model_copy(update={"parent": None})})


@pytest.fixture(params=["folder", "bucket"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[VersionCatalogue]]:
    """Two catalogues of one truth: two processes on one spool, or two machines on one bucket."""
    url = None
    if request.param == "bucket":
        request.getfixturevalue("gcs")
        url = "gs://tags/shop"
    spools = [tmp_path / "a", tmp_path / ("b" if url else "a")]
    opened = [Places.open(spool, url) for spool in spools]
    yield [VersionCatalogue(places) for places in opened]
    for places in opened:
        places.close()


def test_of_two_racing_creators_one_wins_and_the_other_is_told(two: list[VersionCatalogue]) -> None:
    versions = [FIRST.model_copy(update={"creator": f"machine {number}"}) for number in range(6)]
    outcomes: list[str] = []
    barrier = threading.Barrier(len(versions))

    def create(number: int) -> None:
        barrier.wait()
        try:
            two[number % 2].create(versions[number])
            outcomes.append(versions[number].creator)
        except VersionExistsError as error:
            assert "version v2.0 exists already, with the same content" in str(error)
            outcomes.append("refused")

    threads = [threading.Thread(target=create, args=(number,)) for number in range(len(versions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == len(versions) - 1
    winner = next(outcome for outcome in outcomes if outcome != "refused")
    assert [catalogue.read("v2.0").creator for catalogue in two] == [winner] * 2


def test_names_in_the_order_of_numbers(two: list[VersionCatalogue]) -> None:
    for name in ("v10.0", "v2.1", "v2.0", "v9"):
        two[0].create(FIRST.model_copy(update={"name": name}))
    two[0].put_beside("v9", "card.json", b"{}")
    assert two[1].names() == ["v2.0", "v2.1", "v9", "v10.0"]


def test_other_content_under_the_same_name_is_told_apart(two: list[VersionCatalogue]) -> None:
    two[0].create(FIRST)
    other = FIRST.model_copy(update={"manifest": FIRST.manifest.model_copy(update={"filters": ()})})
    with pytest.raises(VersionExistsError, match="with other content"):
        two[1].create(other)


def test_unknown_and_broken_lineage(two: list[VersionCatalogue]) -> None:
    with pytest.raises(UnknownVersionError, match=r"no version v1\.0"):
        two[0].read("v1.0")
    two[0].create(FIRST.model_copy(update={"name": "v1.0"}))
    parent = Parent("v1.0", FIRST.manifest.hash)
    child = FIRST.model_copy(update={"manifest": FIRST.manifest.model_copy(update={"parent": parent})})
    two[0].create(child)
    assert [version.name for version in two[1].lineage("v2.0")] == ["v2.0", "v1.0"]
    two[0].create(VERSION.model_copy(update={"name": "v3.0"}))  # its parent's hash is another
    with pytest.raises(VersionError, match=r"not the one that v3\.0 was built on"):
        list(two[1].lineage("v3.0"))


def test_what_lies_beside_a_version_may_be_replaced(two: list[VersionCatalogue]) -> None:
    assert two[0].get_beside("v1", "card.md") is None
    two[0].put_beside("v1", "card.md", b"one")
    two[1].put_beside("v1", "card.md", b"two")
    assert two[0].get_beside("v1", "card.md") == b"two"
    two[0].drop_beside("v1", "card.md")
    two[0].drop_beside("v1", "card.md")
    assert two[0].get_beside("v1", "card.md") is None


def test_a_lost_answer_is_no_other_creator(gcs: GcsServer, tmp_path: Path) -> None:
    places = Places(FolderObjects(tmp_path), BucketObjects("gs://tags", timeout=20.0, deadline=60.0))
    gcs.faults.lose_answer = 1
    VersionCatalogue(places).create(FIRST)
    assert VersionCatalogue(places).read("v2.0") == FIRST
    places.close()


def test_without_the_bucket_versions_are_read_but_not_created(gcs: GcsServer, tmp_path: Path) -> None:
    # No second try: Google's client leaves the connection of a refused download open when it tries again.
    with Places.open(tmp_path, "gs://tags", policy=dataclasses.replace(HASTY, deadline=0.0001)) as places:
        catalogue = VersionCatalogue(places)
        catalogue.create(FIRST)
        gcs.faults.unavailable = -1
        assert catalogue.read("v2.0") == FIRST
        assert catalogue.names() == ["v2.0"]
        with pytest.raises(BucketUnavailableError):
            catalogue.create(FIRST.model_copy(update={"name": "v3.0"}))
        with pytest.raises(BucketUnavailableError):
            catalogue.read("v3.0")
        assert not places.local.holds("versions/v3.0.json")


def test_versions_from_before_there_was_a_bucket(gcs: GcsServer, tmp_path: Path) -> None:
    with Places.open(tmp_path / "a") as places:
        VersionCatalogue(places).create(FIRST)
    with Places.open(tmp_path / "a", "gs://tags") as places:
        catalogue = VersionCatalogue(places)
        with pytest.raises(VersionExistsError, match="before there was a bucket"):
            catalogue.create(FIRST)
        parent = Parent("v2.0", FIRST.manifest.hash)
        manifest = FIRST.manifest.model_copy(update={"parent": parent})
        catalogue.create(FIRST.model_copy(update={"name": "v3.0", "manifest": manifest}))
    with Places.open(tmp_path / "b", "gs://tags") as places:
        assert [version.name for version in VersionCatalogue(places).lineage("v3.0")] == ["v3.0", "v2.0"]
