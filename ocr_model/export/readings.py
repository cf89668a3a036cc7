"""Confidence and correctness of readings, from which a calibration is fitted and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Readings:
    """The readings of N crops. A reading of "no text" is never accepted as a text."""

    confidence: NDArray[np.float64]  # (N,) of the whole text, 0..1
    correct: NDArray[np.bool_]  # (N,) whether A-Z0-9 were right; of a crop without text: whether none was read
    has_text: NDArray[np.bool_]  # (N,) whether any text was read
    is_joint: NDArray[np.bool_] | None = None  # (N,) whether a second reader took part; None if in none of them

    @classmethod
    def joined(cls, parts: Sequence[Readings]) -> Readings:
        """All readings of several parts, in order."""
        return cls(
            np.concatenate([part.confidence for part in parts]),
            np.concatenate([part.correct for part in parts]),
            np.concatenate([part.has_text for part in parts]),
            np.concatenate([part.joint for part in parts]),
        )

    @property
    def joint(self) -> NDArray[np.bool_]:
        """(N,) Whether a second reader took part."""
        return np.zeros(len(self), dtype=bool) if self.is_joint is None else self.is_joint

    def __len__(self) -> int:
        return len(self.confidence)
