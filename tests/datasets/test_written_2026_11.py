"""A store, versions, cycles and champions that the release of November 2026 wrote are read without loss.

`written_2026_11/store.zip` is the folder, without the models' graphs and weights and without plots;
`expected.json` is what that release read from it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datasets.cycles.report import Reports
from datasets.cycles.requests import pending
from datasets.cycles.wording import in_english
from datasets.models.champions import Champions
from datasets.models.shadow import ShadowHistory
from datasets.objects.lease import read_lease
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue

HERE = Path(__file__).parent / "written_2026_11"


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "spool"
    with zipfile.ZipFile(HERE / "store.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture
def places(spool: Path) -> Iterator[Places]:
    with Places.open(spool) as opened:
        yield opened


def test_labels(spool: Path, expected: dict[str, Any]) -> None:
    with SampleStore.open(spool) as store:  # its index is made anew from the events
        samples = sorted(store.samples(), key=lambda sample: sample.stamp)
        problems = list(store.upkeep.verify())
        counts = store.counts()
    assert problems == []
    assert dict(counts.by_status) == expected["counts"]["by_status"]
    assert len(samples) == len(expected["samples"])
    wanted = sorted(expected["samples"], key=lambda sample: sample["stamp"])
    for sample, old in zip(samples, wanted, strict=True):
        label = old["label"]
        assert (sample.digest, sample.event, sample.stamp) == (old["digest"], old["event"], old["stamp"])
        assert (sample.width, sample.height, sample.stored_at.isoformat()) == (
            old["width"],
            old["height"],
            old["stored_at"],
        )
        assert {name: getattr(sample.label, name) for name in label if name != "at"} | {
            "at": sample.label.at.isoformat()
        } == label


def test_versions_keep_their_hashes(places: Places, expected: dict[str, Any]) -> None:
    catalogue = VersionCatalogue(places)
    assert sorted(catalogue.names()) == sorted(expected["versions"])
    for name, old in expected["versions"].items():
        manifest = catalogue.read(name).manifest
        assert manifest.hash == old["hash"]
        assert len(manifest.entries) == old["entries"]


def test_champions_and_shadow(places: Places, expected: dict[str, Any]) -> None:
    champions = Champions(places.authority)
    history = champions.history()
    plain = ("number", "model", "name", "version", "dataset_version", "previous", "kind", "attempt", "restores")
    assert [{name: getattr(record, name) for name in plain} for record in history] == [
        {name: old[name] for name in plain} for old in expected["history"]
    ]
    assert [record.at.isoformat() for record in history] == [old["at"] for old in expected["history"]]
    for record, old in zip(history, expected["history"], strict=True):
        assert (in_english(record.by), in_english(record.reason)) == (old["by"], old["reason"])
    shadow = ShadowHistory(places.authority).current()
    assert shadow is not None
    assert (shadow.number, shadow.model) == (expected["shadow"]["number"], expected["shadow"]["model"])
    assert sorted(champions.registry.digests()) == sorted(old["digest"] for old in expected["models"])
    for old in expected["models"]:
        assert dict(champions.registry.model(old["digest"]).files) == old["files"]


def test_reports_of_cycles(places: Places, expected: dict[str, Any]) -> None:
    reports = {report.id: report for report in Reports(places.authority).all()}
    assert sorted(reports) == sorted(old["id"] for old in expected["reports"])
    for old in expected["reports"]:
        report = reports[old["id"]]
        assert (report.outcome, report.version, report.version_hash) == (
            old["outcome"],
            old["version"],
            old["version_hash"],
        )
        assert (report.champion_number, report.promoted_number) == (old["champion_number"], old["promoted_number"])
        assert in_english(report.reason) == old["reason"]
        assert [(in_english(one.set), one.crops, one.fixed, one.broken, one.p) for one in report.comparisons] == [
            (one["name"], one["crops"], one["fixed"], one["broken"], one["p"]) for one in old["comparisons"]
        ]
        assert dict(report.watermark) == old["watermark"]
        assert len(report.examples) == len(old["examples"])


def test_a_request_that_waits_and_the_lease(places: Places, expected: dict[str, Any]) -> None:
    (request,) = pending(places.authority)
    (old,) = expected["pending"]
    assert (request.id, in_english(request.by), request.version) == (old["id"], old["by"], old["version"])
    assert request.at.isoformat() == old["at"]
    lease = read_lease(places.authority, "cycle")
    assert lease is not None
    kept = ("number", "owner", "token", "kind", "fence", "seconds")
    assert {name: getattr(lease, name) for name in kept} == {name: expected["lease"][name] for name in kept}
