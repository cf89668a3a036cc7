"""A drawing of confusions: which digit was read as which, and some of those that were misread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.domains.digits import DIGITS
from ocr_model.reading.drawing import SIDE, prepare_drawing

_SHOWN = 24  # misread drawings of each set


class Readings(Protocol):
    """Readings of a set beside what stands there."""

    @property
    def name(self) -> str:
        """Name of the set."""
        ...

    @property
    def images(self) -> list[NDArray[np.uint8]]:
        """Grey drawings (H, W)."""
        ...

    @property
    def texts(self) -> list[str]:
        """What they are."""
        ...

    @property
    def readings(self) -> list[str]:
        """What was read."""
        ...


def draw_confusions(sets: Sequence[Readings], path: Path) -> None:
    """Draw a table of counts for each set, and beside it the drawings that were misread."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(sets), 2, figsize=(11, 4.6 * len(sets)), squeeze=False)
    names = (*DIGITS.charset, "–")
    for (left, right), found in zip(axes, sets, strict=True):
        counts = np.zeros((len(DIGITS.charset), len(names)), int)
        for text, reading in zip(found.texts, found.readings, strict=True):
            counts[int(text), int(reading) if reading else len(DIGITS.charset)] += 1
        wrong = counts.copy()
        np.fill_diagonal(wrong, 0)
        left.imshow(wrong, cmap="Oranges")
        for (row, column), count in np.ndenumerate(counts):
            if count:
                left.text(column, row, count, ha="center", va="center", fontsize=7, alpha=0.4 if row == column else 1)
        left.set(title=found.name, xlabel="read as (– is no digit)", ylabel="is")
        left.set_xticks(range(len(names)), names)
        left.set_yticks(range(len(DIGITS.charset)), DIGITS.charset)
        right.imshow(_misread(found), cmap="gray")
        right.set(title="misread: what it is, what was read, from left to right and down")
        right.axis("off")
        for at, (text, reading) in enumerate(_labels(found)):
            right.text(at % 6 * SIDE + 3, at // 6 * SIDE + 11, f"{text}→{reading or '–'}", color="orange", fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def _wrong(found: Readings) -> list[int]:
    pairs = zip(found.texts, found.readings, strict=True)
    return [at for at, (text, reading) in enumerate(pairs) if text != reading][:_SHOWN]


def _labels(found: Readings) -> list[tuple[str, str]]:
    return [(found.texts[at], found.readings[at]) for at in _wrong(found)]


def _misread(found: Readings) -> NDArray[np.uint8]:
    sheet = np.zeros((_SHOWN // 6 * SIDE, 6 * SIDE), np.uint8)
    for number, at in enumerate(_wrong(found)):
        prepared = prepare_drawing(Image.fromarray(found.images[at])) or Image.new("L", (SIDE, SIDE))
        top, left = number // 6 * SIDE, number % 6 * SIDE
        sheet[top : top + SIDE, left : left + SIDE] = np.asarray(prepared)
    return sheet
