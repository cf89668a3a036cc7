"""Feature extraction stage: a picture of the line becomes a row of feature vectors.

Every extractor maps (N, C, H, W), mean 0 and deviation 1, to (N, width, rows, T) with T about W / 4. H is 32 or 40,
which leaves one row, or 48, which leaves two.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


def _multiple_of_16(channels: float) -> int:
    # Matrix units compute in multiples of 16; thinner layers take the same time and represent less.
    return max(16, round(channels / 16) * 16)


def convolution(
    inputs: int,
    outputs: int,
    kernel: int | tuple[int, int] = 3,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 1,
    activate: bool = True,
) -> nn.Sequential:
    """Convolution, batch norm and, if `activate`, ReLU."""
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if activate:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class VGG(nn.Module):
    """CRNN's extractor (Shi et al., TPAMI 2017), `width` channels at the end (512 in the paper)."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        c1, c2, c3, c4 = (_multiple_of_16(width / d) for d in (8, 4, 2, 1))
        self.output_channels = c4
        self.layers = nn.Sequential(
            nn.Conv2d(channels, c1, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(c1, c2, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(c2, c3, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c3, c3, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d((2, 1)),
            convolution(c3, c4),
            convolution(c4, c4),
            nn.MaxPool2d((2, 1)),
            nn.Conv2d(c4, c4, (2, 1)),
            nn.ReLU(inplace=True),
        )

    def forward(self, picture: Tensor) -> Tensor:
        features: Tensor = self.layers(picture)
        return features


class GatedStep(nn.Module):
    """One iteration of a gated recurrent convolution; the convolutions are shared between iterations, the norms not."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.feed_norm = nn.BatchNorm2d(channels)
        self.gate_input_norm = nn.BatchNorm2d(channels)
        self.gate_state_norm = nn.BatchNorm2d(channels)
        self.recur_norm = nn.BatchNorm2d(channels)
        self.gated_norm = nn.BatchNorm2d(channels)

    def forward(self, feed: Tensor, gate_input: Tensor, recur: Tensor, gate_state: Tensor) -> Tensor:
        gate = (self.gate_input_norm(gate_input) + self.gate_state_norm(gate_state)).sigmoid()
        return F.relu(self.feed_norm(feed) + self.gated_norm(self.recur_norm(recur) * gate))


class GatedRecurrentConvolution(nn.Module):
    """Gated recurrent convolution layer (Wang and Hu, NIPS 2017): (N, C, H, W) to (N, outputs, H, W)."""

    def __init__(self, inputs: int, outputs: int, iterations: int) -> None:
        super().__init__()
        self.gate_input = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.gate_state = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.feed = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.recur = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.first = nn.BatchNorm2d(outputs)
        self.steps = nn.ModuleList(GatedStep(outputs) for _ in range(iterations))

    def forward(self, picture: Tensor) -> Tensor:
        gate_input, feed = self.gate_input(picture), self.feed(picture)
        state = F.relu(self.first(feed))
        for step in self.steps:
            state = step(feed, gate_input, self.recur(state), self.gate_state(state))
        return state


class RCNN(nn.Module):
    """GRCNN's extractor (Wang and Hu, NIPS 2017), `width` channels at the end."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        c1, c2, c3, c4 = (_multiple_of_16(width / d) for d in (8, 4, 2, 1))
        self.output_channels = c4
        self.layers = nn.Sequential(
            nn.Conv2d(channels, c1, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            GatedRecurrentConvolution(c1, c1, 5),
            nn.MaxPool2d(2),
            GatedRecurrentConvolution(c1, c2, 5),
            nn.MaxPool2d((2, 1), (2, 1)),
            GatedRecurrentConvolution(c2, c3, 5),
            nn.MaxPool2d((2, 1), (2, 1)),
            convolution(c3, c4, kernel=(2, 1), padding=0),
        )

    def forward(self, picture: Tensor) -> Tensor:
        features: Tensor = self.layers(picture)
        return features


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al., CVPR 2016)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(convolution(inputs, outputs), convolution(outputs, outputs, activate=False))
        self.shortcut = (
            nn.Identity() if inputs == outputs else convolution(inputs, outputs, kernel=1, padding=0, activate=False)
        )

    def forward(self, picture: Tensor) -> Tensor:
        return F.relu(self.body(picture) + self.shortcut(picture), inplace=True)


class ResNet(nn.Module):
    """FAN's ResNet (Cheng et al., ICCV 2017) as used in TRBA, with a width and a number of blocks per stage.

    The original is `width=512, blocks=(1, 2, 5, 3)`: 44.3 M of TRBA's 49.6 M parameters.
    """

    def __init__(self, channels: int, width: int, blocks: tuple[int, int, int, int] = (1, 2, 5, 3)) -> None:
        super().__init__()
        c0, c1, c2, c3, c4 = (_multiple_of_16(width / d) for d in (16, 8, 4, 2, 1))
        self.output_channels = c4
        self.layers = nn.Sequential(
            convolution(channels, c0),
            convolution(c0, c1),
            nn.MaxPool2d(2),
            self._stage(c1, c2, blocks[0]),
            convolution(c2, c2),
            nn.MaxPool2d(2),
            self._stage(c2, c3, blocks[1]),
            convolution(c3, c3),
            nn.MaxPool2d((2, 1)),
            self._stage(c3, c4, blocks[2]),
            convolution(c4, c4),
            self._stage(c4, c4, blocks[3]),
            convolution(c4, c4, kernel=2, stride=(2, 1), padding=(0, 1)),
            convolution(c4, c4, kernel=2, padding=0),
        )

    @staticmethod
    def _stage(inputs: int, outputs: int, blocks: int) -> nn.Sequential:
        return nn.Sequential(*(BasicBlock(inputs if i == 0 else outputs, outputs) for i in range(blocks)))

    def forward(self, picture: Tensor) -> Tensor:
        features: Tensor = self.layers(picture)
        return features
