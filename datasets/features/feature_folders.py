"""Where the features of a spool's crops are, and what was computed of them last."""

from __future__ import annotations

from pathlib import Path

from datasets.features.feature_files import FeatureFiles
from datasets.features.neighbours import NeighbourTable
from datasets.features.survey import Survey


def features_folder(spool: Path) -> Path:
    """Where the features of a spool's crops are, a folder for each model: beside the index, which is derived, too."""
    return spool / "local" / "features"


def files_of(spool: Path, encoder: str, size: int) -> FeatureFiles:
    """The files of one encoder's features.

    Args:
        spool: folder of the store.
        encoder: name of the encoder.
        size: numbers of a vector.
    """
    return FeatureFiles(features_folder(spool) / f"{encoder}-{size}", size)


def present_files(spool: Path) -> FeatureFiles | None:
    """The features of the model that knows most crops, the last one of equals; None if there are none.

    While another model's features are being made, those of the one before thus go on to answer.
    """
    found = []
    for folder in model_folders(spool):
        _, _, size = folder.name.rpartition("-")
        if size.isdecimal():
            files = FeatureFiles(folder, int(size))
            found.append((len(files), folder.stat().st_mtime, files))
    best = max(found, key=lambda entry: entry[:2], default=None)
    return best[2] if best is not None and best[0] else None


def neighbours_of(files: FeatureFiles) -> NeighbourTable:
    """The table of neighbours as it was written last; empty if there is none."""
    return NeighbourTable.load(files.folder / "neighbours.npz")


def survey_of(files: FeatureFiles) -> Survey | None:
    """The lists as they were written last; None if there are none."""
    return Survey.load(survey_file(files))


def survey_file(files: FeatureFiles) -> Path:
    """Where the lists are kept."""
    return files.folder / "survey.json"


def model_folders(spool: Path) -> list[Path]:
    """The folders of all models."""
    try:
        return [folder for folder in features_folder(spool).iterdir() if folder.is_dir()]
    except OSError:
        return []
