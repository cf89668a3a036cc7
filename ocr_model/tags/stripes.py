"""Finds where a picture is striped, as a barcode is, at any angle.

A barcode's gradients all point along one line, and those of print, cloth or a face do not. The structure tensor of
small cells says how strong the gradients are there, how well they agree, and along which line they point (Bigün and
Granlund 1987, "Optimal orientation detection of linear symmetry"). Neighbouring cells that agree are one area.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CELL = 8  # pixels on a side
_WEAKEST = 256.0  # mean squared step of grey in a cell, of two pixels to the next two: 8 levels of 255 each
_LEAST_AGREEMENT = 0.6  # of a cell's gradients: 0 for all directions alike, 1 for one direction
_MOST_BEND = 0.97  # cosine of twice the angle by which neighbouring cells may differ: 7 degrees
_SHORTEST = 6.0  # cells along the stripes' gradient; an edge is 3 cells wide after smoothing
_FLATTEST = 1.5  # cells along the stripes
_LEAST_FILLED = 0.4  # share of an area's box that its cells fill

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stripes:
    """A striped area: a box around `x`, `y`, all in pixels."""

    x: float  # of its middle
    y: float
    across: tuple[float, float]  # unit vector across the stripes: along it a barcode is read, or against it
    length: float  # along `across`
    height: float  # along the stripes


def find_stripes(grey: NDArray[np.uint8], most: int) -> list[Stripes]:
    """Find striped areas, the strongest first.

    Args:
        grey: a picture of shape (height, width), 0 to 255. Stripes less than a pixel wide are not seen.
        most: of the areas that are returned.
    """
    rows, columns = (grey.shape[0] - 1) // _CELL, (grey.shape[1] - 1) // _CELL
    if rows < 1 or columns < 1:
        return []
    energy, along_x, along_y = _tensor(grey[: rows * _CELL + 1, : columns * _CELL + 1])
    strength = np.hypot(along_x, along_y)
    agrees = (energy > _WEAKEST) & (strength > _LEAST_AGREEMENT * energy)
    directions = np.stack([along_x, along_y], axis=2) / np.maximum(strength, 1e-6)[:, :, None]  # of the doubled angle
    found = []
    for cells in _areas(agrees, directions.tolist()):
        stripes = _box(cells, along_x[cells[:, 0], cells[:, 1]], along_y[cells[:, 0], cells[:, 1]])
        if stripes is not None:
            found.append((float(strength[cells[:, 0], cells[:, 1]].sum()), stripes))
    found.sort(key=lambda area: -area[0])
    return [stripes for _, stripes in found[:most]]


def _tensor(grey: NDArray[np.uint8]) -> tuple[Array, Array, Array]:
    """The smoothed structure tensor of each cell: trace, and its direction with the angle doubled, in two parts."""
    values = grey.astype(np.int16)
    # Both differences are of the same four pixels: with other pairs noise alone would seem to agree on 45 degrees.
    falling, rising = values[1:, 1:] - values[:-1, :-1], values[:-1, 1:] - values[1:, :-1]
    right, down = (falling + rising).astype(np.float32), (falling - rising).astype(np.float32)
    by_x, by_y, mixed = _cells(right * right), _cells(down * down), _cells(right * down)
    return _smooth(by_x + by_y), _smooth(by_x - by_y), _smooth(2 * mixed)


def _cells(values: Array) -> Array:
    rows, columns = values.shape[0] // _CELL, values.shape[1] // _CELL
    means: Array = values.reshape(rows, _CELL, columns, _CELL).mean(axis=(1, 3), dtype=np.float32)
    return means


def _smooth(cells: Array) -> Array:
    """The mean of each cell and its eight neighbours; cells beyond the picture count as empty."""
    wide = np.pad(cells, 1)
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    mean: Array = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return mean


def _areas(agrees: NDArray[np.bool_], directions: list[list[list[float]]]) -> Iterator[NDArray[np.intp]]:
    """Groups of neighbouring cells whose directions follow each other, each of shape (cells, 2): row, column.

    Args:
        agrees: of shape (rows, columns): the cells that belong to any area.
        directions: cosine and sine of the doubled angle of each cell.
    """
    rows, columns = agrees.shape
    waiting = agrees.copy()
    for first in np.argwhere(agrees).tolist():
        if not waiting[first[0], first[1]]:
            continue
        waiting[first[0], first[1]] = False
        group = [(first[0], first[1])]
        for row, column in group:  # grows meanwhile
            cosine, sine = directions[row][column]
            for near_row, near_column in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if not (0 <= near_row < rows and 0 <= near_column < columns and waiting[near_row, near_column]):
                    continue
                other = directions[near_row][near_column]
                if cosine * other[0] + sine * other[1] >= _MOST_BEND:
                    waiting[near_row, near_column] = False
                    group.append((near_row, near_column))
        yield np.array(group)


def _box(cells: NDArray[np.intp], along_x: Array, along_y: Array) -> Stripes | None:
    """The box around the cells of an area; None if no barcode looks like it."""
    if len(cells) < _SHORTEST * _FLATTEST:
        return None
    angle = float(np.arctan2(along_y.sum(), along_x.sum())) / 2
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    y, x = cells[:, 0] + 0.5, cells[:, 1] + 0.5
    across, along = x * cosine + y * sine, y * cosine - x * sine
    length, height = float(np.ptp(across)) + 1, float(np.ptp(along)) + 1
    if length < _SHORTEST or height < _FLATTEST or len(cells) < _LEAST_FILLED * length * height:
        return None
    middle, level = (across.max() + across.min()) / 2, (along.max() + along.min()) / 2
    return Stripes(
        x=float(middle * cosine - level * sine) * _CELL,
        y=float(middle * sine + level * cosine) * _CELL,
        across=(cosine, sine),
        length=length * _CELL,
        height=height * _CELL,
    )
