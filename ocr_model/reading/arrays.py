"""The arrays that pass between the graphs and the search for a text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Features = Mapping[str, Floats]
"""What the encoder computes of one picture, by output: `context` (T, D), `projected` (T, H), `ctc_log_probs` (T, C)."""
