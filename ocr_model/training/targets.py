"""Texts as training targets, and back: the token numbering that attention and CTC heads share."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ocr_model.training.architecture.prediction import END, SPECIAL_TOKENS, START

IGNORED = -100  # positions after the end of a text: no loss


class Targets:
    """Encodes texts over a charset.

    Args:
        charset: the characters, in class order.
        max_length: characters of the longest text.
    """

    def __init__(self, charset: str, max_length: int) -> None:
        self.charset, self.max_length = charset, max_length
        self._index = {character: number for number, character in enumerate(charset)}

    def numbers(self, text: str) -> list[int]:
        """Class numbers from 0.

        Raises:
            ValueError: a character outside the charset, or a text longer than max_length.
        """
        if len(text) > self.max_length:
            raise ValueError(f"text {text!r} has {len(text)} characters, more than {self.max_length}")
        try:
            return [self._index[character] for character in text]
        except KeyError as error:
            raise ValueError(f"text {text!r} holds {error.args[0]!r}, which is not in the charset") from None

    def attention(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Decoder inputs (N, L) beginning with START, and targets (N, L) with END, then IGNORED; int64."""
        rows = [[number + SPECIAL_TOKENS for number in self.numbers(text)] for text in texts]
        length = max(len(row) for row in rows) + 1
        inputs = torch.full((len(rows), length), END, dtype=torch.int64)
        targets = torch.full((len(rows), length), IGNORED, dtype=torch.int64)
        for i, row in enumerate(rows):
            inputs[i, 0] = START
            inputs[i, 1 : len(row) + 1] = torch.tensor(row, dtype=torch.int64)
            targets[i, : len(row) + 1] = torch.tensor([*row, END], dtype=torch.int64)
        return inputs, targets

    def ctc(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Concatenated targets (sum of lengths,) with the blank as class 0, and lengths (N,); int64."""
        rows = [[number + 1 for number in self.numbers(text)] for text in texts]
        return torch.tensor([n for row in rows for n in row], dtype=torch.int64), torch.tensor([len(r) for r in rows])

    def text(self, tokens: Sequence[int]) -> str:
        """Attention tokens up to the first END, or all of them if there is none."""
        out = []
        for token in tokens:
            if token == END:
                break
            if token >= SPECIAL_TOKENS:
                out.append(self.charset[token - SPECIAL_TOKENS])
        return "".join(out)

    def ctc_text(self, classes: Sequence[int]) -> str:
        """Best path through CTC: repeats merged, blanks dropped."""
        out, previous = [], 0
        for number in classes:
            if number not in (0, previous):
                out.append(self.charset[number - 1])
            previous = number
        return "".join(out)
