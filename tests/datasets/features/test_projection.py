from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from datasets.features import projection
from datasets.features.projection import CropMap, principal_map, umap_map


def crops(count: int) -> np.ndarray:
    return np.frombuffer(b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(count)), "V32").copy()


def vectors(count: int) -> np.ndarray:
    """Unit vectors about two directions, by turns."""
    found = np.random.default_rng(2).normal(scale=0.05, size=(count, 8))
    found[np.arange(count), np.arange(count) % 2] += 1.0
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


class Fit:
    """In place of UMAP: the first two numbers; remembers how many rows it was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.asked.append(len(rows))
        return rows[:, :2].copy()


def test_principal_components_tell_groups_apart() -> None:
    names = crops(101)
    names[50] = np.zeros((), "V32")
    some = vectors(101)
    some[50] = 0
    found = principal_map(some, names)
    assert found.fitted == 100
    assert np.isnan(found.places[50]).all()
    sides = np.sign(np.delete(found.places[:, 0], 50))
    even = np.delete(np.arange(101) % 2, 50) == 0
    assert len(set(sides[even])) == len(set(sides[~even])) == 1
    assert set(sides[even]) != set(sides[~even])


def test_a_further_crop_is_placed_among_those_that_look_like_it_without_fitting_again() -> None:
    fit = Fit()
    first = umap_map(None, vectors(64), crops(64), fit)
    assert first is not None
    further = umap_map(first, vectors(70), crops(70), fit)
    assert further is not None
    assert fit.asked == [60]
    assert further.name == first.name
    np.testing.assert_array_equal(further.places[:64], first.places)
    group = further.places[:60][np.arange(60) % 2 == 1]
    assert np.linalg.norm(further.places[69] - group.mean(axis=0)) < 0.3


def test_it_is_fitted_anew_when_the_crops_have_grown_much_or_others_are_fitted() -> None:
    fit = Fit()
    first = umap_map(None, vectors(64), crops(64), fit)
    umap_map(first, vectors(128), crops(128), fit)
    others = crops(64)
    others[3] = crops(65)[64]
    umap_map(first, vectors(64), others, fit)
    assert fit.asked == [60, 128, 60]


def test_of_many_crops_a_sample_is_fitted() -> None:
    fit = Fit()
    count = projection._MOST_FITTED + 500
    found = umap_map(None, vectors(count), crops(count), fit)
    assert found is not None
    assert fit.asked == [4096]
    assert not np.isnan(found.places).any()


def test_of_few_crops_there_is_no_map() -> None:
    assert umap_map(None, vectors(20), crops(20), Fit()) is None


def test_a_map_is_read_as_it_was_written_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "map.npz"
    assert CropMap.load(path) is None
    found = principal_map(vectors(10), crops(10))
    found.save(path)
    again = CropMap.load(path)
    assert again is not None
    np.testing.assert_array_equal(again.places, found.places)
    path.write_bytes(b"PK")
    assert CropMap.load(path) is None


def test_maps_in_space_have_three_dimensions() -> None:
    solid = principal_map(vectors(50), crops(50))
    assert solid.places.shape == (50, 3)
    spread = solid.places.std(axis=0)
    assert list(spread) == sorted(spread, reverse=True)
    found = umap_map(None, vectors(64), crops(64), lambda rows: rows[:, :3].copy(), 3)
    assert found is not None
    assert found.places.shape == (64, 3)
    assert not np.isnan(found.places).any()
