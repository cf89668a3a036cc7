"""The average of a network and of the one that its training began with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from ocr_model.training.architecture import RecognitionNetwork
from ocr_model.training.trainer import SIZES


def average_networks(network: RecognitionNetwork, start: RecognitionNetwork, share: float = 0.5) -> RecognitionNetwork:
    """The mean of a network's weights and of those that its training began with.

    The average keeps more of the start's accuracy on old kinds (Wortsman et al., CVPR 2022,
    https://arxiv.org/abs/2109.01903).

    Args:
        network: the trained network, whose sizes of line and input the average has.
        start: the network that the training began with; those sizes may be others, for they change no weight.
        share: share of `start` in the average, 0..1.

    Raises:
        ValueError: the networks are built differently, or the share is outside 0..1.
    """
    sizes = {name: getattr(network.config, name) for name in SIZES}
    if replace(start.config, **sizes) != network.config:
        raise ValueError(f"the two networks are built differently: {network.config} and {start.config}")
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share is between 0 and 1, not {share}")
    mean = RecognitionNetwork(network.config).eval()
    others = start.state_dict()
    mean.load_state_dict(
        {
            name: value * (1.0 - share) + others[name] * share if value.is_floating_point() else value
            for name, value in network.state_dict().items()
        }
    )
    return mean


def about_model(directory: Path) -> dict[str, object]:
    """Name, version and training of an exported model, for the card of a model that builds on it."""
    file = directory / "model.json"
    if not file.is_file():
        return {"run": directory.name}
    description = json.loads(file.read_text(encoding="utf-8"))
    card = description.get("card", {})
    about = {"name": description["name"], "version": description["version"]}
    return about | {key: card[key] for key in ("crops_seen", "hours", "recipe_digest") if key in card}
