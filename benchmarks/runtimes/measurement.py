"""Accuracy and time of the runtimes on the same crops, by turns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from benchmarks.runtimes.crops import LabelledCrop
from benchmarks.runtimes.decoder import Decoder, prepare
from benchmarks.runtimes.runtime import Runtime

WARM_UP = 5  # crops that every runtime reads before anything is timed


@dataclass
class RuntimeResult:
    """Texts and times of one runtime with one number of threads. Times in milliseconds, per crop."""

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


def measure_accuracy(
    runtimes: Sequence[Runtime], decoder: Decoder, crops: Sequence[LabelledCrop]
) -> list[RuntimeResult]:
    """Read every crop once with every runtime."""
    results = [RuntimeResult(runtime.name, runtime.file) for runtime in runtimes]
    for crop in tqdm(crops, unit="crop", mininterval=1.0):
        pixels = prepare(crop.crop, decoder.size)
        for result, runtime in zip(results, runtimes, strict=True):
            result.texts.append(decoder.read(*runtime.encode(pixels)))
    return results


def measure_time(
    runtimes: Sequence[Runtime], decoder: Decoder, crops: Sequence[LabelledCrop], *, seconds: float
) -> list[RuntimeResult]:
    """Read crops by turns, the order reversed after each crop, until `seconds` are over or all crops are read."""
    results = [RuntimeResult(runtime.name, runtime.file) for runtime in runtimes]
    for crop in crops[:WARM_UP]:
        for runtime in runtimes:
            decoder.read(*runtime.encode(prepare(crop.crop, decoder.size)))
    turns = list(zip(results, runtimes, strict=True))
    stop = time.monotonic() + seconds
    for crop in crops:
        turns.reverse()
        for result, runtime in turns:
            began = time.perf_counter()
            pixels = prepare(crop.crop, decoder.size)
            prepared, spent = time.perf_counter(), time.process_time()
            context, projected = runtime.encode(pixels)
            spent, encoded = time.process_time() - spent, time.perf_counter()
            decoder.read(context, projected)
            result.read.append((time.perf_counter() - began) * 1000)
            result.encode.append((encoded - prepared) * 1000)
            result.cpu.append(spent * 1000)
        if time.monotonic() >= stop:
            break
    return results
