"""The settings of a training run, and its learning rate over time."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training run."""

    recipe: str = "tags-1"  # data_gen recipe whose crops are rendered on the fly
    seed: int = 0
    crops: int = 1_000_000  # crops of the whole schedule
    batch: int = 64
    learning_rate: float = 1.5e-3  # peak of the one-cycle schedule
    warmup: float = 0.04  # share of the schedule in which the rate rises
    weight_decay: float = 0.01
    ctc_weight: float = 0.5  # of the auxiliary CTC loss; 1 for CTC models, where it is the loss
    localization_rate: float = 0.1  # learning rate of the TPS localisation relative to the rest: it diverges otherwise
    easy_until: float = 0.2  # share of the schedule in which clean crops fade out
    average_decay: float = 0.9995  # exponential moving average of the weights, the ones that are evaluated and exported
    frozen: bool = False  # whether the transformation and the features stay as they are: a step costs a third
    clip: float = 5.0  # norm of the gradient
    label_smoothing: float = 0.0
    evaluate_every: int = 25_000  # crops
    workers: int = 1  # rendering processes
    threads: int = 2  # of torch
    patience: int = 0  # evaluations without a better one after which training ends and the best is kept; 0: never
    give_up_after: int = 50  # overflowing batches in a row after which the training counts as diverged


def learning_rate_at(progress: float, config: TrainingConfig) -> float:
    """One cycle: linear warm-up, then a cosine to a hundredth of the peak."""
    if progress < config.warmup:
        return config.learning_rate * max(progress / config.warmup, 0.02)
    phase = min(1.0, (progress - config.warmup) / (1 - config.warmup))
    return config.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * phase)))
