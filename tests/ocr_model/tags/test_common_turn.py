"""Lines that seem to stand unlike their neighbours are read again as those stand."""

import math
from collections.abc import Sequence

from PIL import Image

from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.tags.common_turn import read_alike
from ocr_model.tags.tag import Corners, TextLine

PHOTO = Image.new("L", (1000, 1000))


def prediction(text: str, confidence: float, turn: int = 0) -> Prediction:
    return Prediction(text, "", confidence, (), (), (), ModelInfo("none", "0"), {}, turn)


def line(text: str, confidence: float, row: int, *, degrees: float = 0.0, width: float = 200.0) -> TextLine:
    """A line 20 pixels high in a row of a column, turned about the column's top."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    box = ((0.0, 40.0 * row), (width, 40.0 * row), (width, 40.0 * row + 20), (0.0, 40.0 * row + 20))
    a, b, c, d = ((500 + x * cos - y * sin, 500 + x * sin + y * cos) for x, y in box)
    turn = round(-degrees / 90) % 4
    return TextLine(prediction(text, confidence, turn), (a, b, c, d), turn)


def on_its_head(line: TextLine) -> TextLine:
    a, b, c, d = line.corners
    turn = (line.turn + 2) % 4
    return TextLine(prediction(line.text, line.prediction.confidence, turn), (c, d, a, b), turn)


class Reader:
    """Reads everything as one text."""

    def __init__(self, text: str = "MADE", confidence: float = 0.3) -> None:
        self.text, self.confidence = text, confidence
        self.sizes: list[tuple[int, int]] = []

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        assert not find_turn
        self.sizes += [image.size for image in images]
        return [prediction(self.text, self.confidence) for _ in images]


def alike(*lines: TextLine, reader: Reader | None = None) -> list[tuple[str, Corners, int]]:
    found = read_alike(reader or Reader(), PHOTO, lines)
    assert all(line.prediction.turn == line.turn for line in found)
    return [(line.text, line.corners, line.turn) for line in found]


def test_a_line_on_its_head_is_read_as_its_neighbours_stand() -> None:
    for degrees in (0.0, 20.0, 90.0, 180.0, 250.0):
        column = [line(text, 0.9, row, degrees=degrees) for row, text in enumerate(("NIKE", "CN8490", "MADE"))]
        reader = Reader()
        found = alike(column[0], column[1], on_its_head(column[2]), reader=reader)
        assert found == [(one.text, one.corners, one.turn) for one in column]
        assert reader.sizes == [(200, 20)]


def test_it_stays_where_it_reads_much_better() -> None:
    surely = on_its_head(line("UPSIDE", 0.9, 2))
    found = alike(line("NIKE", 0.9, 0), line("CN8490", 0.9, 1), surely, reader=Reader(confidence=0.05))
    assert found[2] == (surely.text, surely.corners, surely.turn)


def test_a_line_without_text_is_read_as_its_neighbours_stand() -> None:
    empty = on_its_head(line("", 0.97, 2))
    around = line("NIKE", 0.9, 0), line("CN8490", 0.9, 1)
    assert alike(*around, empty)[2][0] == "MADE"
    assert alike(*around, empty, reader=Reader(confidence=0.1))[2][0] == ""


def test_the_long_side_of_a_line_is_not_doubted() -> None:
    beside = line("8801234567893", 0.4, 0, degrees=90)
    reader = Reader()
    alike(line("NIKE", 0.9, 0), line("CN8490", 0.9, 1), beside, reader=reader)
    assert reader.sizes == []
    short = line("6", 0.4, 0, degrees=90, width=20.0)
    assert alike(line("NIKE", 0.9, 0), line("CN8490", 0.9, 1), short)[2][2] == 0


def test_nothing_is_said_by_few_unsure_or_unlike_neighbours() -> None:
    reader, doubtful = Reader(), on_its_head(line("ADE", 0.1, 2))
    alike(doubtful, reader=reader)
    alike(line("NIKE", 0.9, 0), doubtful, reader=reader)
    alike(line("NIKE", 0.3, 0), line("CN8490", 0.3, 1), doubtful, reader=reader)
    alike(line("NIKE", 0.9, 0), line("CN8490", 0.9, 1, degrees=180), doubtful, reader=reader)
    alike(line("NIKE", 0.9, 0), line("CN8490", 0.9, 1), line("ADE", 0.1, 20, degrees=180), reader=reader)
    assert reader.sizes == []


def test_a_photo_without_lines() -> None:
    assert read_alike(Reader(), PHOTO, ()) == []
