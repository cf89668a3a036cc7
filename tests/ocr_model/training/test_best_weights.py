"""The best weights of a run are kept, and a run without better ones ends."""

from pathlib import Path
from typing import Any

import torch

from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.best_weights import BEST, BestWeights


def row(*shares: float) -> dict[str, Any]:
    return {"seen": 1, **{f"set {at}": {"strict": share} for at, share in enumerate(shares)}}


def test_the_best_is_kept_and_patience_ends(tmp_path: Path) -> None:
    best, log = BestWeights(tmp_path, 2), []
    for number, shares in enumerate([(0.5, 0.7), (0.7, 0.9), (0.8, 0.8), (0.6, 0.9)]):
        log.append(row(*shares))
        best.see(log, NetworkConfig(), {"weight": torch.tensor([float(number)])})
        assert best.is_over(log) == (number == 3)  # 0.8 on average twice is not better
    kept = torch.load(tmp_path / BEST, weights_only=True)
    assert kept["averages"]["weight"].tolist() == [1.0] and kept["score"] == 0.8


def test_without_patience_nothing_is_kept(tmp_path: Path) -> None:
    best = BestWeights(tmp_path, 0)
    best.see([row(0.5)], NetworkConfig(), {})
    assert not (tmp_path / BEST).exists() and not best.is_over([row(0.5), row(0.1), row(0.1)])
    assert not BestWeights(tmp_path, 1).is_over([{"seen": 1}])  # no set
