"""Feature vectors made by workers, each with an encoder of its own: other processes, or other machines."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from datasets.errors import StoreError
from ocr_model.errors import ModelError
from ocr_model.reading.features import FeatureEncoder

_opened: list[FeatureEncoder] = []  # in a worker


def open_encoder(model: Path | None, threads: int, name: str) -> None:
    """Open this worker's encoder.

    Args:
        model: folder of the model; the shipped one if None.
        threads: of the encoder.
        name: of the encoder that the vectors are for.

    Raises:
        StoreError: the worker's machine has no such model, or another one.
    """
    try:
        encoder = FeatureEncoder.open(model, threads=threads)
    except ModelError as error:
        raise StoreError(f"{platform.node()}: {error}") from error
    if encoder.name != name:
        raise StoreError(f"{platform.node()} has another model at {model or 'the place of the shipped one'}")
    _opened[:] = [encoder]


def encode_batch(pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
    """The vectors of a batch of crops, (N, size), by this worker's encoder."""
    return _opened[0].encode(pictures)
