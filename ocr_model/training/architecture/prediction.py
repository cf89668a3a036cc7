"""Prediction stage: from context vectors to characters."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

START, END = 0, 1
SPECIAL_TOKENS = 2


class CTC(nn.Module):
    """Per-position classifier for connectionist temporal classification (Graves et al., ICML 2006).

    (N, T, inputs) to logits (N, T, 1 + characters); class 0 is the blank.
    """

    def __init__(self, inputs: int, characters: int) -> None:
        super().__init__()
        self.classifier = nn.Linear(inputs, 1 + characters)

    def forward(self, context: Tensor) -> Tensor:
        logits: Tensor = self.classifier(context)
        return logits


class StepDecoder(nn.Module, ABC):
    """A decoder that gives one character per step.

    Tokens: 0 start, 1 end, 2.. the characters. `step` is the unit that serving exports; `forward` runs it with teacher
    forcing for training: (context, tokens) to logits (N, L, tokens).
    """

    hidden_size: int
    tokens: int
    project: nn.Module  # computed once for all steps: context (N, T, D) to (N, T, H)

    @abstractmethod
    def step(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, token: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One character: context (N, T, D), projected (N, T, H), state (N, H) twice, token (N,) int64.

        Returns logits (N, tokens) and the new state. The state is zero at first.
        """


class Attention(StepDecoder):
    """Attention decoder with one LSTM cell (Bahdanau et al., ICLR 2015, as in RARE and TRBA)."""

    def __init__(self, inputs: int, hidden: int, characters: int) -> None:
        super().__init__()
        self.hidden_size = hidden
        self.tokens = SPECIAL_TOKENS + characters
        self.project = nn.Linear(inputs, hidden, bias=False)
        self.project_state = nn.Linear(hidden, hidden)
        self.score = nn.Linear(hidden, 1, bias=False)
        self.embedding = nn.Embedding(self.tokens, hidden)
        self.cell = nn.LSTMCell(inputs + hidden, hidden)
        self.generator = nn.Linear(hidden, self.tokens)

    def step(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, token: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One character: context (N, T, D), projected (N, T, H), state (N, H) twice, token (N,) int64.

        Returns logits (N, tokens) and the new state.
        """
        hidden, cell = self.advance(context, projected, hidden, cell, self.embedding(token))
        return self.generator(hidden), hidden, cell

    def advance(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, embedded: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The recurrent half of a step; `embedded` (N, H) is the previous character's embedding."""
        glimpse = self.glimpse(context, projected, hidden)
        hidden, cell = self.cell(torch.cat([glimpse, embedded], dim=1), (hidden, cell))
        return hidden, cell

    def glimpse(self, context: Tensor, projected: Tensor, hidden: Tensor) -> Tensor:
        """The glimpse (N, D): the mean of the context (N, T, D), weighed by the state (N, H)."""
        energy = self.score(torch.tanh(projected + self.project_state(hidden).unsqueeze(1)))
        weights = torch.softmax(energy.float(), dim=1).to(context.dtype)
        return torch.bmm(weights.transpose(1, 2), context).squeeze(1)

    def forward(self, context: Tensor, tokens: Tensor) -> Tensor:
        """Teacher forcing: tokens (N, L) int64 beginning with START. Returns logits (N, L, tokens)."""
        projected = self.project(context)
        embedded = self.embedding(tokens)
        hidden = torch.zeros(context.shape[0], self.hidden_size, dtype=context.dtype, device=context.device)
        cell = torch.zeros_like(hidden)
        states = []
        for position in range(tokens.shape[1]):
            hidden, cell = self.advance(context, projected, hidden, cell, embedded[:, position])
            states.append(hidden)
        logits: Tensor = self.generator(torch.stack(states, dim=1))
        return logits


class PositionDecoder(StepDecoder):
    """All characters at once: the i-th context vector predicts the i-th character (ViTSTR; Atienza, ICDAR 2021).

    Served like any other decoder: `project` gives the logits of all positions, and the state counts the steps.
    """

    def __init__(self, inputs: int, characters: int) -> None:
        super().__init__()
        self.tokens = self.hidden_size = SPECIAL_TOKENS + characters
        self.project = nn.Linear(inputs, self.tokens)

    def step(
        self, context: Tensor, projected: Tensor, hidden: Tensor, cell: Tensor, token: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The logits of the position that `hidden` counts; `context` and `token` are not used."""
        position = hidden[:, :1].long().unsqueeze(2).expand(-1, 1, self.tokens)
        return projected.gather(1, position).squeeze(1), hidden + 1, cell

    def forward(self, context: Tensor, tokens: Tensor) -> Tensor:
        """Logits (N, L, tokens) of the first L positions; `tokens` (N, L) only gives their number."""
        logits: Tensor = self.project(context[:, : tokens.shape[1]])
        return logits
