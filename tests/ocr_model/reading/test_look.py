import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocr_model.codes.text import CHARSET
from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.turns import TurnHead

Writer = Callable[..., Path]
END = "<end>"

DARK_PICTURE = Image.new("RGB", (120, 30), "black")
BRIGHT_PICTURE = Image.new("RGB", (120, 30), "white")


def damaged(directory: Path) -> str:
    with pytest.raises(ModelError) as caught:
        Recognizer.load(directory)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    return message


def test_ctc(ctc_model: Writer) -> None:
    sure = 0.9
    a, b, blank = [0.05, sure, 0.05], [0.05, 0.05, sure], [0.99, 0.005, 0.005]
    reader = Recognizer.load(ctc_model(dark=np.array([a, blank, b]), bright=np.array([blank] * 3)))
    prediction = reader.read(DARK_PICTURE)
    assert prediction.text == "AB"
    assert [one.confidence for one in prediction.characters] == pytest.approx([0.9, 0.9])
    assert 0.8 < prediction.confidence < 0.95
    assert len(prediction.candidates) > 1
    assert reader.read(BRIGHT_PICTURE).text == ""


def edged(dark: str, size: tuple[int, int] = (120, 30)) -> Image.Image:
    """White, two fifths of it black: "top", "bottom", "left" or "right"."""
    width, height = size
    picture = Image.new("RGB", size, "white")
    boxes = {
        "top": (0, 0, width, height * 2 // 5),
        "bottom": (0, height * 3 // 5, width, height),
        "left": (0, 0, width * 2 // 5, height),
        "right": (width * 3 // 5, 0, width, height),
    }
    picture.paste("black", boxes[dark])
    return picture


def add_head(directory: Path, head: TurnHead) -> Path:
    file = directory / "turn_head.npy"
    file.write_bytes(head.to_bytes())
    description = json.loads((directory / "model.json").read_text())
    description["files"]["turn_head"] = file.name
    description["sha256"][file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    (directory / "model.json").write_text(json.dumps(description))
    return directory


# Its one feature is the brightness on top, -1..1, three times: mean, greatest, least.
BRIGHT_ON_TOP_IS_UPSIDE_DOWN = TurnHead(np.full(3, 3.0, dtype=np.float32), 0.0)


@pytest.mark.parametrize("has_head", [False, True])
@pytest.mark.parametrize(
    ("picture", "turn"),
    [
        (edged("top"), 0),
        (edged("bottom"), 2),
        (edged("left", (30, 120)), 1),
        (edged("right", (30, 120)), 3),
        (edged("left", (30, 30)), 1),
        (edged("right", (30, 30)), 3),
    ],
    ids=["upright", "upside down", "left side up", "right side up", "square, left", "square, right"],
)
def test_the_turn_is_found(attention_model: Writer, picture: Image.Image, turn: int, has_head: bool) -> None:
    directory = attention_model(looks_at_top=True, bright={(0, ""): {END: 0.97, "1": 0.03}})
    reader = Recognizer.load(add_head(directory, BRIGHT_ON_TOP_IS_UPSIDE_DOWN) if has_head else directory)
    prediction = reader.read(picture)
    assert (prediction.text, prediction.turn) == ("A1", turn)
    assert prediction.confidence == pytest.approx(0.684, rel=1e-4)
    as_it_stands = reader.read(picture, find_turn=False)
    assert (as_it_stands.text, as_it_stands.turn) == ("A1" if turn == 0 else "", 0)


def test_turns_in_a_batch(attention_model: Writer) -> None:
    reader = Recognizer.load(attention_model(looks_at_top=True))
    pictures = [edged("bottom"), edged("top"), edged("left", (30, 120)), BRIGHT_PICTURE] * 10
    predictions = reader.read_batch(pictures)
    assert [(one.text, one.turn) for one in predictions] == [("A1", 2), ("A1", 0), ("A1", 1), ("", 0)] * 10
    assert [one.turn for one in reader.read_batch(pictures, find_turn=False)] == [0] * 40


@pytest.mark.parametrize("size", [(120, 30), (30, 120), (30, 30)])
def test_a_crop_without_text_stays_without(attention_model: Writer, size: tuple[int, int]) -> None:
    prediction = Recognizer.load(attention_model()).read(Image.new("RGB", size, "white"))
    assert (prediction.text, prediction.turn) == ("", 0)
    assert prediction.confidence == pytest.approx(0.97)


def test_a_turn_head_that_fits_nothing(attention_model: Writer) -> None:
    directory = add_head(attention_model(), TurnHead(np.ones(6, dtype=np.float32), 0.0))
    assert "expects 6 features" in damaged(directory)
    (directory / "turn_head.npy").write_bytes(b"garbage")
    assert "SHA-256" in damaged(directory)
    (directory / "turn_head.npy").unlink()
    assert "turn_head.npy is missing" in damaged(directory)


def test_features_for_fitting_a_head(attention_model: Writer) -> None:
    reader = Recognizer.load(attention_model(looks_at_top=True))
    pictures = [edged("top")] * 20
    assert reader.turn_features(pictures) == pytest.approx(np.full((20, 3), -0.6), abs=0.1)
    assert reader.turn_features(pictures, turn=2) == pytest.approx(np.full((20, 3), 1.0), abs=0.1)


def ctc_says(text: str, certain: float = 0.9) -> NDArray[np.float64]:
    rows = np.full((len(text), 1 + len(CHARSET)), (1.0 - certain) / len(CHARSET))
    for at, character in enumerate(text):
        rows[at, 1 + CHARSET.index(character)] = certain
    return rows


def test_ctc_has_a_say_if_the_model_says_so(attention_model: Writer) -> None:
    directory = attention_model(ctc=ctc_says("AI"), changes={"decoding": {"ctc_weight": 0.5}})
    prediction = Recognizer.load(directory).read(DARK_PICTURE)
    assert [one.text for one in prediction.candidates][:2] == ["AI", "A1"]
    assert sum(one.confidence for one in prediction.candidates) <= 1.0 + 1e-6
    assert Recognizer.load(directory, ctc_weight=0.0).read(DARK_PICTURE).text == "A1"
    assert [one.text for one in Recognizer.load(directory).read_batch([DARK_PICTURE, BRIGHT_PICTURE])] == ["AI", ""]


def test_without_a_word_about_it_ctc_has_no_say(attention_model: Writer) -> None:
    assert Recognizer.load(attention_model(ctc=ctc_says("AI"))).read(DARK_PICTURE).text == "A1"
