"""The averaged weights of a training run: those that are evaluated and exported."""

from __future__ import annotations

import torch
from torch import nn


class AveragedWeights:
    """Exponential moving average over parameters and buffers (Polyak averaging)."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.updates = 0

    def update(self, network: nn.Module) -> None:
        """Take in the network's weights; the first updates count more, so that the start is forgotten."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        averages, values = [], []
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                averages.append(self.state[name])
                values.append(value.detach())
            else:
                self.state[name].copy_(value)
        torch._foreach_lerp_(averages, values, 1 - decay)
