"""All runtimes on the same crops, from graphs to table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.runtimes.crops import LabelledCrop
from benchmarks.runtimes.decoder import Decoder, prepare
from benchmarks.runtimes.graphs import write_graphs
from benchmarks.runtimes.measurement import measure_accuracy, measure_time
from benchmarks.runtimes.runtime import open_runtimes
from benchmarks.runtimes.table import cpu_flags, table


def compare(
    model: Path,
    calibrating: Sequence[LabelledCrop],
    measured: Sequence[LabelledCrop],
    folder: Path,
    *,
    threads: Sequence[int],
    beam: int,
    seconds: float,
) -> str:
    """Measure every runtime that runs here.

    Args:
        model: directory of an exported model.
        calibrating: crops that calibrate the static int8 graphs.
        measured: crops that are read.
        folder: for the graphs.
        threads: numbers of threads to time with, one after the other.
        beam: beam of the decoder.
        seconds: seconds of timing per number of threads.

    Returns:
        Processor, table, and the runtimes that were left out, as Markdown.
    """
    decoder = Decoder(model, beam=beam)
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    pictures = [prepare(crop.crop, decoder.size) for crop in calibrating]
    graphs = write_graphs(model / description["files"]["encoder"], pictures, folder)
    runtimes, missing = open_runtimes(graphs, max(threads))
    accuracy = measure_accuracy(runtimes, decoder, measured)
    del runtimes
    times = {}
    for count in threads:
        runtimes, _ = open_runtimes(graphs, count)
        times[count] = measure_time(runtimes, decoder, measured, seconds=seconds)
    return f"{cpu_flags()}\n\n{table(accuracy, times, measured)}" + "".join(f"\n{line}\n" for line in missing)
