"""A champion so small that it trains and exports in a second; it cannot read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from datasets.cycles.decision import DecisionRules
from datasets.cycles.settings import ChallengerSettings, CycleSettings, EvaluationSettings

HASTY = CycleSettings(
    challenger=ChallengerSettings(
        crops=32,
        batch=8,
        checkpoint_every=16,
        workers=0,
        threads=1,
        base_recipe="v1.0",
        check_crops=0,
        turn_crops=0,
        calibration_crops=0,
    ),
    evaluation=EvaluationSettings(synthetic_crops=6, threads=1),
    rules=DecisionRules(resamples=200),
    lease_seconds=20.0,
)
"""A cycle that takes a second and proves nothing."""


def write_champion(folder: Path) -> Path:
    """Export an untrained network 16 channels wide."""
    import torch

    from ocr_model.export.graphs import export_network
    from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork

    torch.manual_seed(1)
    config = NetworkConfig(features="ResNet", width=16, blocks=(1, 1, 1, 1), hidden=16)
    export_network(RecognitionNetwork(config).eval(), folder, name="tiny", version="1", card={"base_recipe": "v1.0"})
    return folder


def hasty(shipped: Path) -> CycleSettings:
    """Settings under which the tiny champion is the shipped one."""
    return replace(HASTY, shipped=shipped)
