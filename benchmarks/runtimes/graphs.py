"""The shipped encoder as ONNX graphs: in single precision, and in three kinds of int8."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
from onnxruntime.quantization import quantize_dynamic

from ocr_model.export.quantization import prepare_graph, quantize_encoder, quantize_layers, restore_single
from ocr_model.reading.arrays import Floats


def write_graphs(encoder: Path, pictures: Sequence[Floats], folder: Path) -> dict[str, Path]:
    """Write the encoder in single precision and in three kinds of int8.

    `static`: the extractor's convolutions. `mixed`, which ships (`quantize_encoder`): also the operations between them,
    and the LSTMs. `dynamic`: every activation is scaled at run time. The localization network stays in single precision
    in all of them.

    Args:
        encoder: encoder of an exported model.
        pictures: pictures that calibrate the static graphs, (1, 1, H, W) each.
        folder: folder to write to.

    Returns:
        The graphs by name: single, static, mixed, dynamic.
    """
    files = {name: folder / f"{name}.onnx" for name in ("single", "static", "mixed", "dynamic")}
    model = onnx.load(str(encoder))
    restore_single(model)
    onnx.save(model, str(files["single"]))
    ready = folder / "ready.onnx"
    kept = prepare_graph(encoder, ready)
    quantize_layers(ready, files["static"], pictures, ["Conv"], kept)
    quantize_encoder(encoder, files["mixed"], pictures)
    quantize_dynamic(
        str(ready),
        str(files["dynamic"]),
        op_types_to_quantize=["Conv", "MatMul", "Gemm", "LSTM"],
        nodes_to_exclude=kept,
    )
    return files


def input_size(file: Path) -> tuple[int, int]:
    """(height, width) of a graph's pictures."""
    shape = onnx.load(str(file), load_external_data=False).graph.input[0].type.tensor_type.shape.dim
    return shape[2].dim_value, shape[3].dim_value
