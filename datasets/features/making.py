"""Brings the features of a store up to date: vectors of new crops, neighbours, lists, maps.

A run that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.errors import BucketUnavailableError, StoreError
from datasets.features.feature_files import FeatureFiles, digest_at, is_blank
from datasets.features.feature_folders import files_of, model_folders, neighbours_of, survey_file
from datasets.features.live_labels import LiveLabels, places_among
from datasets.features.neighbours import NeighbourTable, grow
from datasets.features.own_features import forget_gone_own
from datasets.features.projection import CropMap, Dimensions, has_umap, map_file, map_files, principal_map, umap_map
from datasets.features.survey import survey
from datasets.objects.folder import locked, make_folder
from datasets.samples.store import SampleStore
from ocr_model.reading.features import FeatureEncoder

_LOG = logging.getLogger(__name__)

Stage = Literal["features", "neighbours", "lists", "map"]
OnProgress = Callable[[Stage, int, int], object]
"""Called with the stage, how much of it is done, and how much there is."""

EncodeBatches = Callable[[Iterable[Sequence[Image.Image]]], Generator[NDArray[np.float32], None, None]]
"""Gives the vectors of batches of crops, in their order, as the encoder makes them: on other processes, or on Ray."""

_AT_ONCE = 64  # crops whose vectors are written together
_ROWS_AT_ONCE = 16_384  # by which the table of neighbours grows before it is written
_KEPT_MODELS = 2  # models whose features stay: a rollback to the one before needs no new ones


@dataclass(frozen=True, slots=True)
class Made:
    """What was done."""

    crops: int  # with features now
    new: int  # of them, made now
    gone: int  # whose features were removed, because their last label was taken back
    unreadable: int  # that cannot be read, and have none


def make_features(
    store: SampleStore,
    spool: Path,
    encoder: FeatureEncoder,
    on_progress: OnProgress = lambda stage, done, total: None,
    *,
    with_umap: bool = True,
    encode: EncodeBatches | None = None,
) -> Made:
    """Bring everything up to date. Another process that does so at the same time is waited for.

    Args:
        store: the store.
        spool: its folder.
        encoder: makes the vectors.
        on_progress: see `OnProgress`.
        with_umap: whether the map is fitted with UMAP, too, where that is installed.
        encode: makes the vectors in place of the encoder, elsewhere.

    Raises:
        BucketUnavailableError: crops lie in the bucket alone, and it does not answer; what is made stays.
        StoreError: nothing can be written.
    """
    files = files_of(spool, encoder.name, encoder.size)
    make_folder(files.folder)
    with locked(files.folder / "lock"):
        labels = LiveLabels.read(store.samples(), store.domain)
        gone = _forget_gone(files, labels)
        new, unreadable = _encode_missing(store, files, labels, encode or _one_by_one(encoder), on_progress)
        table = _grow_table(files, on_progress)
        on_progress("lists", 0, 1)
        crops = files.crops()
        survey(crops, table, labels).save(survey_file(files))
        on_progress("lists", 1, 1)
        _draw_maps(files, on_progress, with_umap=with_umap)
        made = Made(int((~is_blank(crops)).sum()), new, gone, unreadable)
    _remove_old(spool, files)
    forget_gone_own(spool, store)
    return made


def _forget_gone(files: FeatureFiles, labels: LiveLabels) -> int:
    crops = files.crops()
    gone = np.flatnonzero(~is_blank(crops) & (places_among(crops, np.unique(labels.crops)) < 0))
    if len(gone):
        files.blank(gone)
    if files.compact():  # rows have other numbers
        for path in (files.folder / "neighbours.npz", *map_files(files.folder)):
            path.unlink(missing_ok=True)
    return len(gone)


def _one_by_one(encoder: FeatureEncoder) -> EncodeBatches:
    def encode(batches: Iterable[Sequence[Image.Image]]) -> Generator[NDArray[np.float32], None, None]:
        yield from map(encoder.encode, batches)

    return encode


def _encode_missing(
    store: SampleStore, files: FeatureFiles, labels: LiveLabels, encode: EncodeBatches, on_progress: OnProgress
) -> tuple[int, int]:
    """Append the vectors of crops without one. Returns how many, and how many cannot be read."""
    wanted = np.unique(labels.crops)
    missing = wanted[places_among(wanted, files.crops()) < 0]
    known, new, unreadable = len(wanted) - len(missing), 0, 0
    sent: deque[list[str]] = deque()  # digests of the batches whose vectors are still to come

    def batches() -> Iterator[list[Image.Image]]:
        nonlocal unreadable
        for first in range(0, len(missing), _AT_ONCE):
            digests, pictures = [], []
            for place in range(first, min(first + _AT_ONCE, len(missing))):
                digest = digest_at(missing, place)
                try:
                    pictures.append(store.crop(digest))
                    digests.append(digest)
                except BucketUnavailableError:
                    raise
                except StoreError as error:
                    _LOG.warning("a crop has no features: %s", error)
                    unreadable += 1
            if pictures:
                sent.append(digests)
                yield pictures

    if len(missing):
        on_progress("features", known, len(wanted))
    with contextlib.closing(encode(batches())) as made:
        for vectors in made:
            digests = sent.popleft()
            files.append(digests, vectors)
            new += len(digests)
            if known + new + unreadable < len(wanted):
                on_progress("features", known + new, len(wanted))
    on_progress("features", len(wanted), len(wanted))
    return new, unreadable


def _grow_table(files: FeatureFiles, on_progress: OnProgress) -> NeighbourTable:
    """The table of all rows; written step by step, so that little is lost when the process ends."""
    table, vectors = neighbours_of(files), files.vectors()
    if len(table) > len(vectors):
        table = NeighbourTable.empty()
    while len(table) < len(vectors):
        on_progress("neighbours", len(table), len(vectors))
        table = grow(table, vectors, min(len(vectors), len(table) + _ROWS_AT_ONCE))
        table.save(files.folder / "neighbours.npz")
    on_progress("neighbours", len(vectors), len(vectors))
    return table


def _draw_maps(files: FeatureFiles, on_progress: OnProgress, *, with_umap: bool) -> None:
    crops, vectors = files.crops(), files.vectors()
    if len(crops) < 3:
        return
    on_progress("map", 0, 3)
    principal_map(vectors, crops).save(map_file(files.folder, "pca"))
    by_umap: tuple[Dimensions, ...] = (2, 3) if with_umap and has_umap() else ()
    for done, dimensions in enumerate(by_umap, 1):
        on_progress("map", done, 3)
        path = map_file(files.folder, "umap", dimensions)
        found = umap_map(CropMap.load(path), vectors, crops, dimensions=dimensions)
        if found is not None:
            found.save(path)
    on_progress("map", 3, 3)


def _remove_old(spool: Path, present: FeatureFiles) -> None:
    """Remove the features of models that were not used for longest."""
    others = [folder for folder in model_folders(spool) if folder != present.folder]
    others.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in others[_KEPT_MODELS - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
