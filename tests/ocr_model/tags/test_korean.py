import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.cards import cards_of
from ocr_model.tags.korean import load_korean, with_korean
from ocr_model.tags.korean_model import KoreanReading
from ocr_model.tags.roles import with_roles
from ocr_model.tags.tag import TextLine
from tests.ocr_model.tags.korean_readings import reading_of
from tests.ocr_model.tags.plain_tag import line_of

PHOTO = Image.new("RGB", (600, 400), "white")
NOTHING = reading_of("")


class Korean:
    """Reads these lines, and nothing on their heads; `upside_down` the other way round."""

    def __init__(self, *readings: KoreanReading, upside_down: bool = False) -> None:
        self.readings, self.upside_down = list(readings), upside_down
        self.looked_at = 0

    def read(self, lines: Sequence[object]) -> list[KoreanReading]:
        self.looked_at += len(lines)
        nothing = [NOTHING] * len(self.readings)
        return nothing + self.readings if self.upside_down else self.readings + nothing


class Latin:
    """A recognizer that reads one text after the other, and keeps the pictures."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.pictures = list(texts), []

    def read_batch(self, pictures: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        assert not find_turn
        self.pictures += pictures
        taken, self.texts = self.texts[: len(pictures)], self.texts[len(pictures) :]
        return [Prediction(text, text, 0.97, (), (), (), ModelInfo("none", "0"), {}) for text in taken]


def line(text: str, top: float = 100.0, confidence: float = 0.2) -> TextLine:
    return line_of(text, ((100.0, top), (400.0, top), (400.0, top + 30.0), (100.0, top + 30.0)), confidence)


def test_a_code_behind_its_korean_name_is_read_without_the_name() -> None:
    latin = Latin("CW2288-111")
    (read,) = with_korean(Korean(reading_of("품번 : CW2288-111")), latin, PHOTO, [line("8EH:CW2288-111")])
    assert (read.text, read.korean) == ("CW2288-111", "품번: CW2288-111")
    assert read.prediction.confidence == 0.97
    assert read.corners == line("").corners  # of the whole line
    (picture,) = latin.pictures
    assert 150 < picture.width < 230  # of 300
    assert with_roles([read])[0].role == "code"


def test_a_name_in_a_box_of_its_own_gives_its_neighbour_a_role() -> None:
    name, value = line("E8", 100.0), line("129.000", 140.0, 0.95)
    lines = with_korean(Korean(reading_of("소비자가격")), Latin(), PHOTO, [name, value])
    assert [found.role for found in with_roles(lines)] == ["field", "price"]
    assert lines[0].text == "E8"  # what the recognizer said stays


def test_won_behind_an_amount_makes_it_a_price_in_won() -> None:
    lines = with_korean(Korean(reading_of("268,000원")), Latin("268.000"), PHOTO, [line("268.0009", confidence=0.76)])
    (card,) = cards_of(lines, (), PHOTO.size)
    assert card.price is not None
    assert (card.price.value, card.price.unit) == ("268,000", "KRW")


def test_hangul_on_its_head_is_turned() -> None:
    latin = Latin("250")
    (read,) = with_korean(Korean(reading_of("치수: 250mm"), upside_down=True), latin, PHOTO, [line("UUS")])
    assert (read.turn, read.prediction.turn, read.korean) == (2, 2, "치수: 250")
    assert read.corners[0] == line("").corners[2]


def test_a_line_of_hangul_alone_is_read_again_where_it_stood_wrongly() -> None:
    korean, latin = Korean(reading_of("물세탁금지"), upside_down=True), Latin("HE")
    (read,) = with_korean(korean, latin, PHOTO, [line("SN")])
    assert (read.text, read.korean, read.turn) == ("HE", "물세탁금지", 2)
    assert with_roles([read])[0].role == "other"


def test_sure_lines_are_not_looked_at() -> None:
    korean = Korean()
    lines = [line("CW2288-111", confidence=0.93)]
    assert with_korean(korean, Latin(), PHOTO, lines) == tuple(lines)
    assert korean.looked_at == 0


def test_a_line_that_stands_upright_in_its_box_is_read_along_its_length() -> None:
    corners = ((100.0, 100.0), (130.0, 100.0), (130.0, 300.0), (100.0, 300.0))
    (read,) = with_korean(Korean(reading_of("제조국")), Latin("X"), PHOTO, [line_of("E", corners, 0.1)])
    assert read.turn == 1
    assert read.corners[0] == corners[3]


def test_without_the_network_korean_is_not_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = tmp_path / "korean.onnx"
    damaged.write_bytes(b"no graph")
    with caplog.at_level(logging.WARNING):
        assert load_korean(1, tmp_path / "missing.onnx") is None
        assert load_korean(1, damaged) is None
    assert [record.getMessage().count("\n") for record in caplog.records] == [0, 0]
