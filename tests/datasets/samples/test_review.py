from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from datasets.samples.review import (
    REVIEWED,
    UNPROVEN,
    SuspicionRules,
    find_contradictions,
    find_suspicious,
    settle,
)
from datasets.samples.sample import Sample
from tests.datasets.making import label

RULES = SuspicionRules()
LENIENT = SuspicionRules(most_edits=2)  # a single contradiction is believed, many of one client are not


def sample(number: int, text: str = "CW2288-111", crop: int | None = None, **changes: Any) -> Sample:
    digest = f"{number if crop is None else crop:064x}"
    said = label(f"p{number}", text, **changes)
    return Sample(digest, said, 80, 20, f"events/{number}", number, datetime(2026, 5, 4, tzinfo=UTC))


def test_contradictions() -> None:
    labels = [
        sample(1, "A1", crop=1),
        sample(2, "A2", crop=1),
        sample(3, "B1", crop=2),
        sample(4, "B1", crop=2, status="corrected"),
        sample(5, "", crop=3),
        sample(6, "", crop=3, status="unreadable"),
        sample(7, "C1", crop=4),
    ]
    found = find_contradictions(labels)
    assert {int(digest, 16): [one.label.prediction_id for one in group] for digest, group in found.items()} == {
        1: ["p1", "p2"],
        3: ["p5", "p6"],
    }


@pytest.mark.parametrize(
    ("changes", "suspicious"),
    [
        ({"text": "GW2871", "status": "corrected", "read_confidence": 0.99}, True),
        ({"text": "GW2871", "status": "corrected", "read_confidence": 0.95}, False),
        ({"text": "CW2288-114", "status": "corrected", "read_confidence": 0.99}, True),
        ({"text": "162058X", "read_text": "162050C", "status": "corrected", "read_confidence": 0.99}, True),
        ({"text": "162050X", "read_text": "162050C", "status": "corrected", "read_confidence": 0.99}, True),
        ({"text": "162050X", "read_text": "162050C", "status": "corrected", "read_confidence": 0.9}, False),
        ({"text": "CW2288-", "status": "corrected", "read_confidence": 0.99}, True),
        ({"text": "CW2288-111", "status": "accepted", "read_confidence": 0.99}, False),
        ({"text": "", "status": "unreadable", "read_confidence": 0.99}, False),
        ({"text": "GW2871", "status": "corrected", "read_confidence": 0.99, "source": "review"}, False),
    ],
)
def test_a_sure_reading_is_contradicted_by_a_single_character_too(changes: dict[str, Any], suspicious: bool) -> None:
    doubts = find_suspicious([sample(1, **changes)], RULES)
    assert [doubt.reason for doubt in doubts.values()] == (["contradicts a sure reading"] if suspicious else [])


def test_a_version_of_an_earlier_release_keeps_its_rules() -> None:
    slip = sample(1, "162058X", read_text="162050C", status="corrected", read_confidence=0.99)
    assert not find_suspicious([slip], LENIENT)


def contradict(number: int, client: str) -> Sample:
    return sample(number, "CW2288-112", status="corrected", read_confidence=0.99, client=client)


def test_a_client_who_contradicts_many_sure_readings() -> None:
    rogue = [contradict(number, "rogue") for number in range(4)]
    rogue.append(sample(4, "", status="unreadable", read_confidence=0.99, client="rogue"))
    agreeing = [sample(number, read_confidence=0.99, client="rogue") for number in range(5, 10)]
    doubts = find_suspicious([*rogue, *agreeing], LENIENT)
    assert set(doubts) == {one.event for one in rogue}
    assert "5 of 10" in next(iter(doubts.values())).detail
    # One fewer, or one more in agreement, and the same labels are believed.
    assert not find_suspicious([*rogue[1:], *agreeing], LENIENT)
    assert not find_suspicious([*rogue, *agreeing, sample(10, read_confidence=0.99, client="rogue")], LENIENT)


def test_many_clients_and_unnamed_ones_are_not_one_client() -> None:
    assert not find_suspicious([contradict(number, f"c{number}") for number in range(20)], LENIENT)
    assert not find_suspicious([contradict(number, "") for number in range(20)], LENIENT)


def test_an_unproven_label_waits_and_speaks_against_nothing() -> None:
    """Anybody may have written it: it must hold back neither a shopper's label nor a shopper."""
    forged = [sample(number, "X9", crop=1, source=UNPROVEN, client="victim") for number in range(2, 12)]
    sure = {"status": "corrected", "read_confidence": 0.99}
    framing = [sample(n, "CW2288-112", crop=n, source=UNPROVEN, client="victim", **sure) for n in range(20, 30)]
    honest = [sample(1, crop=1), sample(40, "CW2288-112", crop=40, client="victim", **sure)]
    labels = [*honest, *forged, *framing]
    assert find_contradictions(labels) == {}
    doubts = find_suspicious(labels, LENIENT)
    assert {doubt.reason for doubt in doubts.values()} == {"unproven"}
    assert doubts.keys() == {one.event for one in (*forged, *framing)}


def test_of_second_looks_at_a_crop_the_last_counts_however_late_an_older_one_is_restored() -> None:
    first = sample(1, "A1", crop=1, source=REVIEWED)
    second = sample(2, "A2", crop=1, source=REVIEWED)
    third = dataclasses.replace(sample(1, "A1", crop=1, source=REVIEWED), event="events/3", stamp=3)
    assert settle([first, second]) == [second]
    assert settle([second, third]) == [third]
    assert settle([second, dataclasses.replace(third, restores=first.stamp)]) == [second]
