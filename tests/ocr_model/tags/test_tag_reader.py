import importlib.util
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_model.codes.text import match_key
from ocr_model.errors import ImageError
from ocr_model.reading.prediction import Prediction
from ocr_model.reading.recognizer import CHAMPION, Recognizer
from ocr_model.tags.detection import FoundLine, NoDetector
from ocr_model.tags.tag import Corners, Tag, TextLine
from ocr_model.tags.tag_reader import TagReader

Writer = Callable[..., Path]
Box = tuple[float, float, float, float]

needs_detector = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None or importlib.util.find_spec("cv2") is None,
    reason="rapidocr is not installed",
)


def corners(box: Box) -> Corners:
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


class Boxes:
    """A detector that finds these lines on any whole photo."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self.boxes = boxes

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        return [FoundLine(corners(box), 0.9) for box in self.boxes]


def picture(size: tuple[int, int], *dark: Box) -> Image.Image:
    """White with dark boxes: the tiny model reads `A1` (68.4 %) in a dark crop and nothing (97 %) in a bright one."""
    image = Image.new("RGB", size, "white")
    for box in dark:
        ImageDraw.Draw(image).rectangle(box, fill="black")
    return image


def places(tag: Tag) -> list[tuple[str, Corners]]:
    return [(line.text, line.corners) for line in tag.lines]


@pytest.fixture
def tiny(attention_model: Writer) -> Recognizer:
    return Recognizer.load(attention_model())


def test_lines_come_from_top_to_bottom_in_pixels_of_the_photo(tiny: Recognizer) -> None:
    boxes = [(100.0, 400.0, 400.0, 450.0), (100.0, 100.0, 400.0, 150.0), (500.0, 100.0, 800.0, 150.0)]
    tag = TagReader(tiny, Boxes(boxes)).read_tag(picture((900, 600), *boxes[:2]))
    assert places(tag) == [("A1", corners(boxes[1])), ("", corners(boxes[2])), ("A1", corners(boxes[0]))]
    assert (tag.width, tag.height) == (900, 600)
    assert set(tag.milliseconds) == {"find", "closer", "read", "barcodes", "cards", "total"}
    assert tag.milliseconds["total"] >= sum(tag.milliseconds.values()) / 2 - 1.0


def test_without_lines_the_whole_is_read(tiny: Recognizer) -> None:
    dark = TagReader(tiny, NoDetector()).read_tag(np.zeros((20, 60), dtype=np.uint8))
    assert places(dark) == [("A1", corners((0.0, 0.0, 60.0, 20.0)))]
    assert not TagReader(tiny, NoDetector()).read_tag(picture((60, 20))).lines


def test_parts_of_a_line_give_way_to_the_whole(attention_model: Writer) -> None:
    table = {(0, ""): {"A": 1.0}, (1, "A"): {"<end>": 0.9, "1": 0.1}, (2, "1"): {"<end>": 1.0}}
    reader = TagReader(Recognizer.load(attention_model(bright=table)), Boxes([(0.0, 0.0, 20.0, 20.0)]))
    tag = reader.read_tag(picture((60, 20), (20.0, 0.0, 60.0, 20.0)))  # the bright part reads `A`, surer than the whole
    assert places(tag) == [("A1", corners((0.0, 0.0, 60.0, 20.0)))]


def test_a_surer_line_in_the_middle_is_believed_before_the_whole(attention_model: Writer) -> None:
    table = {(0, ""): {"Z": 1.0}, (1, "Z"): {"<end>": 1.0}}
    box = (20.0, 5.0, 40.0, 15.0)
    dark = [(0.0, 0.0, 19.0, 20.0), (40.0, 0.0, 60.0, 20.0), (20.0, 0.0, 40.0, 4.0), (20.0, 15.0, 40.0, 20.0)]
    reader = TagReader(Recognizer.load(attention_model(bright=table)), Boxes([box]))
    assert places(reader.read_tag(picture((60, 20), *dark))) == [("Z", corners(box))]


def test_one_of_several_lines_keeps_its_own_outline_though_the_whole_reads_the_same(attention_model: Writer) -> None:
    table = {(0, ""): {"Z": 1.0}, (1, "Z"): {"<end>": 1.0}}
    boxes = [(0.0, 0.0, 60.0, 12.0), (0.0, 14.0, 40.0, 20.0)]
    reader = TagReader(Recognizer.load(attention_model(bright=table)), Boxes(boxes))
    tag = reader.read_tag(picture((60, 20), boxes[0], (41.0, 0.0, 60.0, 20.0)))
    assert places(tag) == [("A1", corners(boxes[0])), ("Z", corners(boxes[1]))]


def test_a_photo_of_many_lines_is_not_read_whole(tiny: Recognizer, attention_model: Writer) -> None:
    boxes = [(10.0, y, 60.0, y + 20.0) for y in range(10, 250, 30)]
    table = {(0, ""): {"7": 1.0}, (1, "7"): {"<end>": 1.0}}
    quick = Recognizer.load(attention_model(dark=table))
    tag = TagReader(tiny, Boxes(boxes), quick=quick).read_tag(picture((100, 300), (0.0, 0.0, 100.0, 300.0)))
    assert [line.text for line in tag.lines] == ["7"] * len(boxes)


def test_the_likeliest_code_is_told_before_the_rest_is_read(tiny: Recognizer, attention_model: Writer) -> None:
    boxes = [(10.0, y, 60.0, y + 20.0) for y in range(10, 570, 30)]
    code = "GW2871"
    table = {(at, code[at - 1] if at else ""): {letter: 1.0} for at, letter in enumerate(code)}
    reader = Recognizer.load(attention_model(dark={**table, (6, "1"): {"<end>": 1.0}}))
    told: list[TextLine] = []
    tag = TagReader(tiny, Boxes(boxes), quick=reader).read_tag(
        picture((100, 600), (0.0, 0.0, 100.0, 600.0)), on_code=told.append
    )
    assert [line.text for line in told] == [code]
    assert any(line.prediction is told[0].prediction for line in tag.lines)


@pytest.mark.parametrize("bad", [np.zeros((0, 5), dtype=np.uint8), np.full((4, 4), np.nan), b"no picture"])
def test_what_is_no_picture(tiny: Recognizer, bad: object) -> None:
    with pytest.raises(ImageError):
        TagReader(tiny, NoDetector()).read_tag(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1, 1), (2, 3000), (3000, 2)])
def test_odd_pictures(tiny: Recognizer, size: tuple[int, int]) -> None:
    assert TagReader(tiny, NoDetector()).read_tag(Image.new("RGB", size, "white")).cards == ()


@needs_detector
@pytest.mark.skipif(not (CHAMPION / "model.json").is_file(), reason="there is no champion")
def test_a_printed_tag_at_every_turn() -> None:
    reader = TagReader.load(threads=1)
    tag = Image.new("RGB", (720, 480), "white")
    pen = ImageDraw.Draw(tag)
    for y, text in ((60, "CW2288-111"), (180, "MADE IN VIETNAM"), (300, "SIZE 250")):
        pen.text((90, y), text, "black", ImageFont.load_default(56))
    for turn in range(4):
        read = reader.read_tag(tag.rotate(90 * turn, expand=True))
        texts = {match_key(line.text): line for line in read.lines}
        assert {"CW2288111", "MADEINVIETNAM", "SIZE250"} <= set(texts), turn
        assert {line.turn for line in read.lines} == {turn}  # clockwise, against the counter-clockwise turn
        code = texts["CW2288111"]
        (ax, ay), (bx, by), *_ = code.corners
        assert [(1, 0), (0, -1), (-1, 0), (0, 1)][turn] == (round((bx - ax) / 300), round((by - ay) / 300))
        assert read.cards[0].code is not None
        assert read.cards[0].code.value == "CW2288-111"


class Counting:
    """A recognizer that counts the lines that it reads."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer, self.lines = recognizer, 0

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        self.lines += len(images)
        return self.recognizer.read_batch(images, find_turn=find_turn)


def crowd(count: int) -> list[Box]:
    """Lines in eight columns on a picture of 640 x 640, which is looked at once."""
    return [
        (78.0 * column + 5, 31.0 * row + 5, 78.0 * column + 65, 31.0 * row + 25)
        for row, column in (divmod(at, 8) for at in range(count))
    ]


def test_only_the_likeliest_lines_of_a_crowded_photo_are_read_with_care(tiny: Recognizer) -> None:
    boxes = crowd(160)
    careful, glance = Counting(tiny), Counting(tiny)
    tag = TagReader(careful, Boxes(boxes), glance=glance).read_tag(picture((640, 640), *boxes))
    assert len(tag.lines) == 160
    assert (careful.lines, glance.lines) == (149, 11)


def test_a_code_in_doubt_among_the_other_lines_is_read_with_care_after_all(attention_model: Writer) -> None:
    boxes = crowd(160)
    spelling: dict[tuple[int, str], dict[str, float]] = {(0, ""): {"G": 0.8, "6": 0.2}, (6, "9"): {"<end>": 1.0}}
    spelling |= {(at + 1, now): {after: 1.0} for at, (now, after) in enumerate(itertools.pairwise("GW2819"))}
    reader = Recognizer.load(attention_model(dark=spelling, charset="GW281960"), prior_weight=0.0)
    assert reader.read(Image.new("RGB", (60, 20), "black")).formats
    careful, glance = Counting(reader), Counting(reader)
    TagReader(careful, Boxes(boxes), glance=glance).read_tag(picture((640, 640), *boxes))
    assert (careful.lines, glance.lines) == (149 + 11, 11)
