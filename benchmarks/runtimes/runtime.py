"""Runtimes that encode pictures on a CPU: ONNX Runtime, and OpenVINO where it is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from benchmarks.runtimes.graphs import input_size
from ocr_model.reading.arrays import Floats

OUTPUTS = ("context", "projected")

Encode = Callable[[Floats], tuple[Floats, Floats]]
"""Pictures (N, 1, H, W) to context (N, T, D) and projected context (N, T, H)."""


@dataclass(frozen=True)
class Runtime:
    """One way to run the encoder."""

    name: str
    file: Path  # of the graph
    encode: Encode


class RuntimeMissingError(RuntimeError):
    """A runtime cannot run here; the message says why."""


def onnx_runtime(file: Path, threads: int, *, spin: bool) -> Encode:
    """An encoder on ONNX Runtime. `spin`: waiting threads burn their core while a picture is being encoded."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spin else "0")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def encode(pixels: Floats) -> tuple[Floats, Floats]:
        context, projected = session.run(list(OUTPUTS), {"image": pixels})
        return context, projected

    return encode


def openvino(file: Path, threads: int, precision: str) -> Encode:
    """An encoder on OpenVINO; `precision` is "f32" or "bf16", which it takes silently where the CPU has it.

    Raises:
        RuntimeMissingError: the package is not installed.
    """
    try:
        ov: Any = importlib.import_module("openvino")
    except ImportError as error:
        raise RuntimeMissingError("openvino is not installed (`pip install openvino`)") from error
    settings: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
    }
    compiled = ov.Core().compile_model(str(file), "CPU", settings)
    request = compiled.create_infer_request()
    ports = [compiled.output(name) for name in OUTPUTS]

    def encode(pixels: Floats) -> tuple[Floats, Floats]:
        request.infer({"image": pixels})
        context, projected = (np.array(request.get_tensor(port).data) for port in ports)
        return context, projected

    return encode


def open_runtimes(graphs: dict[str, Path], threads: int) -> tuple[list[Runtime], list[str]]:
    """Every runtime that works here, the shipped one first, and one sentence for each of the others."""
    single, static, mixed, dynamic = (graphs[name] for name in ("single", "static", "mixed", "dynamic"))
    wanted: list[tuple[str, Path, Callable[[], Encode]]] = [
        ("ONNX Runtime fp32", single, lambda: onnx_runtime(single, threads, spin=False)),
        ("ONNX Runtime fp32, spinning", single, lambda: onnx_runtime(single, threads, spin=True)),
        ("ONNX Runtime int8: convolutions", static, lambda: onnx_runtime(static, threads, spin=False)),
        ("ONNX Runtime int8: convolutions, sums, LSTM", mixed, lambda: onnx_runtime(mixed, threads, spin=False)),
        ("the same, spinning", mixed, lambda: onnx_runtime(mixed, threads, spin=True)),
        ("ONNX Runtime int8, dynamic", dynamic, lambda: onnx_runtime(dynamic, threads, spin=False)),
        ("OpenVINO fp32", single, lambda: openvino(single, threads, "f32")),
        ("OpenVINO bf16", single, lambda: openvino(single, threads, "bf16")),
        ("OpenVINO int8: convolutions", static, lambda: openvino(static, threads, "f32")),
    ]
    opened, missing = [], []
    for name, file, make in wanted:
        try:
            encode = make()
            encode(np.zeros((1, 1, *input_size(file)), np.float32))
        except Exception as error:  # runtimes raise types of their own; the reason goes into the report
            missing.append(f"{name}: left out, {' '.join(str(error).split())[:160]}")
            continue
        opened.append(Runtime(name, file, encode))
    return opened, missing
