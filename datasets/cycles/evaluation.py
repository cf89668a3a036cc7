"""The stage in which champion and challenger read the same crops."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from datasets.cycles.decision import Decision, decide
from datasets.cycles.evaluation_sets import CropReading, FrozenSet, find_examples, is_right, pair, read_set
from datasets.cycles.report import Example
from datasets.cycles.settings import CycleSettings
from datasets.cycles.watch import CycleWatch
from datasets.objects.folder import write_whole

CHAMPION, CHALLENGER = "champion", "challenger"
SetReadings = Mapping[str, Sequence[CropReading]]
"""Readings of one set by model."""


def read_sets(
    sets: Sequence[FrozenSet], models: Mapping[str, Path], saved: Path, threads: int, watch: CycleWatch
) -> list[SetReadings]:
    """Let both models read all sets; sets that a stopped cycle has read are not read again.

    Args:
        sets: the sets to read.
        models: folder of each model, by `CHAMPION` and `CHALLENGER`.
        saved: file of the readings so far.
        threads: threads per reading.
        watch: called with the progress.

    Returns:
        The readings of each set.
    """
    known: dict[str, list[list[Any]]] = json.loads(saved.read_text(encoding="utf-8")) if saved.is_file() else {}
    total, done = sum(len(crops.crops) for crops in sets) * len(models), 0
    found: list[SetReadings] = []
    for crops in sets:
        by_model: dict[str, list[CropReading]] = {}
        for name, model in models.items():
            key = f"{crops.digest} {hashlib.sha256((model / 'model.json').read_bytes()).hexdigest()}"
            if key not in known:
                tell = partial(_tell, watch, f"{name} reads {crops.name}", done, total)
                readings = read_set(model, crops, threads=threads, on_progress=tell)
                known[key] = [[reading.text, reading.confidence] for reading in readings]
                write_whole(saved, json.dumps(known).encode())
            done += len(crops.crops)
            by_model[name] = [CropReading(*row) for row in known[key]]
        found.append(by_model)
    return found


def judge(
    sets: Sequence[FrozenSet], readings: Sequence[SetReadings], settings: CycleSettings
) -> tuple[Decision, list[Example]]:
    """Decide from the readings of all sets, the holdout first; and crops that show the difference."""
    compared, examples = [], []
    for crops, read in zip(sets, readings, strict=True):
        models = (read[CHAMPION], read[CHALLENGER])
        compared.append(pair(crops, *models, smallest=settings.evaluation.smallest_slice))
        examples += find_examples(crops, *models)
    (holdout, slices), *others = compared
    rest = [*slices, *(paired for whole, parts in others for paired in (whole, *parts))]
    return decide(holdout, rest, settings.rules), examples


def calibration_errors(crops: FrozenSet, readings: SetReadings) -> dict[str, dict[str, float]]:
    """The expected calibration error of each model on a set, 0..1, by the set's name; {} if it is empty."""
    from ocr_model.export.confidence_figures import expected_calibration_error

    if not crops.crops:
        return {}
    errors = {}
    for model, read in readings.items():
        right = [is_right(reading, crop, crops.domain) for reading, crop in zip(read, crops.crops, strict=True)]
        error = expected_calibration_error([reading.confidence for reading in read], right, resamples=1)
        errors[model] = round(error.value, 4)
    return {crops.name: errors}


def _tell(watch: CycleWatch, message: str, before: int, total: int, read: int) -> None:
    watch.tell("evaluate", before + read, total, message)
