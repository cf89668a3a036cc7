"""The network that reads Korean words: convolutions only, so that a line may be of any length."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class KoreanNetwork(nn.Module):
    """Six convolutions over a line, then a class for every fourth column.

    Reads the print under a column and about a syllable on either side, and no further: a place's class is known by its
    own print and not by the words that usually stand there. CTC by Graves et al., "Connectionist Temporal
    Classification" (ICML 2006); the layout is that of the smaller networks of PP-OCR without their recurrent layers.

    Args:
        classes: blank first.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_layer(1, 24, (5, 5), stride=(2, 2)),
            *_layer(24, 48, (3, 3), stride=(2, 2)),
            *_layer(48, 64, (3, 3)),
            *_layer(64, 96, (3, 3), stride=(2, 1)),
            *_layer(96, 128, (3, 3), stride=(2, 1)),
            *_layer(128, 192, (2, 3), padding=(0, 1)),
            *_layer(192, 192, (1, 3)),
        )
        self.classes = nn.Conv2d(192, classes, 1)

    def forward(self, lines: Tensor) -> Tensor:
        """Scores of lines.

        Args:
            lines: (N, 1, 32, W), -1..1.

        Returns:
            Log probabilities (N, T, classes); T is W / 4, rounded up.
        """
        scores = self.classes(self.features(lines)).squeeze(2)
        return torch.log_softmax(scores.float(), dim=1).transpose(1, 2)


def _layer(
    inputs: int,
    outputs: int,
    kernel: tuple[int, int],
    *,
    stride: tuple[int, int] = (1, 1),
    padding: tuple[int, int] | None = None,
) -> tuple[nn.Module, nn.Module, nn.Module]:
    around = (kernel[0] // 2, kernel[1] // 2) if padding is None else padding
    return (
        nn.Conv2d(inputs, outputs, kernel, stride, around, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
