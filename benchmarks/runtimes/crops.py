"""Labelled crops in groups: synthetic ones, real ones, and the harder twins of these."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.cases import UPRIGHT, load_cases
from ocr_model.labelled_folder import read_labels


@dataclass(frozen=True)
class LabelledCrop:
    """An RGB or grey crop and its text."""

    group: str  # "real", "twins" or "synthetic"
    text: str
    crop: Image.Image


def load_folder(folder: Path) -> list[LabelledCrop]:
    """Crops of a labelled folder.

    Raises:
        LabelsError: its labels.tsv or a picture cannot be read.
    """
    return [LabelledCrop("synthetic", label.text, label.picture().convert("L")) for label in read_labels(folder)]


def load_real(crops: Path) -> list[LabelledCrop]:
    """Every labelled folder below `crops`, upright, and the harder twins; the turned ones test no encoder."""
    return [
        LabelledCrop("real" if case.kind == UPRIGHT else "twins", case.text, case.crop)
        for case in load_cases(crops, quick=False)
        if not case.kind.startswith("turned")
    ]
