"""Outlines that somebody drew on the map, as a request carries them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from datasets.errors import LabelError

MOST_CORNERS: Final = 2000  # of all outlines together


def outlines_of(text: str) -> list[NDArray[np.float64]]:
    """The corners of each outline, (M, 2), from `x,y x,y x,y; x,y ...`.

    Raises:
        LabelError: it is not written so, or has too many corners.
    """
    outlines = [part.split() for part in text.split(";") if part.strip()]
    if sum(map(len, outlines)) > MOST_CORNERS:
        raise LabelError(f"outlines have at most {MOST_CORNERS} corners")
    found = []
    for corners in outlines:
        try:
            places = np.array([[float(number) for number in corner.split(",")] for corner in corners])
        except ValueError:
            places = np.empty(0)
        if places.ndim != 2 or places.shape[1] != 2 or not np.isfinite(places).all():
            raise LabelError("the corners of an outline are `x,y` with a space between")
        found.append(places)
    return found
