"""Keeps the readings of synthetic crops in a folder, so that a run that was interrupted goes on where it was.

One file holds a hundred crops. Its name is a hash of what the readings depend on, the model, the code that reads, the
recipe and the way to read, so a file of another run is never taken for one of this.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_gen.recipe import load_recipe
from ocr_model.export.readings import Readings
from ocr_model.reading.calibration import reading_digest
from ocr_model.reading.recognizer import CHAMPION

_PARTS = ("confidence", "correct", "has_text", "joint")


def sources_digest(model: Path | None, recipe: str | None) -> str:
    """Hash of what readings depend on: the model, the code that reads, and the recipe as this machine draws it.

    Raises:
        OSError: the model cannot be read.
        RecipeError: there is no such recipe.
    """
    digest = hashlib.sha256()
    digest.update(((model or CHAMPION) / "model.json").read_bytes())  # it has the hashes of the graphs
    digest.update(reading_digest().encode())
    digest.update(b"" if recipe is None else load_recipe(recipe).digest.encode())
    return digest.hexdigest()


class KeptReadings:
    """The readings of one plan.

    Args:
        folder: of the files; made when the first one is written.
        model: folder of the model; the champion if None.
        recipe: name or path; None for lines of whole tags.
        others: what else the readings depend on; its `repr` counts.

    Raises:
        OSError: the model cannot be read.
        RecipeError: there is no such recipe.
    """

    def __init__(self, folder: Path, model: Path | None, recipe: str | None, others: object) -> None:
        digest = hashlib.sha256(f"{sources_digest(model, recipe)} {others!r}".encode())
        self._folder, self._name = folder, digest.hexdigest()[:32]

    def load(self, indices: range) -> list[Readings] | None:
        """The readings of some crops in each way; None if they are not kept, or the file is damaged."""
        try:
            with np.load(self._file(indices), allow_pickle=False) as arrays:
                ways = len(arrays.files) // len(_PARTS)
                return [Readings(*(arrays[f"{part}_{at}"] for part in _PARTS)) for at in range(ways)]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def save(self, indices: range, readings: Sequence[Readings]) -> None:
        """Keep the readings of some crops in each way.

        Raises:
            OSError: the file cannot be written.
        """
        file = self._file(indices)
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        with unfinished.open("wb") as stream:
            np.savez(
                stream,
                **{f"{part}_{at}": getattr(found, part) for at, found in enumerate(readings) for part in _PARTS},
            )
        unfinished.replace(file)

    def _file(self, indices: range) -> Path:
        return self._folder / f"{self._name}-{indices.start}-{indices.stop}.npz"
