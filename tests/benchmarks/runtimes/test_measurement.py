"""Graphs in int8 agree with the one they come from, and the table says so."""

from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="onnx is not installed (`make test-setup`)")

from benchmarks.runtimes.crops import load_folder
from benchmarks.runtimes.decoder import Decoder
from benchmarks.runtimes.measurement import measure_accuracy, measure_time
from benchmarks.runtimes.runtime import Runtime, onnx_runtime
from benchmarks.runtimes.table import exact, table
from ocr_model.reading.recognizer import CHAMPION, Recognizer


def test_every_graph_reads_and_the_table_says_so(folder: Path, graphs: dict[str, Path]) -> None:
    crops, decoder = load_folder(folder), Decoder(CHAMPION, beam=2)
    opened = [Runtime(name, file, onnx_runtime(file, 1, spin=False)) for name, file in graphs.items()]
    accuracy = measure_accuracy(opened, decoder, crops)
    single = accuracy[0]
    reader = Recognizer.load(threads=1, beam=2, prior_weight=0.0, precision="single")
    assert single.texts == [reader.read(crop.crop, find_turn=False).text for crop in crops]
    for other in accuracy[1:]:
        assert sum(a == b for a, b in zip(single.texts, other.texts, strict=True)) >= len(crops) - 1
    assert graphs["mixed"].stat().st_size < 0.6 * graphs["single"].stat().st_size
    text = table(accuracy, {1: measure_time(opened, decoder, crops, seconds=0.0)}, crops)
    right, total = exact(single, crops, "synthetic")
    assert total == len(crops)
    assert f"| single | {single.megabytes:.1f} | {right}/{total} | 0 |" in text
    assert text.count("\n") == 2 + len(graphs)
