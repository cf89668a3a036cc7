"""Exports the network that reads Korean words, in single precision and in int8."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from ocr_model.export.quantization import LAYERS, prepare_graph, quantize_layers
from ocr_model.tags.korean_model import HEIGHT, SYLLABLES
from ocr_model.training.korean.network import KoreanNetwork

_EXAMPLE_WIDTH = 128


def export_korean(network: KoreanNetwork, alphabet: str, file: Path) -> None:
    """Write the network as a graph in single precision.

    Args:
        network: in evaluation mode.
        alphabet: syllables with a class of their own; they go into the graph's metadata.
        file: to write.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this exporter is the older one, as in `graphs`
        torch.onnx.export(
            network.to(memory_format=torch.contiguous_format),
            (torch.zeros(2, 1, HEIGHT, _EXAMPLE_WIDTH),),
            str(file),
            input_names=["image"],
            output_names=["scores"],
            dynamic_axes={"image": {0: "count", 3: "width"}, "scores": {0: "count", 1: "columns"}},
            opset_version=17,
            dynamo=False,
        )
    _note(file, alphabet)


def quantize_korean(single: Path, file: Path, alphabet: str, lines: Sequence[NDArray[np.uint8]]) -> None:
    """Write the graph again, its convolutions in int8 but for the first, whose single grey channel gains nothing.

    Args:
        single: the graph in single precision.
        file: to write.
        alphabet: see `export_korean`.
        lines: (32, W) each; they set the scales of the values between the layers.
    """
    # The scales are measured on pictures of one size.
    fitted = [np.pad(line, ((0, 0), (0, max(0, _EXAMPLE_WIDTH - line.shape[1]))), mode="edge") for line in lines]
    pictures = [(line[None, None, :, :_EXAMPLE_WIDTH] * np.float32(2 / 255) - 1).astype(np.float32) for line in fitted]
    with tempfile.TemporaryDirectory() as scratch:
        ready = Path(scratch) / "ready.onnx"
        prepare_graph(single, ready)
        first = next(node.name for node in onnx.load(str(ready)).graph.node if node.op_type == "Conv")
        quantize_layers(ready, file, pictures, LAYERS, [first])
    _note(file, alphabet)


def _note(file: Path, alphabet: str) -> None:
    model = onnx.load(str(file))
    onnx.helper.set_model_props(model, {SYLLABLES: alphabet})
    onnx.save(model, str(file))
