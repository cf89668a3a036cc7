"""Our reader beside a second one that sees what a test says."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr_model.codes.text import CHARSET
from ocr_model.reading.arrays import Floats
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.second_opinion import SecondOpinion

Writer = Callable[..., Path]

DARK, BRIGHT = Image.new("RGB", (120, 30), "black"), Image.new("RGB", (120, 30), "white")
DOUBTS = ("doubt", "doubt_without_format", "doubt_of_digits", "doubt_of_words")
TERMS = {"weight": 0.5, "weight_without_format": 0.5, **dict.fromkeys(DOUBTS, 0.9)}


class Hearsay:
    """Sees the given texts with their probabilities in every picture, and remembers how often it was asked."""

    name = "hearsay"

    def __init__(self, *columns: dict[str, float]) -> None:
        self.asked: list[tuple[int, int]] = []
        rows = np.full((2 * len(columns), 1 + len(CHARSET)), 1e-13)
        for at, column in enumerate(columns):
            for character, probability in column.items():
                rows[2 * at, 1 + CHARSET.index(character)] = probability
            rows[2 * at + 1, 0] = 1.0
        self._columns = np.log(rows).astype(np.float32)

    def columns(self, pictures: Sequence[Image.Image]) -> list[Floats]:
        self.asked += [picture.size for picture in pictures]
        return [self._columns for _ in pictures]


def load(attention_model: Writer, second: Hearsay | bool, **changes: object) -> Recognizer:
    model = attention_model(changes={"second_reader": {**TERMS, **changes}})
    return Recognizer.load(model, second=second, prior_weight=0.0)


def test_both_readers_together_decide(attention_model: Writer) -> None:
    # Ours: A1 0.684, AI 0.18, B1 0.095.
    second = Hearsay({"B": 0.9, "A": 0.1}, {"1": 1.0})
    prediction = load(attention_model, second).read(DARK)
    assert prediction.text == "B1"
    odds = math.sqrt(0.1 * 0.95 * 0.9) / math.sqrt(0.9 * 0.8 * 0.95 * 0.1)
    found = {candidate.text: candidate.confidence for candidate in prediction.candidates}
    assert found["B1"] / found["A1"] == pytest.approx(odds, rel=0.01)
    assert prediction.second_reader == "hearsay"
    assert "".join(character.text for character in prediction.characters) == "B1"


def test_disagreement_lowers_the_confidence_and_shows_both_texts(attention_model: Writer) -> None:
    second = Hearsay({"A": 1.0}, {"I": 0.7, "1": 0.3})
    found = load(attention_model, second).read(DARK)
    ours = Recognizer.load(attention_model(), prior_weight=0.0).read(DARK)
    assert found.text == ours.text == "A1"
    assert found.confidence < ours.confidence
    assert found.candidates[1].text == "AI"
    assert found.candidates[1].confidence > 0.3


def test_a_sure_reading_is_ours_alone(attention_model: Writer) -> None:
    second = Hearsay({"B": 1.0}, {"1": 1.0})
    reader = load(attention_model, second, **dict.fromkeys(DOUBTS, 0.5))
    assert reader.read(DARK).text == "A1"
    assert reader.read(DARK).second_reader is None
    assert second.asked == []


def test_an_empty_reading_is_always_doubtful(attention_model: Writer) -> None:
    second = Hearsay({"1": 1.0})
    load(attention_model, second, **dict.fromkeys(DOUBTS, 0.1)).read(BRIGHT)
    assert len(second.asked) == 1


def test_only_the_doubtful_of_many_are_asked_about(attention_model: Writer) -> None:
    second = Hearsay({"A": 1.0}, {"1": 1.0})
    load(attention_model, second).read_batch([DARK.resize((200, 40)), BRIGHT, DARK])
    assert second.asked == [(200, 40), (120, 30), (120, 30)]  # no text is doubtful as well


def test_without_its_weights_a_model_reads_alone(attention_model: Writer) -> None:
    second = Hearsay({"B": 1.0}, {"1": 1.0})
    reader = Recognizer.load(attention_model(), second=second)
    assert (reader.read(DARK).text, reader.second_reader) == ("A1", None)
    assert load(attention_model, False).second_reader is None


def test_the_joint_probability_has_a_calibration_and_a_threshold_of_its_own(attention_model: Writer) -> None:
    second = Hearsay({"A": 1.0}, {"1": 1.0})
    model = attention_model(changes={"second_reader": TERMS})
    plain = Recognizer.load(model, second=second, prior_weight=0.0)
    opinion = SecondOpinion(0.5, 0.5, 0.9, 0.9, 0.9, 0.9, Calibration(3.0, 0.97), weight_where_sure=0.5)
    careful = Recognizer.load(model, second=second, prior_weight=0.0, second_opinion=opinion)
    raw = plain.read(DARK).confidence
    assert careful.read(DARK).confidence == pytest.approx(Calibration(3.0).apply(raw))
    assert careful.info.accept_threshold == 0.97
    assert careful.read(DARK).model == careful.info


def test_other_views_are_read_only_while_both_are_in_doubt(attention_model: Writer) -> None:
    found = {}
    for doubt in (0.0, 1.0):
        second = Hearsay({"A": 0.9, "B": 0.1}, {"1": 1.0})
        model = attention_model(
            changes={"second_reader": {**TERMS, "second_look": doubt, "second_look_of_words": doubt}}
        )
        reader = Recognizer.load(model, second=second, prior_weight=0.0, second_look=0.95)
        found[doubt] = reader.read(DARK)
        assert len(second.asked) == 1  # whatever follows
    assert found[0.0].text == found[1.0].text == "A1"
    assert (
        found[0.0].confidence == load(attention_model, Hearsay({"A": 0.9, "B": 0.1}, {"1": 1.0})).read(DARK).confidence
    )
    assert found[1.0].confidence < found[0.0].confidence  # the negative of a dark picture reads otherwise
