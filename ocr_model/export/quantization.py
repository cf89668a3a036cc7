"""An int8 copy of an exported encoder, for processors that multiply bytes faster than floats.

The residual network, nearly all of the arithmetic, computes in int8 with scales measured on crops (static quantisation,
Jacob et al., CVPR 2018); the LSTMs keep their weights in int8 and scale their input at run time. The localization
network stays in single precision, because an error there moves the whole line. So does the first convolution, whose
single grey channel gains nothing.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnx
from onnx import TensorProto, numpy_helper
from onnxruntime.quantization import (
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from ocr_model.reading.arrays import Floats

LAYERS = ("Conv", "Add", "MaxPool", "Relu")
"""Operators of the residual network; those between convolutions too, so that it stays in int8 all along."""

PERCENTILE = 99.99
"""Of the activations between layers: the scales span this share of them and cut off rare outliers. With the whole span
the features are a fifth farther from those in single precision."""


def quantize_encoder(encoder: Path, out: Path, pictures: Sequence[Floats]) -> None:
    """Write an int8 copy of an encoder.

    Args:
        encoder: graph of an exported model, weights in half or single precision.
        out: file to write.
        pictures: about a hundred typical inputs, (1, channels, height, width) float32 in -1..1; they set the scales of
            the values between the layers.

    Raises:
        ValueError: no pictures.
    """
    if not pictures:
        raise ValueError("int8 needs pictures to measure its scales on")
    with tempfile.TemporaryDirectory() as scratch:
        ready, layers = Path(scratch) / "ready.onnx", Path(scratch) / "layers.onnx"
        kept = prepare_graph(encoder, ready)
        first = next(n.name for n in onnx.load(str(ready)).graph.node if n.op_type == "Conv" and n.name not in kept)
        quantize_layers(ready, layers, pictures, LAYERS, [*kept, first])
        quantize_dynamic(str(layers), str(out), op_types_to_quantize=["LSTM"], per_channel=True)


def prepare_graph(encoder: Path, out: Path) -> list[str]:
    """Write the graph in single precision with known shapes; returns the names of the nodes that locate the line."""
    model = onnx.load(str(encoder))
    restore_single(model)
    with tempfile.TemporaryDirectory() as scratch:
        single = Path(scratch) / "single.onnx"
        onnx.save(model, str(single))
        quant_pre_process(str(single), str(out), skip_symbolic_shape=True)
    return [node.name for node in onnx.load(str(out)).graph.node if "localization" in node.name]


def quantize_layers(
    graph: Path, out: Path, pictures: Sequence[Floats], operators: Sequence[str], kept: Sequence[str]
) -> None:
    """Static int8 of some operators, weights scaled per channel; the nodes `kept` stay in single precision."""
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
        quantize_static(
            str(graph),
            str(out),
            _Pictures(pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(operators),
            nodes_to_exclude=list(kept),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"CalibPercentile": PERCENTILE},
        )


def restore_single(model: onnx.ModelProto) -> None:
    """Undo the half-precision storage in place: float16 initializers with a cast become float32 initializers."""
    graph = model.graph
    halves = {tensor.name: tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT16}
    kept = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in halves:
            half = halves[node.input[0]]
            values = numpy_helper.to_array(half).astype("float32")
            graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
            graph.initializer.remove(half)
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


class _Pictures:
    """Prepared crops one by one, with the only method of a `CalibrationDataReader` that the calibration calls."""

    def __init__(self, pictures: Sequence[Floats]) -> None:
        self._rest: Iterator[Floats] = iter(pictures)

    def get_next(self) -> dict[str, Floats] | None:
        picture = next(self._rest, None)
        return None if picture is None else {"image": picture}
