from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from datasets.features.live_labels import LiveLabels, places_among
from datasets.features.neighbours import NeighbourTable, grow
from datasets.features.survey import MOST, Survey, near_duplicates, survey
from datasets.samples.review import REVIEWED
from datasets.samples.sample import Label, Sample
from ocr_model.domains.tags import TAGS
from tests.datasets.making import label

COUNT, SIZE = 400, 16
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def crops(count: int = COUNT) -> np.ndarray:
    return np.frombuffer(b"".join(bytes.fromhex(digest(number)) for number in range(count)), "V32")


def sample(number: int, said: Label) -> Sample:
    return Sample(digest(number), said, 60, 15, f"events/{number}", number, NOON)


def labels(**of: Label) -> LiveLabels:
    return LiveLabels.read((sample(int(name[1:]), said) for name, said in of.items()), TAGS)


@pytest.fixture(scope="module")
def table() -> NeighbourTable:
    """A crowd of crops about one direction; 0 alone far away, 1 and 2 the same, 3 to 6 a small group of their own."""
    draw = np.random.default_rng(3)
    found = draw.normal(scale=0.15, size=(COUNT, SIZE))
    found[:, 0] += 1.0
    found[0] = -np.eye(SIZE)[0]
    found[2] = found[1] + 0.001
    found[3:7] = np.eye(SIZE)[5] + draw.normal(scale=0.04, size=(4, SIZE))
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    return grow(NeighbourTable.empty(), found.astype(np.float16), COUNT)


def test_lists_hold_what_their_rules_take(table: NeighbourTable) -> None:
    found = survey(crops(), table, labels(n0=label("p0")))
    assert found.crops == COUNT
    assert set(found.lists["near-duplicates"].samples[:2]) == {digest(1), digest(2)}
    outliers = found.lists["outliers"]
    assert outliers.samples[0] == digest(0)
    assert len(outliers.samples) == outliers.found == 20
    rare = found.lists["thin-regions"].samples
    assert set(rare[:4]) == {digest(number) for number in range(3, 7)}
    assert digest(0) not in rare
    assert found.lists["doubtful-labels"].samples == ()


def test_groups_of_duplicates_stand_together(table: NeighbourTable) -> None:
    rows = np.full((6, 10), -1, np.int32)
    cosines = np.full((6, 10), -2.0, np.float32)
    for one, other, cosine in ((0, 5, 0.996), (5, 3, 0.997), (1, 4, 0.999), (2, 0, 0.9)):
        rows[one, 0], cosines[one, 0] = other, cosine
    assert near_duplicates(NeighbourTable(rows, cosines)).tolist() == [1, 4, 0, 3, 5]


def test_labels_that_a_sure_reading_or_a_twin_contradicts_are_doubtful(table: NeighbourTable) -> None:
    corrected = label("p10", "GW2871", status="corrected", read_confidence=0.97)
    found = survey(
        crops(),
        table,
        labels(
            n1=label("p1", "CW2288-111", read_text="CW2288-111"),
            n2=label("p2", "CW2288-117", read_text="CW2288-117"),  # its twin says otherwise
            n10=corrected,
            n11=label("p11", "GW2871", status="corrected", read_confidence=0.5),
            n12=label("p12", "", status="unreadable", read_confidence=0.93),
            n13=label("p13", "GW2871", status="corrected", read_confidence=0.99, source=REVIEWED),
            n14=label("p14", "CW2288 111"),
        ),
    )
    doubtful = found.lists["doubtful-labels"]
    assert set(doubtful.samples[:2]) == {digest(1), digest(2)}
    assert doubtful.samples[2:] == (digest(10), digest(12))


def test_a_twin_that_the_team_has_checked_is_right(table: NeighbourTable) -> None:
    said = labels(
        n1=label("p1", "CW2288-111", read_text="CW2288-111"),
        n2=label("p2", "CW2288-117", read_text="CW2288-117", source=REVIEWED),
    )
    assert survey(crops(), table, said).lists["doubtful-labels"].samples == (digest(1),)


def test_of_few_crops_only_labels_are_doubted() -> None:
    table = grow(NeighbourTable.empty(), np.eye(3, SIZE, dtype=np.float16), 3)
    said = labels(n0=label("p0", "GW2871", status="corrected", read_confidence=0.97))
    found = survey(crops(3), table, said)
    assert {name: entry.found for name, entry in found.lists.items()} == {
        "near-duplicates": 0,
        "outliers": 0,
        "thin-regions": 0,
        "doubtful-labels": 1,
    }


def test_a_survey_is_read_as_it_was_written_and_a_damaged_one_is_none(table: NeighbourTable, tmp_path: Path) -> None:
    path = tmp_path / "survey.json"
    assert Survey.load(path) is None
    found = survey(crops(), table, labels(n0=label("p0")))
    found.save(path)
    assert Survey.load(path) == found
    assert max(len(entry.samples) for entry in found.lists.values()) <= MOST
    path.write_bytes(b"{")
    assert Survey.load(path) is None


def test_places_among_are_those_of_equal_digests() -> None:
    some = crops(9)
    assert places_among(some[[3, 8]], some[:5]).tolist() == [3, -1]
    assert places_among(some[:2], some[:0]).tolist() == [-1, -1]
