import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_model.errors import ModelError
from ocr_model.reading.model_description import ModelDescription
from ocr_model.reading.recognizer import Recognizer

Writer = Callable[..., Path]
END = "<end>"


def damaged(directory: Path) -> str:
    with pytest.raises(ModelError) as caught:
        Recognizer.load(directory)
    message = str(caught.value)
    assert message
    assert "\n" not in message
    return message


def test_a_missing_model_is_one_clear_line(tmp_path: Path, attention_model: Writer) -> None:
    assert "model.json is missing" in damaged(tmp_path / "nowhere")
    directory = attention_model()
    (directory / "decoder.onnx").unlink()
    assert "decoder.onnx is missing" in damaged(directory)


def test_a_damaged_file_is_noticed_by_its_hash(attention_model: Writer) -> None:
    directory = attention_model()
    data = bytearray((directory / "encoder.onnx").read_bytes())
    data[-1] ^= 1
    (directory / "encoder.onnx").write_bytes(data)
    assert "SHA-256" in damaged(directory)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prediction": "Transformer"}, "unknown prediction 'Transformer'"),
        ({"charset": "AAB"}, "charset"),
        ({"charset": "ABC"}, "48 classes do not fit a charset of 3"),
        ({"input": {"channels": 1, "height": 8}}, "'width' is missing"),
        ({"input": {"channels": 2, "height": 8, "width": 16}}, "impossible input"),
        ({"files": {"encoder": "encoder.onnx"}}, "'decoder' is missing"),
        ({"files": {"encoder": "../encoder.onnx", "decoder": "decoder.onnx"}}, "not a file name"),
        ({"files": {"encoder": "decoder.onnx", "decoder": "encoder.onnx"}}, "expected inputs"),
        ({"calibration": {"temperature": 0}}, "temperature"),
        ({"decoding": {"ctc_weight": 2}}, "weight of CTC"),
        ({"decoding": {"ctc_weight": "much"}}, "does not describe"),
        ({"max_length": None}, "does not describe a model"),
        ({"input": {"channels": 3, "height": 8, "width": 16}}, "does not run"),
    ],
)
def test_a_description_that_does_not_fit(attention_model: Writer, changes: dict[str, Any], message: str) -> None:
    assert message in damaged(attention_model(changes=changes))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"model"'])
def test_a_description_that_is_none(attention_model: Writer, text: str) -> None:
    directory = attention_model()
    (directory / "model.json").write_text(text)
    assert "model.json" in damaged(directory)


def test_an_impossible_doubt_is_refused(attention_model: Writer) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1, not 1\.5"):
        Recognizer.load(attention_model(), second_look=1.5)


def test_an_impossible_weight_is_refused(attention_model: Writer) -> None:
    directory = attention_model(changes={"decoding": {"prior_weight": 2.0}})
    with pytest.raises(ModelError, match="between 0 and 1"):
        Recognizer.load(directory)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Recognizer.load(attention_model(), prior_weight=-1.0)


@pytest.mark.parametrize("weight", [-0.1, 1.1, math.nan, math.inf])
@pytest.mark.parametrize("name", ["ctc_weight", "second_look", "prior_weight"])
def test_a_weight_is_between_0_and_1(attention_model: Writer, name: str, weight: float) -> None:
    description = ModelDescription.open(attention_model())
    assert getattr(replace(description, **{name: 0.5}), name) == 0.5
    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(description, **{name: weight})


def test_only_what_is_used_is_asked_of_the_encoder(attention_model: Writer, ctc_model: Writer) -> None:
    description = ModelDescription.open(attention_model())
    assert description.encoder_outputs == ["context", "projected"]
    assert replace(description, ctc_weight=0.1).encoder_outputs == ["context", "projected", "ctc_log_probs"]
    rows = np.full((2, 3), 1 / 3)
    ctc = ModelDescription.open(ctc_model(dark=rows, bright=rows))
    assert ctc.encoder_outputs == ["ctc_log_probs"]
    assert replace(ctc, turn_head=ctc.encoder).encoder_outputs == ["ctc_log_probs", "context"]
