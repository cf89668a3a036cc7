import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("trdg")

from ocr_model.export.korean_figures import as_printed, count_alarms, measure_korean
from ocr_model.tags.korean_model import KoreanReading
from ocr_model.training.korean.alphabet import syllables
from ocr_model.training.korean.lines import RenderedLine

NO_PIXELS = np.zeros((32, 64), np.uint8)


class Model:
    syllables = syllables()

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def read(self, lines: list[object]) -> list[KoreanReading]:
        return [as_printed(text, self.syllables) for text in self.texts]


def test_names_and_alarms_are_counted() -> None:
    printed = ("품번: CW2288", "제조국", "동서무역", "MADE IN", "268,000원")
    read = ("품번: CW2288", "제조극", "동서무역", "소재 IN", "268,000원")
    figures = measure_korean(Model(*read), [RenderedLine(NO_PIXELS, text) for text in printed])
    assert (figures.names.count, figures.names.total) == (1, 2)
    assert (figures.syllables.count, figures.syllables.total) == (3, 4)
    assert (figures.other_names.count, figures.other_names.total) == (0, 2)
    assert (figures.alarms.count, figures.alarms.total) == (1, 1)
    assert "| field names found | 1 of 2 |" in figures.in_words()


def test_alarms_are_counted_either_way_up() -> None:
    alarms = count_alarms(Model("품번", "RN"), [NO_PIXELS, NO_PIXELS])
    assert (alarms.count, alarms.total) == (1, 2)
