"""Trains the network that reads Korean words on rendered lines."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ocr_model.tags.korean_model import KINDS, columns_of
from ocr_model.training.korean.alphabet import as_classes
from ocr_model.training.korean.lines import RenderedLine
from ocr_model.training.korean.network import KoreanNetwork


@dataclass(frozen=True, slots=True)
class KoreanTraining:
    """How the network is trained."""

    passes: int = 3  # over all lines
    batch: int = 64  # lines of about one width
    rate: float = 3e-3  # the highest, after a twentieth of the batches; then down to 0 as a cosine
    decay: float = 0.01  # of the weights
    clip: float = 5.0  # norm of the gradient
    seed: int = 0
    checkpoint_every: int = 100  # batches


def train(
    lines: Sequence[RenderedLine], alphabet: str, folder: Path, settings: KoreanTraining
) -> tuple[KoreanNetwork, float]:
    """Train, or go on from the checkpoint in the folder.

    Args:
        lines: to learn from.
        alphabet: syllables with a class of their own.
        folder: of the checkpoint `korean.pt`.
        settings: how.

    Returns:
        The network, and the mean loss of its last hundred batches.
    """
    torch.manual_seed(settings.seed)
    network = KoreanNetwork(1 + len(alphabet) + len(KINDS)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(network.parameters(), settings.rate, weight_decay=settings.decay)
    file = folder / "korean.pt"
    done, recent = 0, 0.0
    if file.is_file():
        state: dict[str, Any] = torch.load(file, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        done, recent = state["done"], state["loss"]
    batches = [batch for number in range(settings.passes) for batch in _batches(lines, settings, number)]
    targets = _Targets(alphabet)
    network.train()
    with tqdm(total=len(batches), initial=done, unit="batch", mininterval=5.0) as bar:
        for number in range(done, len(batches)):
            for group in optimizer.param_groups:
                group["lr"] = settings.rate * _share_of_rate(number / len(batches))
            loss = _loss(network, [lines[at] for at in batches[number]], targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
            optimizer.step()
            value = float(loss.detach())
            recent = value if number == 0 else recent + (value - recent) / min(100, number + 1)
            bar.update()
            bar.set_postfix(loss=f"{recent:.3f}", refresh=False)
            if (number + 1) % settings.checkpoint_every == 0 or number + 1 == len(batches):
                _save(file, network, optimizer, number + 1, recent)
    return network.eval(), recent


def _save(file: Path, network: KoreanNetwork, optimizer: torch.optim.Optimizer, done: int, loss: float) -> None:
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "done": done, "loss": loss}
    partial = file.with_suffix(".part")
    torch.save(state, partial)
    partial.replace(file)


def _share_of_rate(progress: float) -> float:
    warm = 0.05
    if progress < warm:
        return 0.1 + 0.9 * progress / warm
    return 0.5 * (1.0 + math.cos(math.pi * (progress - warm) / (1.0 - warm)))


def _batches(lines: Sequence[RenderedLine], settings: KoreanTraining, number: int) -> Iterator[list[int]]:
    """The lines of one pass in batches of about one width, in an order of its own."""
    words = random.Random(f"{settings.seed}/{number}")
    order = sorted(range(len(lines)), key=lambda at: (lines[at].pixels.shape[1] + words.uniform(0, 12), at))
    batches = [order[start : start + settings.batch] for start in range(0, len(order), settings.batch)]
    words.shuffle(batches)
    yield from batches


class _Targets:
    """Numbers of classes: blank 0, then the syllables, then the kinds of other print."""

    def __init__(self, alphabet: str) -> None:
        self._alphabet = alphabet
        self._numbers = {character: number for number, character in enumerate(alphabet + KINDS, start=1)}

    def of(self, text: str) -> list[int]:
        return [self._numbers[character] for character in as_classes(text, self._alphabet)]


def _loss(network: KoreanNetwork, lines: Sequence[RenderedLine], targets: _Targets) -> Tensor:
    """Mean CTC loss of a batch, per line."""
    widths = [line.pixels.shape[1] for line in lines]
    pixels = np.zeros((len(lines), 1, lines[0].pixels.shape[0], max(widths)), np.uint8)
    for row, line in enumerate(lines):
        pixels[row, 0] = np.pad(line.pixels, ((0, 0), (0, max(widths) - line.pixels.shape[1])), mode="edge")
    pictures = torch.from_numpy(pixels).float().div_(127.5).sub_(1.0).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(pictures)
    numbers = [targets.of(line.text) for line in lines]
    return torch.nn.functional.ctc_loss(
        scores.transpose(0, 1),
        torch.tensor([number for line in numbers for number in line], dtype=torch.long),
        torch.tensor([columns_of(width) for width in widths]),
        torch.tensor([len(line) for line in numbers]),
        zero_infinity=True,
    )
