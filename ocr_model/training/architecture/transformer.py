"""A vision transformer as feature extractor: the picture in patches, all of which look at each other."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PATCH = 16  # pixels on a side
WIDTH = 192  # ViT-Tiny
DEPTH = 12
HEADS = 3


class SelfAttention(nn.Module):
    """Multi-head self-attention (Vaswani et al., NIPS 2017): (N, T, width) to (N, T, width)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        count, length, width = tokens.shape
        split = self.query_key_value(tokens).view(count, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        heard = F.scaled_dot_product_attention(query, key, value)
        mixed: Tensor = self.output(heard.transpose(1, 2).reshape(count, length, width))
        return mixed


class TransformerBlock(nn.Module):
    """Self-attention and two linear layers, each normalised before and added (Dosovitskiy et al., ICLR 2021)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads)
        self.linear_norm = nn.LayerNorm(width)
        self.linear = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attention(self.attention_norm(tokens))
        changed: Tensor = tokens + self.linear(self.linear_norm(tokens))
        return changed


class VisionTransformer(nn.Module):
    """ViT-Tiny as ViTSTR uses it (Atienza, ICDAR 2021, arXiv 2105.08582), trained from scratch.

    Maps (N, C, height, width) in [-1, 1] to (N, 192, 1, 1 + patches): the class token, then the patches of 16 x 16
    pixels row by row. There must be more tokens than characters, so it sees the whole input of 64 x 256 pixels
    (65 tokens) and not the line of 32 x 128 (17 tokens).
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.output_channels = WIDTH
        self.embed = nn.Conv2d(channels, WIDTH, PATCH, stride=PATCH)
        patches = (height // PATCH) * (width // PATCH)
        self.class_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.position = nn.Parameter(torch.empty(1, 1 + patches, WIDTH))
        self.blocks = nn.Sequential(*(TransformerBlock(WIDTH, HEADS) for _ in range(DEPTH)))
        self.norm = nn.LayerNorm(WIDTH)
        nn.init.trunc_normal_(self.position, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, picture: Tensor) -> Tensor:
        patches = self.embed(picture).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(patches.shape[0], -1, -1).to(patches.dtype), patches], dim=1)
        seen: Tensor = self.norm(self.blocks(tokens + self.position))
        return seen.transpose(1, 2).unsqueeze(2)
