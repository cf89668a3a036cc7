"""Sequence modelling stage: let each position know its neighbours."""

from __future__ import annotations

from torch import Tensor, nn


class BiLSTM(nn.Module):
    """Two bidirectional LSTM layers (CRNN, Shi et al., TPAMI 2017): (N, T, inputs) to (N, T, hidden)."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.LSTM(inputs, hidden, bidirectional=True, batch_first=True)
        self.first_projection = nn.Linear(2 * hidden, hidden)
        self.second = nn.LSTM(hidden, hidden, bidirectional=True, batch_first=True)
        self.second_projection = nn.Linear(2 * hidden, hidden)

    def forward(self, features: Tensor) -> Tensor:
        features = self.first_projection(self.first(features)[0])
        context: Tensor = self.second_projection(self.second(features)[0])
        return context
