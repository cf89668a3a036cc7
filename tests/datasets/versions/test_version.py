from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from datasets.errors import StoreError
from datasets.samples.damage import Damage
from datasets.samples.review import SuspicionRules
from datasets.versions.version import (
    Entry,
    LeftOut,
    Manifest,
    Parent,
    Rules,
    SyntheticPart,
    Version,
    VersionError,
    checked_version_name,
)

MANIFEST = Manifest(
    parent=Parent("v1.0", "e" * 64),
    filters=('status = "corrected"',),
    watermark={"a" * 16: 3, "b" * 16: 1},
    rules=Rules(evaluation_share=0.25, suspicion=SuspicionRules(sure=0.9, most_edits=2)),
    synthetic=(SyntheticPart("tags-1", 10, 0, "training", "d" * 64, {"numpy": "2.0"}),),
    entries=(Entry("1" * 64, "events/1", "accepted", "품번A1", "training", "A1", "0" * 64, 99, 1, "app"),),
    left_out=(LeftOut("2" * 64, "contradiction", "2 labels", (("events/2", "A1"), ("events/3", "A2"))),),
)
DAMAGE = Damage("crops/33/" + "3" * 64 + ".png", ("3" * 64,), "not a whole PNG")
WITH_DAMAGE = MANIFEST.model_copy(update={"damaged": (DAMAGE,)})
VERSION = Version(name="v2.0", manifest=MANIFEST, created_at=datetime(2026, 5, 4, tzinfo=UTC), creator="somebody")


def test_what_is_written_is_read() -> None:
    assert Version.named("v2.0", VERSION.to_bytes()) == VERSION


def test_the_hash_sees_the_content_and_nothing_else() -> None:
    other = Version(name="v9", manifest=MANIFEST, created_at=datetime(2027, 1, 1, tzinfo=UTC), creator="another")
    assert json.loads(other.to_bytes())["hash"] == MANIFEST.hash
    turned = MANIFEST.model_copy(update={"watermark": dict(reversed(MANIFEST.watermark.items()))})
    assert turned.hash == MANIFEST.hash
    changes = (
        {"parent": None},
        {"filters": ()},
        {"watermark": {"a" * 16: 4}},
        {"rules": Rules()},
        {"synthetic": ()},
        {"entries": (dataclasses.replace(MANIFEST.entries[0], side="evaluation"),)},
        {"left_out": ()},
        {"damaged": (DAMAGE,)},
    )
    assert len({MANIFEST.model_copy(update=change).hash for change in changes} | {MANIFEST.hash}) == 9


def test_what_it_was_made_without_is_part_of_it() -> None:
    version = VERSION.model_copy(update={"manifest": WITH_DAMAGE})
    assert Version.named("v2.0", version.to_bytes()) == version


def test_versions_keep_the_hash_that_they_were_written_with() -> None:
    """A child names its parent by it."""
    assert MANIFEST.hash == "824cfe0cc6da404141e72c3a852b2f805a78eb81883562fd4d262d050dc49c9c"
    assert WITH_DAMAGE.hash == "66af3be4416f82f44390f847753ca5d821f785401dc2e77edf589ae5c51c6943"


def test_an_author_is_kept_and_changes_no_hash() -> None:
    written = VERSION.to_bytes()
    assert b'"created":{"at":"2026-05-04T00:00:00+00:00","creator":"somebody"}' in written  # as it always was
    assert Version.named("v2.0", written).author == ""
    told = VERSION.model_copy(update={"author": "Ada <ada@example.com>"})
    assert json.loads(told.to_bytes())["hash"] == json.loads(written)["hash"] == MANIFEST.hash
    assert Version.named("v2.0", told.to_bytes()) == told


def test_whole_numbers_in_the_rules_stay_whole() -> None:
    """JSON tells 1 from 1.0, and so does the hash."""
    rules = Rules(evaluation_share=1, suspicion=SuspicionRules(sure=1, client_share=0))
    version = VERSION.model_copy(update={"manifest": MANIFEST.model_copy(update={"rules": rules})})
    assert b'"evaluation_share":1,' in version.to_bytes()
    assert Version.named("v2.0", version.to_bytes()).manifest.hash == version.manifest.hash


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        VERSION.to_bytes()[:-20],
        VERSION.to_bytes().replace(b"training", b"evaluation", 1),
        VERSION.to_bytes().replace(b'"side":"training"', b'"side":"nowhere!"'),
        VERSION.to_bytes().replace(b'"created"', b'"creator"', 1),
    ],
)
def test_damage_is_noticed(data: bytes) -> None:
    with pytest.raises(VersionError, match=r"version v2\.0 is damaged"):
        Version.named("v2.0", data)


def test_a_newer_programs_version_is_refused() -> None:
    with pytest.raises(VersionError, match="schema 2"):
        Version.named("v2.0", VERSION.to_bytes().replace(b'"schema":1', b'"schema":2'))


@pytest.mark.parametrize("name", ["", "V1", "../v1", "v1/2", ".v1", "v1.json", "v 1", "v" * 65, "v1\n"])
def test_names_that_no_version_has(name: str) -> None:
    with pytest.raises(StoreError, match="is named like"):
        checked_version_name(name)
