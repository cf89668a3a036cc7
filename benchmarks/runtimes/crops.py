"""Labelled crops in groups: synthetic ones, real ones, and the harder twins of these."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from benchmarks.cases import UPRIGHT, load_cases


@dataclass(frozen=True)
class LabelledCrop:
    """An RGB or grey crop and its text."""

    group: str  # "real", "twins" or "synthetic"
    text: str
    crop: Image.Image


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
