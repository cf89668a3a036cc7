"""The shipped encoder on the runtimes that a CPU offers: time and accuracy on the same crops, by turns.

    python -m data_gen --recipe tags-1 --count 1500 --seed 20210801 --out var/synthetic
    python -m benchmarks.runtimes --synthetic var/synthetic [--crops real/crops] [--out docs/runtimes.md]

Every runtime encodes the same pictures; the decoder and the beam search around it are the same for all. The first crops
of the synthetic folder calibrate the static int8 graphs, the others and the real crops with their harder twins measure.
OpenVINO is optional: without the package its rows are left out, and the command says so. Its own quantiser (NNCF)
brings scikit-learn, SciPy and a dozen packages more, so OpenVINO runs an int8 graph of ONNX Runtime's quantiser.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import quantize_dynamic
from PIL import Image

from benchmarks.cases import UPRIGHT, load_cases
from ocr_model.codes.text import match_key
from ocr_model.export.quantization import prepare_graph, quantize_encoder, quantize_layers, restore_single
from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.attention import DecoderStep, attention_beam_search
from ocr_model.reading.hypotheses import merge_spacings
from ocr_model.reading.recognizer import CHAMPION

OUTPUTS = ("context", "projected")
FLAGS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
WARM_UP = 5  # crops that every runtime reads before anything is timed

Encode = Callable[[Floats], tuple[Floats, Floats]]
"""Pictures (N, 1, H, W) to context (N, T, D) and projected context (N, T, H)."""


class RuntimeMissingError(RuntimeError):
    """A runtime cannot run here; the message says why."""


@dataclass(frozen=True)
class LabelledCrop:
    """An RGB or grey crop and what it says."""

    group: str  # "real", "twins" or "synthetic"
    text: str
    crop: Image.Image


@dataclass
class Measurement:
    """What one runtime did with one number of threads. Times in milliseconds, per crop."""

    name: str
    file: Path
    encode: list[float] = field(default_factory=list)  # wall clock of the encoder
    read: list[float] = field(default_factory=list)  # wall clock of picture to text
    cpu: list[float] = field(default_factory=list)  # processor time of the encoder, all threads
    texts: list[str] = field(default_factory=list)

    @property
    def megabytes(self) -> float:
        """Size of the encoder's file."""
        return self.file.stat().st_size / 1e6


# --- Crops ---


def load_folder(folder: Path) -> list[LabelledCrop]:
    """Crops of a folder with labels.tsv (columns file, text)."""
    with (folder / "labels.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    crops = []
    for row in rows:
        with Image.open(folder / row["file"]) as image:
            crops.append(LabelledCrop("synthetic", row["text"], image.convert("L")))
    return crops


def load_real(crops: Path) -> list[LabelledCrop]:
    """Every labelled folder below `crops`, upright, and the harder twins; the turned ones test no encoder."""
    return [
        LabelledCrop("real" if case.kind == UPRIGHT else "twins", case.text, case.crop)
        for case in load_cases(crops, quick=False)
        if not case.kind.startswith("turned")
    ]


def prepare(crop: Image.Image, size: tuple[int, int]) -> Floats:
    """A crop as the encoder wants it, (1, 1, H, W) in -1..1, resized as serving resizes; `size` is (width, height)."""
    small = crop.convert("L").resize(size, Image.Resampling.BILINEAR)
    return (np.asarray(small, dtype=np.float32)[None, None] / 255.0 - 0.5) / 0.5


# --- Graphs ---


def write_graphs(encoder: Path, pictures: Sequence[Floats], folder: Path) -> dict[str, Path]:
    """Write the encoder in single precision and in three kinds of int8.

    `static`: the extractor's convolutions. `mixed`: what ships (`quantize_encoder`): also what lies between them, and
    the LSTMs. `dynamic`: every activation is scaled as it comes. What locates the line stays in single precision in all
    of them.

    Args:
        encoder: of an exported model.
        pictures: that calibrate the static graphs, (1, 1, H, W) each.
        folder: to write to.

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


# --- Runtimes ---


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


def open_runtimes(graphs: dict[str, Path], threads: int) -> tuple[list[tuple[str, Path, Encode]], list[str]]:
    """Everything that runs here, the shipped way first, and one sentence for each that does not."""
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
            encode(np.zeros((1, 1, *_input_size(file)), np.float32))
        except Exception as error:  # runtimes refuse a graph with types of their own; the reason goes into the report
            missing.append(f"{name}: left out, {' '.join(str(error).split())[:160]}")
            continue
        opened.append((name, file, encode))
    return opened, missing


def _input_size(file: Path) -> tuple[int, int]:
    """(height, width) that a graph wants."""
    shape = onnx.load(str(file), load_external_data=False).graph.input[0].type.tensor_type.shape.dim
    return shape[2].dim_value, shape[3].dim_value


class Decoder:
    """The exported decoder step, and the beam search around it."""

    def __init__(self, directory: Path, *, beam: int) -> None:
        description = json.loads((directory / "model.json").read_text(encoding="utf-8"))
        self.charset: str = description["charset"]
        self.size = (int(description["input"]["width"]), int(description["input"]["height"]))
        self._max_length, self._beam = int(description["max_length"]), beam
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file = directory / description["files"]["decoder"]
        self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def read(self, context: Floats, projected: Floats) -> str:
        """The most probable text of one crop: context (1, T, D), projected (1, T, H)."""
        found = attention_beam_search(
            self._step(context, projected),
            crops=1,
            hidden_size=int(projected.shape[-1]),
            charset=self.charset,
            max_length=self._max_length,
            beam=self._beam,
        )
        return merge_spacings(found[0], 1)[0].text

    def _step(self, context: Floats, projected: Floats) -> DecoderStep:
        def step(crops: Integers, tokens: Integers, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
            log_probs, hidden, cell = self._session.run(
                ["log_probs", "hidden_out", "cell_out"],
                {
                    "context": context[crops],
                    "projected": projected[crops],
                    "hidden": hidden,
                    "cell": cell,
                    "token": tokens,
                },
            )
            return log_probs, hidden, cell

        return step


# --- Measuring ---


def measure_accuracy(
    runtimes: Sequence[tuple[str, Path, Encode]], decoder: Decoder, crops: Sequence[LabelledCrop]
) -> list[Measurement]:
    """Read every crop once with every runtime."""
    results = [Measurement(name, file) for name, file, _ in runtimes]
    for crop in crops:
        pixels = prepare(crop.crop, decoder.size)
        for result, (_, _, encode) in zip(results, runtimes, strict=True):
            result.texts.append(decoder.read(*encode(pixels)))
    return results


def measure_time(
    runtimes: Sequence[tuple[str, Path, Encode]], decoder: Decoder, crops: Sequence[LabelledCrop], *, seconds: float
) -> list[Measurement]:
    """Read crops by turns, the order reversed after each crop, until `seconds` are over or all crops are read."""
    results = [Measurement(name, file) for name, file, _ in runtimes]
    for crop in crops[:WARM_UP]:
        for _, _, encode in runtimes:
            decoder.read(*encode(prepare(crop.crop, decoder.size)))
    turns = list(zip(results, runtimes, strict=True))
    stop = time.monotonic() + seconds
    for crop in crops:
        turns.reverse()
        for result, (_, _, encode) in turns:
            began = time.perf_counter()
            pixels = prepare(crop.crop, decoder.size)
            prepared, spent = time.perf_counter(), time.process_time()
            context, projected = encode(pixels)
            spent, encoded = time.process_time() - spent, time.perf_counter()
            decoder.read(context, projected)
            result.read.append((time.perf_counter() - began) * 1000)
            result.encode.append((encoded - prepared) * 1000)
            result.cpu.append(spent * 1000)
        if time.monotonic() >= stop:
            break
    return results


def cpu_flags() -> str:
    """The processor and which of the instructions that matter here it has."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return f"{platform.machine()}, {os.cpu_count()} cores"
    lines = {
        key.strip(): value.strip()
        for key, _, value in (line.partition(":") for line in cpuinfo.read_text(encoding="utf-8").splitlines())
    }
    there = set(lines.get("flags", lines.get("Features", "")).split())
    named = ", ".join(f"{flag} {'yes' if flag in there else 'no'}" for flag in FLAGS)
    return f"{lines.get('model name', platform.machine())}, {os.cpu_count()} cores; {named}"


def exact(measurement: Measurement, crops: Sequence[LabelledCrop], group: str) -> tuple[int, int]:
    """(right, all) of a group of crops, exact match on A-Z0-9."""
    pairs = [(crop, text) for crop, text in zip(crops, measurement.texts, strict=True) if crop.group == group]
    return sum(match_key(crop.text) == match_key(text) for crop, text in pairs), len(pairs)


def table(accuracy: Sequence[Measurement], times: dict[int, list[Measurement]], crops: Sequence[LabelledCrop]) -> str:
    """The comparison as a Markdown table; ratios are to the first row of the same column."""
    groups = [group for group in ("real", "twins", "synthetic") if any(crop.group == group for crop in crops)]
    heads = ["runtime", "encoder MB", *groups, "texts unlike the first row's"]
    for threads in times:
        plural = "s" if threads > 1 else ""
        heads += [f"encoder ms, {threads} thread{plural}", "ratio", f"reading ms, {threads} thread{plural}"]
    if 1 in times:
        heads.append("encoder CPU ms, 1 thread")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for at, result in enumerate(accuracy):
        cells = [result.name, f"{result.megabytes:.1f}"]
        for group in groups:
            right, total = exact(result, crops, group)
            cells.append(f"{right}/{total}")
        unlike = sum(match_key(a) != match_key(b) for a, b in zip(result.texts, accuracy[0].texts, strict=True))
        cells.append(str(unlike))
        for some in times.values():
            first, this = statistics.median(some[0].encode), statistics.median(some[at].encode)
            cells += [f"{this:.2f}", f"{this / first:.2f}", f"{statistics.median(some[at].read):.2f}"]
        if 1 in times:
            cells.append(f"{statistics.median(times[1][at].cpu):.2f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.runtimes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    real = os.environ.get("REAL_CROPS")
    parser.add_argument("--crops", type=Path, default=Path(real) if real else None, help="default: $REAL_CROPS")
    parser.add_argument("--synthetic", type=Path, required=True, help="folder with labels.tsv")
    parser.add_argument("--calibrate", type=int, default=300, help="crops of it that calibrate int8; not measured on")
    parser.add_argument("--model", type=Path, default=CHAMPION, help="exported model")
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20.0, help="of timing per number of threads")
    parser.add_argument("--keep", type=Path, help="folder that keeps the graphs")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    args = parser.parse_args(arguments)
    synthetic = load_folder(args.synthetic)
    if len(synthetic) <= args.calibrate:
        print(f"{args.synthetic} holds {len(synthetic)} crops; more than --calibrate are needed", file=sys.stderr)
        return 2
    decoder = Decoder(args.model, beam=args.beam)
    measured = synthetic[args.calibrate :]
    if args.crops is not None and args.crops.is_dir():
        measured = load_real(args.crops) + measured
    else:
        print("no real crops: set REAL_CROPS to a folder of folders with labels.tsv", file=sys.stderr)
    description = json.loads((args.model / "model.json").read_text(encoding="utf-8"))
    pictures = [prepare(crop.crop, decoder.size) for crop in synthetic[: args.calibrate]]
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        graphs = write_graphs(args.model / description["files"]["encoder"], pictures, folder)
        runtimes, missing = open_runtimes(graphs, max(args.threads))
        accuracy = measure_accuracy(runtimes, decoder, measured)
        del runtimes
        times = {}
        for threads in args.threads:
            runtimes, _ = open_runtimes(graphs, threads)
            times[threads] = measure_time(runtimes, decoder, measured, seconds=args.seconds)
        text = f"{cpu_flags()}\n\n{table(accuracy, times, measured)}"
        text += "".join(f"\n{sentence}\n" for sentence in missing)
    print(text)
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
