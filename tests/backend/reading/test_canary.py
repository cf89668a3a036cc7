"""A challenger answers a share of requests, and goes by itself when it does worse."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from prometheus_client import CollectorRegistry, generate_latest

from backend.http.work_queue import NoAnswerError, overloaded
from backend.reading.canary import Canary, CanaryMetrics
from backend.reading.model import Reader
from datasets.models.shadow import ShadowRecord
from ocr_model.reading.prediction import ModelInfo, Prediction

RECORD = ShadowRecord(
    number=2, model="a" * 64, name="new", version="2", at=datetime(2026, 5, 4, tzinfo=UTC), by="me", reason="test"
)
CHAMPION, CHALLENGER = ModelInfo("fake", "7"), ModelInfo("new", "2")


class Challenger:
    """Reads what the fake reads, or fails."""

    def __init__(self, like: Any) -> None:
        self.like = like
        self.failure: Exception | None = None

    @property
    def info(self) -> ModelInfo:
        return CHALLENGER

    def read(self, image: Image.Image, /) -> Prediction:
        return self.read_batch([image])[0]

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        if self.failure is not None:
            raise self.failure
        return [replace(found, model=self.info) for found in self.like.read_batch(images, find_turn=find_turn)]

    def for_many_lines(self) -> "Challenger":
        return self

    def at_a_glance(self) -> "Challenger":
        return self


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def canary(registry: CollectorRegistry) -> Canary:
    return Canary(CanaryMetrics(registry), share=0.25, band=0.02, remembered=1000)


@pytest.fixture
def challenger(reader: Any) -> Challenger:
    return Challenger(reader)


def side(canary: Canary, reader: Any, wanted: ModelInfo) -> Reader:
    """Who reads for a request that this side gets."""
    found = (canary.reader_for(reader, str(number)) for number in range(1000))
    return next(one for one in found if one.info == wanted)


def test_without_a_challenger_the_champion_itself_reads(canary: Canary, reader: Any) -> None:
    assert canary.reader_for(reader, "some request") is reader
    assert (canary.record, canary.info, canary.since, canary.returned) == (None, None, None, None)


def test_the_request_s_id_decides_who_reads(canary: Canary, reader: Any, challenger: Challenger) -> None:
    canary.begin(challenger, RECORD)
    first = [canary.reader_for(reader, str(number)).info for number in range(2000)]
    assert first == [canary.reader_for(reader, str(number)).info for number in range(2000)]
    assert 0.2 < first.count(CHALLENGER) / 2000 < 0.3
    assert canary.reader_for(reader, None).info == CHAMPION
    canary.stop()
    assert canary.reader_for(reader, "0") is reader


def test_a_share_of_nothing_is_nobody(registry: CollectorRegistry, reader: Any, challenger: Challenger) -> None:
    canary = Canary(CanaryMetrics(registry), share=0.0, band=0.02, remembered=10)
    canary.begin(challenger, RECORD)
    assert all(canary.reader_for(reader, str(number)) is reader for number in range(100))


def test_corrections_above_the_band_take_it_back(
    canary: Canary, reader: Any, challenger: Challenger, registry: CollectorRegistry
) -> None:
    canary.begin(challenger, RECORD)
    canary.reader_for(reader, "0")
    for number in range(40):
        canary.confirm(f"champion-{number}", CHAMPION, number % 20 == 0)
    for number in range(19):
        canary.confirm(f"challenger-{number}", CHALLENGER, True)
    assert canary.info == CHALLENGER  # too few to tell
    canary.confirm("challenger-19", CHALLENGER, True)
    assert canary.info is None
    assert canary.reader_for(reader, "0") is reader
    returned = canary.returned
    assert returned is not None
    assert (returned.why, returned.record, returned.info) == ("corrections", RECORD, CHALLENGER)
    assert returned.reason.values == {
        "challenger_corrected": 20,
        "challenger_confirmed": 20,
        "champion_corrected": 2,
        "champion_confirmed": 40,
    }
    assert canary.record == RECORD  # so that the watch does not begin it again
    assert 'tags_canary_returns_total{why="corrections"} 1.0' in generate_latest(registry).decode()
    canary.begin(challenger, RECORD.model_copy(update={"number": 4}))
    assert canary.returned is None
    assert canary.tally.challenger.confirmed == 0


def test_one_that_does_as_well_stays(canary: Canary, reader: Any, challenger: Challenger) -> None:
    canary.begin(challenger, RECORD)
    canary.reader_for(reader, "0")
    for number in range(400):
        canary.confirm(f"champion-{number}", CHAMPION, number % 10 == 0)
        canary.confirm(f"challenger-{number}", CHALLENGER, number % 9 == 0)
    assert canary.info == CHALLENGER


def test_a_verdict_counts_once_and_can_be_taken_back(canary: Canary, reader: Any, challenger: Challenger) -> None:
    canary.begin(challenger, RECORD)
    canary.reader_for(reader, "0")
    canary.confirm("p1", CHALLENGER, True)
    canary.confirm("p1", CHALLENGER, False)
    canary.confirm("p2", CHAMPION, True)
    canary.confirm("p3", CHAMPION, None)  # unreadable
    canary.confirm("p4", ModelInfo("another", "1"), True)  # read before
    tally = canary.tally
    assert (tally.challenger.confirmed, tally.challenger.corrected) == (1, 0)
    assert (tally.champion.confirmed, tally.champion.corrected) == (1, 1)
    canary.forget("p1")
    canary.forget("p1")
    assert canary.tally.challenger.confirmed == 0


def test_the_champion_reads_what_the_challenger_fails_on(
    canary: Canary, reader: Any, challenger: Challenger, picture: Image.Image
) -> None:
    canary.begin(challenger, RECORD)
    challenger.failure = RuntimeError("no numbers")
    trying = side(canary, reader, CHALLENGER)
    assert trying.read(picture).model == CHAMPION
    assert [found.model for found in trying.for_many_lines().read_batch([picture, picture])] == [CHAMPION, CHAMPION]
    assert (canary.tally.challenger.read, canary.tally.challenger.failed) == (3, 3)
    steady = side(canary, reader, CHAMPION)
    for _ in range(30):
        steady.read(picture)
    assert canary.tally.champion.failed == 0
    for _ in range(17):
        trying.read(picture)
    assert canary.returned is not None
    assert canary.returned.why == "failures"
    assert trying.read(picture).model == CHAMPION  # a request that began with it


def test_what_is_not_its_fault_is_no_failure(
    canary: Canary, reader: Any, challenger: Challenger, picture: Image.Image
) -> None:
    canary.begin(challenger, RECORD)
    challenger.failure = overloaded("Every worker is busy.")
    with pytest.raises(type(challenger.failure)):
        side(canary, reader, CHALLENGER).at_a_glance().read(picture)
    assert canary.tally.challenger.failed == 0


def test_who_does_not_answer_has_failed_and_the_champion_reads(
    canary: Canary, reader: Any, challenger: Challenger, picture: Image.Image
) -> None:
    canary.begin(challenger, RECORD)
    challenger.failure = overloaded("No reader answers in time.", NoAnswerError)
    assert side(canary, reader, CHALLENGER).read(picture).model == CHAMPION
    assert canary.tally.challenger.failed == 1


def test_what_an_unexpected_error_says_is_not_logged(
    canary: Canary, reader: Any, challenger: Challenger, picture: Image.Image, caplog: pytest.LogCaptureFixture
) -> None:
    canary.begin(challenger, RECORD)
    challenger.failure = RuntimeError("cannot encode CW2288-111")
    side(canary, reader, CHALLENGER).read(picture)
    assert "RuntimeError" in caplog.text
    assert "CW2288" not in caplog.text


def test_another_champion_is_another_comparison(canary: Canary, reader: Any, challenger: Challenger) -> None:
    canary.begin(challenger, RECORD)
    canary.reader_for(reader, "0")
    canary.confirm("p1", CHALLENGER, True)
    other = Challenger(reader)
    type(other).info = property(lambda self: ModelInfo("fake", "8") if self is other else CHALLENGER)  # type: ignore[method-assign,assignment]
    canary.reader_for(other, "0")
    assert canary.tally.challenger.confirmed == 0
