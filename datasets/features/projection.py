"""The map: places of crops on a plane or in space, near each other where the crops look alike.

Principal components need a moment. UMAP (McInnes et al. 2018, "UMAP: Uniform Manifold Approximation and Projection")
shows groups better; it is fitted on a sample, and a further crop is placed among those of the sample that look most
like it. The sample is renewed when the crops have doubled; a place that was computed stays.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from datasets.features.derived_file import load_arrays, save_arrays
from datasets.features.feature_files import Halves, Rows, blocks, is_blank

Method = Literal["pca", "umap"]
Dimensions = Literal[2, 3]
Places = NDArray[np.float32]

# McInnes' own defaults; a seed gives the same map again, in one thread.
SEED: Final = 20220801
PARAMETERS: Final = {"n_neighbors": 15, "min_dist": 0.1, "metric": "cosine", "random_state": SEED}
_FEWEST = 30  # crops that UMAP is fitted on
_MOST_FITTED = 5000
_NEAREST = 5  # crops of the sample between which another one is placed


@dataclass(frozen=True, slots=True)
class CropMap:
    """Places of rows."""

    places: Places  # (N, 2) or (N, 3), whose first two are a map, too, if by components; NaN for blank rows
    fitted: int  # crops that it was fitted on
    name: str  # of the features and parameters that it was fitted with; "" for principal components

    @classmethod
    def load(cls, path: Path) -> CropMap | None:
        """Read a map; None if there is none, or a damaged one."""
        found = load_arrays(path)
        if found.keys() != {"places", "fitted", "name"}:
            return None
        return cls(found["places"], int(found["fitted"]), str(found["name"]))

    def save(self, path: Path) -> None:
        """Write the map whole or not at all.

        Raises:
            StoreError: it cannot be written.
        """
        save_arrays(path, places=self.places, fitted=self.fitted, name=self.name)


def map_file(folder: Path, method: Method, dimensions: Dimensions = 2) -> Path:
    """Where the map of a method is kept, beside the features that it shows; principal components have one file."""
    return folder / ("map-umap-3d.npz" if (method, dimensions) == ("umap", 3) else f"map-{method}.npz")


def map_files(folder: Path) -> list[Path]:
    """All files that maps may be kept in."""
    return [map_file(folder, "pca"), map_file(folder, "umap"), map_file(folder, "umap", 3)]


def has_umap() -> bool:
    """Whether umap-learn is installed (requirements-map.txt)."""
    return importlib.util.find_spec("umap") is not None


def principal_map(vectors: Halves, crops: NDArray[np.void]) -> CropMap:
    """The three principal components of the vectors (N, D), of which the first two are the map on a plane."""
    is_known = ~is_blank(crops)
    count, total = int(is_known.sum()), np.zeros(vectors.shape[1])
    products = np.zeros((vectors.shape[1], vectors.shape[1]))
    for _, block in blocks(vectors):  # blank rows add nothing
        total += block.sum(axis=0)
        products += block.T @ block
    mean = total / max(1, count)
    _, axes = np.linalg.eigh(products / max(1, count) - np.outer(mean, mean))
    main = axes[:, [-1, -2, -3]]
    main = (main * np.where(main[np.abs(main).argmax(axis=0), [0, 1, 2]] < 0, -1.0, 1.0)).astype(np.float32)
    places = np.concatenate([(block - mean.astype(np.float32)) @ main for _, block in blocks(vectors)])
    places[~is_known] = np.nan
    return CropMap(places, count, "")


def umap_map(
    known: CropMap | None,
    vectors: Halves,
    crops: NDArray[np.void],
    fit: Callable[[NDArray[np.float32]], Places] | None = None,
    dimensions: Dimensions = 2,
) -> CropMap | None:
    """The map by UMAP: as it is known with the further rows placed, or fitted anew where other crops are fitted.

    Args:
        known: the map of the rows so far.
        vectors: (N, D), of length 1.
        crops: digests of the rows.
        fit: gives the places of (n, D) unit vectors; UMAP if None.
        dimensions: of the places.

    Returns:
        None where there are too few crops.
    """
    sample = _sample(crops)
    if len(sample) < _FEWEST:
        return None
    name = _name(crops[sample])
    fitted = np.asarray(vectors[sample], np.float32)
    if known is not None and known.name == name and len(known.places) <= len(crops):
        places = np.full((len(crops), dimensions), np.nan, np.float32)
        places[: len(known.places)] = known.places
    else:
        places = np.full((len(crops), dimensions), np.nan, np.float32)
        places[sample] = fit(fitted) if fit else _fit(fitted, dimensions)
    is_known = ~is_blank(crops)
    missing = np.flatnonzero(is_known & np.isnan(places[:, 0]))
    on_sample = places[sample]
    for first in range(0, len(missing), 1024):
        rows = missing[first : first + 1024]
        places[rows] = _between(np.asarray(vectors[rows], np.float32), fitted, on_sample)
    places[~is_known] = np.nan
    return CropMap(places, len(sample), name)


def _sample(crops: NDArray[np.void]) -> Rows:
    """The rows that are fitted: among the first 2^n crops, so that other ones are fitted only when they double."""
    rows: Rows = np.flatnonzero(~is_blank(crops))
    if len(rows) < _FEWEST:
        return rows
    rows = rows[: 1 << (len(rows).bit_length() - 1)] if len(rows) > _MOST_FITTED else rows[: _few(len(rows))]
    if len(rows) <= _MOST_FITTED:
        return rows
    drawn = np.random.default_rng(SEED).choice(len(rows), _MOST_FITTED, replace=False)
    return rows[np.sort(drawn)]


def _few(count: int) -> int:
    """Steps of a quarter, so that the map of a small store soon shows what is new."""
    step = max(_FEWEST, (1 << (count.bit_length() - 1)) // 4)
    return count // step * step


def _name(crops: NDArray[np.void]) -> str:
    parameters = json.dumps(PARAMETERS | {"most": _MOST_FITTED}, sort_keys=True).encode()
    return hashlib.sha256(parameters + crops.tobytes()).hexdigest()


def _fit(vectors: NDArray[np.float32], dimensions: Dimensions) -> Places:
    import umap

    options: dict[str, Any] = dict(PARAMETERS)
    options["n_neighbors"] = min(options["n_neighbors"], len(vectors) - 1)
    places: Places = umap.UMAP(**options, n_components=dimensions, n_jobs=1).fit_transform(vectors)
    return places


def _between(vectors: NDArray[np.float32], fitted: NDArray[np.float32], places: Places) -> Places:
    """Places among those of the most alike, which weigh the more the closer they are."""
    products = vectors @ fitted.T
    count = min(_NEAREST, products.shape[1])
    best = np.argpartition(-products, count - 1, axis=1)[:, :count]
    distances = 1.0 - np.take_along_axis(products, best, axis=1)
    weights = 1.0 / np.maximum(distances, 1e-4)
    found: Places = (places[best] * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return found.astype(np.float32)
