"""A second look at a doubtful crop: reads other views of the same picture, and pools the readings.

As a shopper tilts a tag to read it, three more views of a doubtful crop are read, side by side, and the probabilities
that all views give a text are averaged (test-time augmentation as a linear opinion pool).
The views were chosen on synthetic crops out of fourteen: of 1,092 crops of recipe tags-2, 405 were doubtful, and 176 of
these were read right with the views, 155 without.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from ocr_model.reading.hypotheses import Hypothesis

DOUBTFUL = 0.8
"""Probability, before calibration, under which a new model looks at a reading again (`decoding` in model.json)."""

_LARGEST = (1024, 256)  # pixels; a larger view would only be made smaller again
_SIDES = 0.02  # of the width, cut off on both sides
_BANDS = 0.1  # of the height, cut off above and below
_MARGIN = 0.12  # of the height, added on both sides


def other_views(picture: Image.Image) -> list[Image.Image]:
    """Three views of a crop that change nothing about its text, mode L.

    Without its sides, with more of the ground at its sides but less above and below, and as a negative.

    Args:
        picture: upright, mode L or RGB.
    """
    grey = picture.convert("L")
    if grey.width > _LARGEST[0] or grey.height > _LARGEST[1]:
        grey = grey.resize((min(grey.width, _LARGEST[0]), min(grey.height, _LARGEST[1])), Image.Resampling.BILINEAR)
    pixels = np.asarray(grey)
    height, width = pixels.shape
    side, band, margin = round(_SIDES * width), round(_BANDS * height), round(_MARGIN * height)
    narrow = pixels[:, side : max(width - side, side + 1)]
    middle = pixels[band : max(height - band, band + 1)]
    return [
        Image.fromarray(view) for view in (narrow, np.pad(middle, ((0, 0), (margin, margin)), "edge"), 255 - pixels)
    ]


def pool_looks(looks: Sequence[Sequence[Hypothesis]], count: int) -> list[Hypothesis]:
    """The readings of several looks at one crop as one list; a text's probability is the mean over the looks.

    A look that does not list a text gives it none, so the sum stays at most 1.

    Args:
        looks: readings of each look, spacings merged, the best first; of equal texts the first spacing is shown.
        count: largest number of readings.
    """
    first_seen: dict[str, Hypothesis] = {}
    probability: dict[str, float] = {}
    rank: dict[str, float] = {}
    for look in looks:
        for hypothesis in look:
            label = hypothesis.text.replace(" ", "")
            first_seen.setdefault(label, hypothesis)
            probability[label] = probability.get(label, 0.0) + math.exp(hypothesis.log_probability)
            rank[label] = rank.get(label, 0.0) + math.exp(hypothesis.rank)

    def log_mean(total: float) -> float:
        return min(0.0, math.log(total / len(looks))) if total > 0.0 else -math.inf

    pooled = [
        replace(hypothesis, log_probability=log_mean(probability[label]), rank=log_mean(rank[label]))
        for label, hypothesis in first_seen.items()
    ]
    return sorted(pooled, key=lambda hypothesis: hypothesis.rank, reverse=True)[:count]
