"""The whole recognizer: transformation, features, sequence and prediction put together by a configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from ocr_model.codes.text import CHARSET
from ocr_model.reading.way_in import WayIn
from ocr_model.training.architecture.features import RCNN, VGG, ResNet
from ocr_model.training.architecture.prediction import CTC, Attention, PositionDecoder, StepDecoder
from ocr_model.training.architecture.sequence import BiLSTM
from ocr_model.training.architecture.transformation import TPS, Downscale
from ocr_model.training.architecture.transformer import PATCH, VisionTransformer

LINE_HEIGHTS = (32, 40, 48)
"""Pixels. The extractors reduce 32 and 40 rows to one row of features, and 48 to two, which are averaged."""


@dataclass(frozen=True)
class NetworkConfig:
    """The parts of a recognizer. The default is the network that serves."""

    transformation: Literal["None", "TPS"] = "TPS"
    features: Literal["VGG", "RCNN", "ResNet", "ViT"] = "ResNet"  # ViT goes with None, None and Position: ViTSTR
    sequence: Literal["None", "BiLSTM"] = "BiLSTM"
    prediction: Literal["CTC", "Attn", "Position"] = "Attn"
    width: int = 128  # channels at the end of the feature extractor; ViT's is fixed
    blocks: tuple[int, int, int, int] = (1, 2, 5, 3)  # residual blocks per stage, ResNet only
    hidden: int = 128  # units of each LSTM
    fiducial_points: int = 20  # control points of the thin-plate spline
    channels: int = 1  # 1 = grey
    input_height: int = 64  # pixels of the picture that the transformation samples from
    input_width: int = 256
    line_height: int = 32  # pixels of the straightened line that the features see; one of LINE_HEIGHTS
    line_width: int = 128
    max_length: int = 24  # characters of the longest text
    charset: str = CHARSET
    way_in: WayIn = "crop"  # how a picture becomes the input: a crop as it stands, or the ink of a drawing

    def __post_init__(self) -> None:
        for name, known in (
            ("transformation", ("None", "TPS")),
            ("features", ("VGG", "RCNN", "ResNet", "ViT")),
            ("sequence", ("None", "BiLSTM")),
            ("prediction", ("CTC", "Attn", "Position")),
            ("way_in", ("crop", "drawing")),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"unknown {name} {getattr(self, name)!r}; one of {', '.join(known)}")
        if "ViT" in self.architecture or "Position" in self.architecture:
            if self.architecture != "None-ViT-None-Position":
                raise ValueError(
                    f"{self.architecture} does not fit together; ViT goes with None-ViT-None-Position only"
                )
            if self.input_height % PATCH or self.input_width % PATCH:
                raise ValueError(f"the input size must be a whole multiple of {PATCH} for ViT")
        if self.line_height not in LINE_HEIGHTS:
            heights = ", ".join(map(str, LINE_HEIGHTS))
            raise ValueError(f"line_height must be one of {heights}, not {self.line_height}")
        if self.input_height % self.line_height or self.input_width % self.line_width:
            raise ValueError("the input size must be a whole multiple of the line size")

    @property
    def shrink(self) -> tuple[int, int]:
        """How much larger the input is than the line, (rows, columns)."""
        return self.input_height // self.line_height, self.input_width // self.line_width

    @property
    def architecture(self) -> str:
        """The name in the field's spelling, such as TPS-ResNet-BiLSTM-Attn."""
        return f"{self.transformation}-{self.features}-{self.sequence}-{self.prediction}"


def normalize_contrast(picture: Tensor) -> Tensor:
    """Each picture (N, C, H, W) to mean 0 and deviation 1: a dark, flat photograph then looks like any other.

    The deviation has a floor of two grey levels of 255, so that the noise of an empty crop is not blown up to look
    like print.
    """
    mean = picture.mean(dim=(1, 2, 3), keepdim=True)
    centred = picture - mean
    deviation = centred.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
    return centred / (deviation + 0.016)


class RecognitionNetwork(nn.Module):
    """Picture (N, C, H, W) in [-1, 1] to context, CTC logits and, with teacher forcing, attention logits.

    The CTC head sits on the context of attention networks too: it is the auxiliary loss that makes them begin to read
    early (Kim et al., ICASSP 2017), and costs one small matrix product. ViTSTR's context is no row from left to right:
    its CTC logits mean nothing, so it is trained with a CTC weight of 0.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self._is_frozen = False
        line = (config.line_height, config.line_width)
        self.transformation: nn.Module
        if config.transformation == "TPS":
            self.transformation = TPS(config.channels, config.fiducial_points, *line, config.shrink)
        else:
            self.transformation = nn.Identity() if config.features == "ViT" else Downscale(config.shrink)
        extractor: VGG | RCNN | ResNet | VisionTransformer
        if config.features == "ViT":
            extractor = VisionTransformer(config.channels, config.input_height, config.input_width)
        elif config.features == "ResNet":
            extractor = ResNet(config.channels, config.width, config.blocks)
        else:
            extractor = (VGG if config.features == "VGG" else RCNN)(config.channels, config.width)
        self.features = extractor
        self.sequence: nn.Module = (
            BiLSTM(extractor.output_channels, config.hidden) if config.sequence == "BiLSTM" else nn.Identity()
        )
        size = config.hidden if config.sequence == "BiLSTM" else extractor.output_channels
        self.ctc = CTC(size, len(config.charset))
        self.attention: StepDecoder | None = None
        if config.prediction == "Attn":
            self.attention = Attention(size, config.hidden, len(config.charset))
        elif config.prediction == "Position":
            self.attention = PositionDecoder(size, len(config.charset))

    def freeze_features(self) -> None:
        """Keep transformation and features as they are, in training, too: weights and means of normalisation."""
        self._is_frozen = True
        for part in (self.transformation, self.features):
            part.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> RecognitionNetwork:
        """Switch to training or evaluation; what is frozen stays in evaluation."""
        super().train(mode)
        if self._is_frozen:
            self.transformation.eval()
            self.features.eval()
        return self

    def encode(self, picture: Tensor) -> Tensor:
        """Picture (N, C, H, W) in [-1, 1] to context (N, T, D)."""
        features = self.features(self.transformation(normalize_contrast(picture)))
        context: Tensor = self.sequence(features.mean(dim=2).transpose(1, 2))
        return context

    def forward(self, picture: Tensor, tokens: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Returns CTC logits (N, T, 1 + characters) and, if tokens (N, L) are given, attention logits (N, L, V)."""
        context = self.encode(picture)
        attention = self.attention(context, tokens) if self.attention is not None and tokens is not None else None
        return self.ctc(context), attention
