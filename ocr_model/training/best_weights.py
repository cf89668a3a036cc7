"""The best weights of a run that ends early: kept whenever an evaluation is better than all before it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from ocr_model.training.architecture import NetworkConfig

BEST: Final = "best.pt"
"""In a run's folder; what is exported is of it, where it is there."""


class BestWeights:
    """Keeps the averaged weights with the best evaluation, by the share of right texts, averaged over the sets.

    Args:
        run: folder of the run.
        patience: evaluations in a row without a better one after which training is over; 0: nothing is kept.
    """

    def __init__(self, run: Path, patience: int) -> None:
        self._file, self._patience = run / BEST, patience

    def see(self, log: Sequence[Mapping[str, Any]], config: NetworkConfig, averages: Mapping[str, Tensor]) -> None:
        """Keep the weights of the last evaluation of a log if it is the best; whole or not at all."""
        scores = _scores(log)
        if not self._patience or not scores or scores[-1] <= max(scores[:-1], default=-1.0):
            return
        temporary = self._file.with_suffix(".tmp")
        torch.save(
            {"network_config": json.loads(json.dumps(asdict(config))), "averages": dict(averages), "score": scores[-1]},
            temporary,
        )
        temporary.replace(self._file)

    def is_over(self, log: Sequence[Mapping[str, Any]]) -> bool:
        """Whether so many evaluations in a row were no better than the best."""
        scores = _scores(log)
        if not self._patience or not scores:
            return False
        return len(scores) - 1 - scores.index(max(scores)) >= self._patience


def _scores(log: Sequence[Mapping[str, Any]]) -> list[float]:
    rows = ([value["strict"] for value in row.values() if isinstance(value, dict)] for row in log)
    return [sum(row) / len(row) for row in rows if row]
