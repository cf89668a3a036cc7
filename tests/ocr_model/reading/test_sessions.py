import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import Recognizer

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


def test_a_file_that_is_no_graph(attention_model: Writer) -> None:
    directory = attention_model(changes={"sha256": {}})
    (directory / "encoder.onnx").write_bytes(b"garbage")
    assert "encoder.onnx cannot be loaded" in damaged(directory)


def test_a_model_that_computes_no_numbers(attention_model: Writer) -> None:
    directory = attention_model(dark={(0, ""): {"A": float("nan")}})
    reader = Recognizer.load(directory)
    with pytest.raises(ModelError, match="no numbers"):
        reader.read(DARK_PICTURE)


def test_a_weight_for_a_model_without_ctc(attention_model: Writer) -> None:
    assert "expected inputs" in damaged(attention_model(changes={"decoding": {"ctc_weight": 0.5}}))
    with pytest.raises(ValueError, match="between 0 and 1"):
        Recognizer.load(attention_model(), ctc_weight=1.5)


def test_a_doubtful_crop_read_in_int8_is_read_in_single_precision_too(attention_model: Writer) -> None:
    directory = attention_model()
    shutil.copy(directory / "encoder.onnx", directory / "int8.onnx")
    description = json.loads((directory / "model.json").read_text())
    description["files"]["encoder_int8"] = "int8.onnx"
    (directory / "model.json").write_text(json.dumps(description))
    reader = Recognizer.load(directory, threads=1, second_look=0.7, precision="int8")
    # The first reading, the same in single precision and two of the three other views are dark.
    assert reader.read(DARK_PICTURE).confidence == pytest.approx(0.8 * 0.9 * 0.8 * 0.95, rel=1e-5)
    hasty = Recognizer.load(directory, threads=1, second_look=0.0, precision="int8")
    assert hasty.read(DARK_PICTURE).confidence == pytest.approx(0.9 * 0.8 * 0.95, rel=1e-5)
