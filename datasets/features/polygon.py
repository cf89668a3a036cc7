"""Which places of a map lie inside an outline that somebody drew."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def inside(places: NDArray[np.floating], outline: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which places lie inside an outline, by the even-odd rule, as Plotly tells the points of a lasso.

    Args:
        places: (N, 2); NaN lies nowhere.
        outline: the corners in order, (M, 2); the last one is joined to the first.

    Returns:
        (N,)
    """
    found = np.zeros(len(places), np.bool_)
    if len(outline) < 3:
        return found
    with np.errstate(invalid="ignore"):
        near = ((places >= outline.min(axis=0)) & (places <= outline.max(axis=0))).all(axis=1)
    rows = np.flatnonzero(near)
    x, y = places[rows, 0].astype(np.float64), places[rows, 1].astype(np.float64)
    is_in = np.zeros(len(rows), np.bool_)
    for (x0, y0), (x1, y1) in zip(outline.tolist(), np.roll(outline, -1, axis=0).tolist(), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        is_in ^= crosses & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    found[rows] = is_in
    return found
