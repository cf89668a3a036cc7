"""Evaluation of a recognizer on labelled crops: exact match, strict match, character error rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from ocr_model.codes.text import edit_distance, label_text, match_key
from ocr_model.domains.registry import domain_of_charset
from ocr_model.labelled_folder import folder_name, read_labels
from ocr_model.reading.way_in import enter
from ocr_model.training.architecture import NetworkConfig, RecognitionNetwork
from ocr_model.training.architecture.prediction import END, START
from ocr_model.training.targets import Targets

WEIGHTS = "weights.pt"  # of an exported model
VALIDATION_SEED = 20_210_801  # no training run may use it


@dataclass(frozen=True)
class EvaluationSet:
    """Labelled crops that are never trained on."""

    name: str
    images: tuple[NDArray[np.uint8], ...]  # grey, (H, W) each; none where workers have read them
    texts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True)
class Evaluation:
    """The readings of a set, in the order of its crops."""

    data: EvaluationSet
    readings: tuple[str, ...]
    confidences: tuple[float, ...]
    key: Callable[[str], str] = match_key  # two texts are the same where their keys are

    @property
    def exact(self) -> float:
        """Share of texts with the same key: of tags after removing everything but A-Z and 0-9."""
        return float(np.mean([self.key(a) == self.key(b) for a, b in zip(self.readings, self.data.texts, strict=True)]))

    @property
    def strict(self) -> float:
        """Share of texts equal after dropping spaces."""
        return float(
            np.mean([label_text(a) == label_text(b) for a, b in zip(self.readings, self.data.texts, strict=True)])
        )

    @property
    def character_error_rate(self) -> float:
        """Edits over characters of the labels."""
        edits = sum(
            edit_distance(self.key(a), self.key(b)) for a, b in zip(self.readings, self.data.texts, strict=True)
        )
        return edits / max(1, sum(len(self.key(text)) for text in self.data.texts))

    def errors(self) -> list[tuple[str, str, str, float]]:
        """(file, label, reading, confidence) of every misread crop."""
        rows = zip(self.data.files, self.data.texts, self.readings, self.confidences, strict=True)
        return [row for row in rows if self.key(row[1]) != self.key(row[2])]

    def summary(self) -> dict[str, Any]:
        """The figures, rounded."""
        return {
            "crops": len(self.readings),
            "exact": round(self.exact, 4),
            "strict": round(self.strict, 4),
            "character_error_rate": round(self.character_error_rate, 4),
        }


def load_labelled_folder(folder: Path) -> EvaluationSet:
    """The crops of a labelled folder.

    Raises:
        LabelsError: no labels.tsv or a wrong one, or a picture that it names cannot be read.
    """
    labels = read_labels(folder)
    return EvaluationSet(
        folder_name(folder),
        tuple(np.asarray(label.picture().convert("L")) for label in labels),
        tuple(label.text for label in labels),
        tuple(label.file for label in labels),
    )


def synthetic_set(recipe_name: str, count: int, seed: int = VALIDATION_SEED) -> EvaluationSet:
    """Freshly rendered crops of a recipe, from a seed that training never uses."""
    from data_gen.crop import CropRenderer
    from data_gen.fonts import load_fonts
    from data_gen.recipe import load_recipe

    recipe = load_recipe(recipe_name)
    renderer = CropRenderer(recipe, load_fonts(recipe.fonts), seed=seed)
    crops = [renderer.render(index) for index in range(count)]
    return EvaluationSet(
        f"synthetic {recipe.name}",
        tuple(c.image for c in crops),
        tuple(c.text for c in crops),
        tuple(str(i) for i in range(count)),
    )


def fit_input(image: NDArray[np.uint8], config: NetworkConfig) -> NDArray[np.uint8]:
    """Bring a grey crop (H, W) to the network's input size, exactly as serving does."""
    size = (config.input_width, config.input_height)
    return np.asarray(enter(Image.fromarray(image), config.way_in, size))


def network_input(images: Sequence[NDArray[np.uint8]], config: NetworkConfig) -> Tensor:
    """Grey crops (H, W) uint8 to (N, 1, height, width) float32 in [-1, 1], resized exactly as serving resizes."""
    rows = [np.asarray(fit_input(image, config), np.float32) for image in images]
    return torch.from_numpy(np.stack(rows)[:, None] / 127.5 - 1)


@torch.inference_mode()
def evaluate_network(network: RecognitionNetwork, data: EvaluationSet, batch: int = 64) -> Evaluation:
    """Read a set greedily with a torch network (in evaluation mode)."""
    targets = Targets(network.config.charset, network.config.max_length)
    device = next(network.parameters()).device
    readings: list[str] = []
    confidences: list[float] = []
    for first in range(0, len(data.images), batch):
        pictures = network_input(data.images[first : first + batch], network.config).to(device)
        context = network.encode(pictures)
        if network.attention is None:
            log_probs = network.ctc(context).float().log_softmax(2)
            best = log_probs.max(dim=2)
            readings += [targets.ctc_text(row) for row in best.indices.tolist()]
            confidences += best.values.sum(dim=1).exp().tolist()
        else:
            tokens, logs = decode_greedily(network, context)
            readings += [targets.text(row) for row in tokens.tolist()]
            confidences += logs.exp().tolist()
    return Evaluation(data, tuple(readings), tuple(confidences), domain_of_charset(network.config.charset).key)


def decode_greedily(network: RecognitionNetwork, context: Tensor) -> tuple[Tensor, Tensor]:
    """Most likely token at each step: tokens (N, max_length + 1) and each text's log probability, END included."""
    attention = network.attention
    if attention is None:
        raise ValueError(f"{network.config.architecture} has no attention decoder")
    count = context.shape[0]
    projected = attention.project(context)
    hidden = torch.zeros(count, attention.hidden_size, device=context.device)
    cell = torch.zeros_like(hidden)
    token = torch.full((count,), START, dtype=torch.int64, device=context.device)
    ended = torch.zeros(count, dtype=torch.bool, device=context.device)
    total = torch.zeros(count, device=context.device)
    tokens = []
    for _ in range(network.config.max_length + 1):
        logits, hidden, cell = attention.step(context, projected, hidden, cell, token)
        log_prob, token = logits.float().log_softmax(1).max(dim=1)
        total = total + torch.where(ended, 0.0, log_prob)
        token = torch.where(ended, END, token)
        tokens.append(token)
        ended = ended | (token == END)
        if bool(ended.all()):
            break
    return torch.stack(tokens, dim=1), total


def load_run(run: Path) -> RecognitionNetwork:
    """The averaged weights of a training run, the best if it keeps them, or those of an exported model; on the CPU.

    Raises:
        FileNotFoundError: the folder has neither a checkpoint nor exported weights.
    """
    files = (run / "best.pt", run / "checkpoint.pt")
    file = next((file for file in files if file.is_file()), run / WEIGHTS)
    saved = torch.load(file, map_location="cpu", weights_only=True)
    fields = dict(saved["network_config"])
    fields["blocks"] = tuple(fields["blocks"])
    network = RecognitionNetwork(NetworkConfig(**fields))
    network.load_state_dict(saved["averages"])
    return network.eval()
