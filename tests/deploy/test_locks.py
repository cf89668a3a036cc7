from __future__ import annotations

import json
import re

import pytest
from packaging.requirements import Requirement

from deploy import locks


def requirements_of(file: str) -> list[Requirement]:
    found = []
    for line in (locks.ROOT / file).read_text().splitlines():
        if line.startswith("-r "):
            found += requirements_of(line.removeprefix("-r ").strip())
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda lock: lock.file)
def test_a_lock_file_pins_every_requirement(lock):
    pins = locks.pins(locks.ROOT / lock.file)
    for file in lock.requirements:
        for requirement in requirements_of(file):
            versions = pins[locks.normalised(requirement.name)]
            assert all(requirement.specifier.contains(version) for version in versions), requirement


@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda lock: lock.file)
def test_every_pin_has_hashes_and_no_address(lock):
    text = (locks.ROOT / lock.file).read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_app_tests_and_benchmarks_share_versions():
    app = locks.pins(locks.ROOT / "requirements.lock")
    for lock in locks.LOCKS[1:]:
        others = locks.pins(locks.ROOT / lock.file)
        assert {name: others[name] for name in app} == app


def test_the_sbom_lists_what_is_pinned():
    pins = locks.pins(locks.ROOT / "requirements.lock")
    components = json.loads(locks.SBOM.read_text())["components"]
    listed = {locks.normalised(part["name"]): part["version"] for part in components}
    for tool in ("pip", "setuptools"):  # come with the virtual environment
        listed.pop(tool, None)
    assert listed
    assert all(version in pins[name] for name, version in listed.items())
    # What only another system needs is not installed where the report was made.
    assert pins.keys() - listed.keys() <= {"colorama", "httpx2-jsfetch"}


@pytest.mark.parametrize("image", locks.IMAGES)
def test_the_sbom_of_an_image_lists_what_its_layers_are_made_of(image):
    dockerfile = (locks.ROOT / "deploy/containers/Dockerfile").read_text()
    made = re.search(rf"FROM \S+ AS {image}-layers\n.*?environment /opt/tags (.*?)\n", dockerfile, re.DOTALL)
    assert made[1].replace("/build/", "").split() == list(locks.IMAGES[image])
    pinned = {}
    for file in locks.IMAGES[image]:
        pinned |= locks.pins(locks.ROOT / file)
    listed = {}
    for part in json.loads(locks.bill_of_image(image).read_text())["components"]:
        listed.setdefault(locks.normalised(part["name"]), set()).add(part["version"])
    assert listed == pinned


def test_a_stale_lock_file_is_named(monkeypatch):
    monkeypatch.setattr(locks, "resolve", lambda lock, target, upgrade: target.write_text("other==1\n"))
    with pytest.raises(locks.LockError, match=r"requirements\.lock, requirements-dev\.lock.*make lock"):
        locks.check()


def test_current_lock_files_pass(monkeypatch):
    monkeypatch.setattr(locks, "resolve", lambda lock, target, upgrade: None)
    locks.check()


def test_a_failed_resolution_is_one_sentence(monkeypatch, capsys):
    def fail(command, failure, accepted=(0,)):
        raise locks.LockError(f"{failure}: no answer")

    monkeypatch.setattr(locks, "_run", fail)
    assert locks.main(["check"]) == 1
    assert capsys.readouterr().err == "requirements.lock cannot be resolved: no answer\n"


def test_known_faults_in_words():
    clean = {"name": "numpy", "version": "2.4.6", "vulns": []}
    faulty = {"name": "pillow", "version": "9.0.0", "vulns": [{"id": "CVE-2022-1"}, {"id": "CVE-2022-2"}]}
    unknown = {"name": "tzdata", "skip_reason": "not found"}
    assert locks.faults_in_words("pypi", [clean, faulty, unknown]) == (
        "`pypi` knows 2 of 3 packages, with known faults: pillow 9.0.0 (CVE-2022-1, CVE-2022-2)."
    )
    assert locks.faults_in_words("pypi", [clean]) == "`pypi` knows 1 of 1 packages, none of them with a known fault."
    assert locks.faults_in_words("osv", [unknown]) == "`osv` could not be reached when this page was written."


def test_a_barred_licence_stops_the_report(monkeypatch, tmp_path):
    rows = [{"Name": "odd", "Version": "1", "License": "GNU Affero General Public License v3"}]
    monkeypatch.setattr(locks, "_tool", lambda package, *words: json.dumps(rows))
    monkeypatch.setattr(locks, "SBOM", tmp_path / "sbom.json")
    with pytest.raises(locks.LockError, match="barred licence: odd"):
        locks.report(tmp_path / "python")
