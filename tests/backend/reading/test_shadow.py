"""The challenger reads beside the champion: counted, never shown, never in the way."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from prometheus_client import CollectorRegistry, generate_latest

from backend.reading.shadow import Shadow, ShadowMetrics
from datasets.models.shadow import ShadowRecord
from ocr_model.reading.prediction import ModelInfo, Prediction

RECORD = ShadowRecord(
    number=2, model="a" * 64, name="new", version="2", at=datetime(2026, 5, 4, tzinfo=UTC), by="me", reason="test"
)


class Challenger:
    """Reads one text, when its gate is open."""

    def __init__(self, like: Any, text: str, confidence: float = 0.7) -> None:
        self.like, self.text, self.confidence = like, text, confidence
        self.gate = threading.Event()
        self.gate.set()
        self.reads = 0

    @property
    def info(self) -> ModelInfo:
        return ModelInfo("new", "2")

    def read(self, image: Image.Image, /) -> Prediction:
        assert self.gate.wait(60)
        self.reads += 1
        if self.text == "fail":
            raise RuntimeError("no numbers")
        return replace(self.like.read(image), text=self.text, confidence=self.confidence, model=self.info)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def shadow(registry: CollectorRegistry) -> Iterator[Shadow]:
    shadow = Shadow(ShadowMetrics(registry), waiting=2, remembered=3)
    yield shadow
    shadow.close()


@pytest.fixture
def offer(shadow: Shadow, reader: Any, picture: Image.Image) -> Callable[..., None]:
    """Let the champion read and offer it to the shadow; by default wait until that has read, too."""

    def offer_reading(prediction_id: str, *, wait: bool = True, **changes: Any) -> None:
        shadow.offer(prediction_id, picture, replace(reader.read(picture), **changes))
        if wait:
            settle(shadow)

    return offer_reading


def settle(shadow: Shadow) -> None:
    for _ in range(500):
        if shadow.jobs == 0:
            return
        threading.Event().wait(0.01)
    raise TimeoutError


def test_without_a_challenger_nothing_happens(shadow: Shadow, offer: Callable[..., None]) -> None:
    offer("p1")
    shadow.confirm("p1", "ART GW2871")
    shadow.forget("p1")
    assert shadow.tally is None
    assert (shadow.record, shadow.info, shadow.since) == (None, None, None)


def test_same_and_different_lines_are_counted(
    shadow: Shadow,
    offer: Callable[..., None],
    reader: Any,
    registry: CollectorRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    challenger = Challenger(reader, "ARTGW2871")  # spaces do not count
    shadow.begin(challenger, RECORD)
    offer("p1")
    challenger.text, challenger.confidence = "ART GW287I", 0.1
    offer("p2")
    challenger.text = "fail"
    offer("p3")
    tally = shadow.tally
    assert tally is not None
    assert tally.readings == {"same": 1, "different": 1, "dropped": 0, "failed": 1}
    assert "RuntimeError" in caplog.text
    assert "no numbers" not in caplog.text  # what an unexpected error says may quote a text
    assert tally.champion == ModelInfo("fake", "7")
    assert (tally.champion_confidence, tally.challenger_confidence) == pytest.approx((1.8, 0.8))
    text = generate_latest(registry).decode()
    assert 'tags_shadow_readings_total{outcome="different"} 1.0' in text
    assert 'tags_shadow_confidence_count{reader="challenger"} 2.0' in text


@pytest.mark.parametrize(
    ("champion", "challenger", "right"),
    [
        ("ART GW2871", "ARTGW2871", "both"),
        ("ART GW2871", "ART GW287I", "champion"),
        ("ART GW287I", "ART GW2871", "challenger"),
        ("ART GW287I", "GW2871", "neither"),
    ],
)
@pytest.mark.parametrize("early", [False, True], ids=["verdict last", "verdict first"])
def test_a_verdict_says_who_was_right(
    shadow: Shadow, offer: Callable[..., None], reader: Any, champion: str, challenger: str, right: str, early: bool
) -> None:
    second = Challenger(reader, challenger)
    shadow.begin(second, RECORD)
    if early:
        second.gate.clear()
    offer("p1", wait=not early, text=champion)
    shadow.confirm("p1", "ART-GW2871")  # accuracy is about letters and digits
    second.gate.set()
    settle(shadow)
    shadow.confirm("p1", "ART-GW2871")  # the same verdict again
    tally = shadow.tally
    assert tally is not None
    assert {who for who, count in tally.right.items() if count} == {right}
    assert sum(tally.right.values()) == 1


def test_a_changed_mind_counts_once(shadow: Shadow, offer: Callable[..., None], reader: Any) -> None:
    shadow.begin(Challenger(reader, "ART GW287I"), RECORD)

    def right() -> dict[str, int]:
        tally = shadow.tally
        assert tally is not None
        return {who: count for who, count in tally.right.items() if count}

    offer("p1")
    shadow.confirm("p1", "ART GW2871")
    assert right() == {"champion": 1}
    shadow.confirm("p1", "ART GW287I")
    assert right() == {"challenger": 1}
    shadow.confirm("p1", None)
    assert right() == {}
    shadow.confirm("p1", "ART GW2871")
    shadow.forget("p1")
    assert right() == {}
    shadow.confirm("p1", "ART GW2871")  # forgotten is forgotten
    assert right() == {}


def test_what_comes_too_fast_is_dropped(shadow: Shadow, offer: Callable[..., None], reader: Any) -> None:
    challenger = Challenger(reader, "ART GW2871")
    challenger.gate.clear()
    shadow.begin(challenger, RECORD)
    for number in range(6):
        offer(f"p{number}", wait=False)  # never waits, or this test hangs
    challenger.gate.set()
    settle(shadow)
    tally = shadow.tally
    assert tally is not None
    assert tally.readings == {"same": 3, "different": 0, "dropped": 3, "failed": 0}  # one read, two waited
    assert challenger.reads == 3


def test_another_pair_is_counted_anew(shadow: Shadow, offer: Callable[..., None], reader: Any) -> None:
    shadow.begin(Challenger(reader, "ART GW2871"), RECORD)
    offer("p1")
    offer("p2", model=ModelInfo("fake", "8"))
    tally = shadow.tally
    assert tally is not None
    assert (tally.champion.version, tally.readings["same"]) == ("8", 1)
    shadow.confirm("p1", "ART GW2871")  # of the pair before
    later = shadow.tally
    assert later is not None
    assert sum(later.right.values()) == 0
    shadow.stop()
    assert shadow.tally is None
    offer("p3")
    assert shadow.tally is None


def test_only_so_many_verdicts_are_awaited(shadow: Shadow, offer: Callable[..., None], reader: Any) -> None:
    shadow.begin(Challenger(reader, "ART GW2871"), RECORD)
    for number in range(5):
        offer(f"p{number}")
    for number in range(5):
        shadow.confirm(f"p{number}", "ART GW2871")
    tally = shadow.tally
    assert tally is not None
    assert tally.right["both"] == 3


def test_after_the_end_nothing_is_taken(shadow: Shadow, offer: Callable[..., None], reader: Any) -> None:
    shadow.begin(Challenger(reader, "ART GW2871"), RECORD)
    shadow.close()
    offer("p1")
    assert shadow.jobs == 0
