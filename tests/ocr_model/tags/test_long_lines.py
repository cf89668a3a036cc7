"""Long lines in doubt are read in parts."""

from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw

from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.tags.long_lines import read_long_lines
from ocr_model.tags.tag import Corners, TextLine

BOX: Corners = ((0.0, 0.0), (300.0, 0.0), (300.0, 20.0), (0.0, 20.0))


def prediction(text: str, confidence: float, other: str = "") -> Prediction:
    candidates = (Candidate(text, "", confidence), *([Candidate(other, "", confidence / 10)] if other else []))
    characters = tuple(Character(char, 0.9) for char in text)
    return Prediction(text, "", confidence, characters, candidates, (), ModelInfo("tiny", "1"), {}, 0)


def words(*places: tuple[int, int]) -> Image.Image:
    """A line with ink in these columns."""
    photo = Image.new("L", (300, 20), "white")
    for begin, end in places:
        for column in range(begin, end, 2):
            ImageDraw.Draw(photo).line((column, 5, column, 14), "black")
    return photo


class Reader:
    def __init__(self, *predictions: Prediction) -> None:
        self.predictions, self.widths = list(predictions), list[int]()

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        assert not find_turn
        self.widths += [image.width for image in images]
        return self.predictions[: len(images)]


PHOTO = words((4, 90), (100, 190), (206, 296))
PARTS = prediction("US 9", 0.9), prediction("EUR 42", 0.8, "EUR 41"), prediction("KR 270", 0.9)


def read(reader: Reader, first: Prediction, photo: Image.Image = PHOTO, corners: Corners = BOX) -> Prediction:
    (line,) = read_long_lines(reader, photo, [TextLine(first, corners, 0)])
    assert line.corners == corners
    return line.prediction


def test_parts_are_joined_where_they_are_surer() -> None:
    reader = Reader(*PARTS)
    joined = read(reader, prediction("US9EUR42KR27", 0.1))
    assert sum(reader.widths) == 300 and [abs(width - 100) < 10 for width in reader.widths] == [True] * 3
    assert joined.text == "US 9 EUR 42 KR 270"
    assert joined.confidence == pytest.approx(0.9 * 0.8 * 0.9)
    assert "".join(character.text for character in joined.characters) == joined.text
    assert [candidate.text for candidate in joined.candidates] == [joined.text, "US 9 EUR 41 KR 270"]
    assert joined.candidates[1].confidence == pytest.approx(joined.confidence / 10)
    assert joined.model == ModelInfo("tiny", "1")


def test_the_code_is_found_in_the_joined_text() -> None:
    joined = read(
        Reader(prediction("STYLE NO.", 0.9), prediction("CW2288-111", 0.9), prediction("", 0.9)), prediction("", 0.9)
    )
    assert (joined.text, joined.code) == ("STYLE NO. CW2288-111", "CW2288-111")
    assert joined.formats


def test_the_whole_stays_where_it_is_surer() -> None:
    assert read(Reader(*PARTS), prediction("US 9 EUR 42 KR 270", 0.7)).text == "US 9 EUR 42 KR 270"
    doubtful = [prediction("US", 0.2), prediction("EUR", 0.2), prediction("KR", 0.2)]
    assert read(Reader(*doubtful), prediction("", 0.97)).text == ""
    assert read(Reader(*[prediction("", 0.9)] * 3), prediction("US", 0.1)).text == "US"


def test_a_gap_inside_of_a_code_is_no_space() -> None:
    parts = prediction("2HGFG1", 0.9), prediction("B86BH", 0.9), prediction("501831", 0.9)
    assert read(Reader(*parts), prediction("2HGFG1B86BH501831", 0.5)).text == "2HGFG1B86BH501831"


def test_sure_short_and_unbroken_lines_are_not_read_again() -> None:
    reader = Reader()
    read(reader, prediction("US 9 EUR 42", 0.9))
    read(reader, prediction("US 9", 0.1), corners=((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0)))
    read(reader, prediction("US 9", 0.1), photo=words((4, 296)))
    read(reader, prediction("", 0.9), photo=Image.new("L", (300, 20), "white"))
    assert reader.widths == []
    assert read_long_lines(reader, PHOTO, []) == []


def test_a_page_of_long_lines_is_read_in_a_bounded_number_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_model.tags.long_lines._MOST_READ", 7)
    reader = Reader(*PARTS, *PARTS)
    line = TextLine(prediction("US9EUR42KR27", 0.1), BOX, 0)
    texts = [found.text for found in read_long_lines(reader, PHOTO, [line] * 5)]
    assert len(reader.widths) == 6
    assert texts == ["US 9 EUR 42 KR 270"] * 2 + ["US9EUR42KR27"] * 3


def test_a_line_that_is_longer_than_any_label_is_left_whole() -> None:
    low: Corners = ((0.0, 8.0), (300.0, 8.0), (300.0, 13.0), (0.0, 13.0))
    reader = Reader(*PARTS)
    assert read(reader, prediction("US9EUR42KR27", 0.1), PHOTO, low).text == "US9EUR42KR27"
    assert reader.widths == []
