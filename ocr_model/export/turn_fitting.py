"""Fits the head that recognises upside-down text, for an exported model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.turns import fit_turn_head
from ocr_model.training.evaluation import synthetic_set

TURN_SEED = 20_230_801  # neither trained nor evaluated on
HELD_OUT = 0.2  # share of the crops that only measure


@dataclass(frozen=True)
class TurnFit:
    """How well the head tells upright from upside down, on crops that it was not fitted on."""

    crops: int
    upright_right: float  # share of upright crops that it calls upright
    upside_down_right: float  # share of turned ones that it calls upside down
    ordered: float  # share of crops whose two ways up it puts in the right order


def fit_turn_directory(directory: Path, recipe: str, count: int) -> TurnFit:
    """Fit the turn head of an exported model on fresh crops of a recipe, and store it with the model.

    Each crop with text is encoded upright and upside down. Fit it before the calibration, which
    depends on the choice of the turn.

    Raises:
        ModelError: the model cannot be loaded, or its encoder does not show its features.
        ValueError: too few crops with text to fit and to measure.
    """
    reader = Recognizer.load(directory, threads=1, second=False)
    data = synthetic_set(recipe, count, seed=TURN_SEED)
    images = [image for image, text in zip(data.images, data.texts, strict=True) if text]
    held_out = int(len(images) * HELD_OUT)
    if held_out < 1:
        raise ValueError(f"{len(images)} crops with text are too few")
    upright, upside_down = reader.turn_features(images), reader.turn_features(images, turn=2)
    head = fit_turn_head(upright[held_out:], upside_down[held_out:])
    right_way, wrong_way = head.upside_down(upright[:held_out]), head.upside_down(upside_down[:held_out])

    file = directory / "turn_head.npy"
    content = head.to_bytes()
    file.write_bytes(content)
    description_file = directory / "model.json"
    description = json.loads(description_file.read_text(encoding="utf-8"))
    description["files"]["turn_head"] = file.name
    description.setdefault("sha256", {})[file.name] = hashlib.sha256(content).hexdigest()
    description_file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return TurnFit(
        held_out,
        float(np.mean(right_way < 0)),
        float(np.mean(wrong_way > 0)),
        float(np.mean(wrong_way > right_way)),
    )
