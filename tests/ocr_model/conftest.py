"""Tiny models with known probabilities, in the layout of an exported model.

The attention model reads a dark picture by one table of probabilities and a bright one by another; a table
says for each position and last character how probable the next one is. So every text, its confidence and its
end can be computed by hand.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ocr_model.codes.text import CHARSET

END = "<end>"

# Position and last character ("" at the start) -> next character or END -> probability.
Table = Mapping[tuple[int, str], Mapping[str, float]]

DARK: Table = {
    (0, ""): {"A": 0.9, "B": 0.1},
    (1, "A"): {"1": 0.8, "I": 0.2},
    (1, "B"): {"1": 1.0},
    (2, "1"): {END: 0.95, "7": 0.05},
    (2, "I"): {END: 1.0},
    (3, "7"): {END: 1.0},
}
BRIGHT: Table = {(0, ""): {END: 0.97, "1": 0.03}, (1, "1"): {END: 1.0}}


def _log(probabilities: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        return np.log(probabilities).astype(np.float32)


def _rows(table: Table, positions: int, charset: str) -> NDArray[np.float64]:
    classes = {END: 1, **{character: at for at, character in enumerate(charset, start=2)}}
    rows = np.zeros((positions, 2 + len(charset), 2 + len(charset)))
    rows[:, :, 1] = 1.0  # what no table mentions ends
    for (position, last), following in table.items():
        row = rows[position, classes[last] if last else 0]
        row[:] = 0.0
        for character, probability in following.items():
            row[classes[character]] = probability
    return rows


def _value(name: str, kind: int, shape: list[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: Mapping[str, NDArray[Any]],
) -> None:
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


_BRIGHTNESS = [
    helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
]
_IMAGE: list[int | str] = ["N", 1, 8, 16]


def write_attention_model(
    directory: Path,
    *,
    dark: Table = DARK,
    bright: Table = BRIGHT,
    max_length: int = 6,
    charset: str = CHARSET,
    changes: Mapping[str, Any] | None = None,
    looks_at_top: bool = False,
    ctc: NDArray[np.float64] | None = None,
) -> Path:
    """Write a model of 16 x 8 pixels.

    Args:
        directory: to write to.
        dark: what it reads in a dark picture.
        bright: what it reads in a bright picture.
        max_length: characters of the longest text.
        charset: characters by class.
        changes: laid over model.json.
        looks_at_top: whether only the brightness of the upper half counts.
        ctc: probabilities (T, 1 + len(charset)) that its CTC output has for any picture; None for no such output.
    """
    directory.mkdir(parents=True, exist_ok=True)
    positions, classes = max_length + 1, 2 + len(charset)
    rows = np.stack([_rows(dark, positions, charset), _rows(bright, positions, charset)])
    floating, integer = TensorProto.FLOAT, TensorProto.INT64
    ctc_nodes, ctc_outputs, ctc_constants = [], [], {}
    if ctc is not None:
        ctc_nodes = [
            helper.make_node("Mul", ["context", "nothing"], ["zeros"]),
            helper.make_node("Add", ["zeros", "columns"], ["ctc_log_probs"]),
        ]
        ctc_outputs = [_value("ctc_log_probs", floating, ["N", len(ctc), 1 + len(charset)])]
        ctc_constants = {"nothing": np.zeros((), dtype=np.float32), "columns": _log(ctc)[None]}
    _save(
        directory / "encoder.onnx",
        [
            helper.make_node("Slice", ["image", "first_row", "last_row", "height_axis"], ["seen"]),
            helper.make_node("ReduceMean", ["seen"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Reshape", ["mean", "one_column"], ["context"]),
            helper.make_node("Concat", ["context", "context"], ["projected"], axis=2),
            *ctc_nodes,
        ],
        [_value("image", floating, _IMAGE)],
        [_value("context", floating, ["N", 1, 1]), _value("projected", floating, ["N", 1, 2]), *ctc_outputs],
        {
            "one_column": np.array([-1, 1, 1]),
            "first_row": np.array([0]),
            "last_row": np.array([4 if looks_at_top else 8]),
            "height_axis": np.array([2]),
            **ctc_constants,
        },
    )
    _save(
        directory / "decoder.onnx",
        [
            helper.make_node("Reshape", ["context", "flat"], ["brightness"]),
            helper.make_node("Greater", ["brightness", "zero"], ["is_bright"]),
            helper.make_node("Cast", ["is_bright"], ["which"], to=integer),
            helper.make_node("Gather", ["hidden", "first"], ["steps"], axis=1),
            helper.make_node("Cast", ["steps"], ["position"], to=integer),
            helper.make_node("Mul", ["which", "positions"], ["table"]),
            helper.make_node("Add", ["table", "position"], ["page"]),
            helper.make_node("Mul", ["page", "classes"], ["base"]),
            helper.make_node("Add", ["base", "token"], ["row"]),
            helper.make_node("Gather", ["rows", "row"], ["log_probs"], axis=0),
            helper.make_node("Add", ["hidden", "step"], ["hidden_out"]),
            helper.make_node("Identity", ["cell"], ["cell_out"]),
        ],
        [
            _value("context", floating, ["N", 1, 1]),
            _value("projected", floating, ["N", 1, 2]),
            _value("hidden", floating, ["N", 2]),
            _value("cell", floating, ["N", 2]),
            _value("token", integer, ["N"]),
        ],
        [
            _value("log_probs", floating, ["N", classes]),
            _value("hidden_out", floating, ["N", 2]),
            _value("cell_out", floating, ["N", 2]),
        ],
        {
            "flat": np.array([-1]),
            "zero": np.zeros((), dtype=np.float32),
            "first": np.array(0),
            "positions": np.array(positions),
            "classes": np.array(classes),
            "step": np.ones((), dtype=np.float32),
            "rows": _log(rows.reshape(-1, classes)),
        },
    )
    return _describe(directory, "Attn", ("encoder", "decoder"), charset, max_length, changes)


def write_ctc_model(
    directory: Path, *, dark: NDArray[np.float64], bright: NDArray[np.float64], charset: str = "AB"
) -> Path:
    """Write a CTC model; `dark` and `bright` are probabilities (T, 1 + len(charset))."""
    directory.mkdir(parents=True, exist_ok=True)
    _save(
        directory / "encoder.onnx",
        [
            *_BRIGHTNESS,
            helper.make_node("Greater", ["mean", "zero"], ["is_bright"]),
            helper.make_node("Cast", ["is_bright"], ["which"], to=TensorProto.INT64),
            helper.make_node("Gather", ["columns", "which"], ["ctc_log_probs"], axis=0),
        ],
        [_value("image", TensorProto.FLOAT, _IMAGE)],
        [_value("ctc_log_probs", TensorProto.FLOAT, ["N", len(dark), 1 + len(charset)])],
        {"zero": np.zeros((), dtype=np.float32), "columns": _log(np.stack([dark, bright]))},
    )
    return _describe(directory, "CTC", ("encoder",), charset, 6, None)


def _describe(
    directory: Path,
    prediction: str,
    parts: tuple[str, ...],
    charset: str,
    max_length: int,
    changes: Mapping[str, Any] | None,
) -> Path:
    files = {part: f"{part}.onnx" for part in parts}
    description = {
        "name": "tiny",
        "version": "1",
        "architecture": f"None-None-None-{prediction}",
        "prediction": prediction,
        "charset": charset,
        "input": {"channels": 1, "height": 8, "width": 16},
        "max_length": max_length,
        "calibration": {"temperature": 1.0},
        "card": {},
        "files": files,
        "sha256": {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in files.values()},
        **(changes or {}),
    }
    (directory / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return directory


@pytest.fixture
def attention_model(tmp_path: Path) -> Callable[..., Path]:
    """Writes an attention model into a fresh folder and returns it."""

    def write(**options: Any) -> Path:
        return write_attention_model(tmp_path / "attention", **options)

    return write


@pytest.fixture
def ctc_model(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CTC model into a fresh folder and returns it."""

    def write(**options: Any) -> Path:
        return write_ctc_model(tmp_path / "ctc", **options)

    return write
