"""Feature vectors that people brought in: kept beside the crops by name, and found again by crop.

They cannot be computed anew, as those of models can, so they are not among these, and nothing removes them when models
change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datasets.features.feature_files import FeatureFiles, digest_at, is_blank, row_of
from datasets.objects.folder import locked, make_folder
from datasets.samples.store import SampleStore

_NAME = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}\Z")


def is_own_name(text: str) -> bool:
    """Whether a text can name vectors: a plain word."""
    return _NAME.match(text) is not None


def own_folder(spool: Path) -> Path:
    """Where they are: a folder for each name and size."""
    return spool / "local" / "own-features"


def own_files(spool: Path, name: str) -> list[FeatureFiles]:
    """The files of a name, one for each size of its vectors."""
    found = []
    for folder in sorted(own_folder(spool).glob(f"{name}-*")):
        stem, _, size = folder.name.rpartition("-")
        if stem == name and size.isdecimal():
            found.append(FeatureFiles(folder, int(size)))
    return found


def own_names(spool: Path) -> list[str]:
    """The names that there are."""
    try:
        folders = [folder.name for folder in own_folder(spool).iterdir() if folder.is_dir()]
    except OSError:
        return []
    return sorted({name.rpartition("-")[0] for name in folders if name.rpartition("-")[2].isdecimal()})


def keep_own(spool: Path, name: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep vectors of crops, by digest; on the disk when this returns. A crop that has one already keeps that.

    Args:
        spool: folder of the store.
        name: a plain word.
        vectors: of length 1, all of one size.

    Raises:
        StoreError: they cannot be written.
    """
    sizes = {len(vector) for vector in vectors.values()}
    for size in sizes:
        files = FeatureFiles(own_folder(spool) / f"{name}-{size}", size)
        make_folder(files.folder)
        with locked(files.folder / "lock"):
            crops = files.crops()
            new = {
                digest: vector
                for digest, vector in vectors.items()
                if len(vector) == size and row_of(crops, digest) is None
            }
            if new:
                files.append(list(new), np.stack(list(new.values())))


def forget_gone_own(spool: Path, store: SampleStore) -> None:
    """Forget the vectors of crops whose last label was taken back.

    Raises:
        StoreError: the index does not answer, or they cannot be written.
    """
    for name in own_names(spool):
        for files in own_files(spool, name):
            with locked(files.folder / "lock"):
                crops = files.crops()
                rows = np.flatnonzero(~is_blank(crops))
                digests = [digest_at(crops, row) for row in rows.tolist()]
                # Asked while nothing is added: a crop has its label before its vector.
                live = store.search.live_among(digests)
                gone = np.array([row for row, digest in zip(rows, digests, strict=True) if digest not in live], int)
                if len(gone):
                    files.blank(gone)
                files.compact()
