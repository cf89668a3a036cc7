"""Crops that look different from each other, and a store full of them, for tests of dataset versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from tests.datasets.making import label


def pattern(number: int, size: tuple[int, int] = (160, 40)) -> Image.Image:
    """Blurred blocks; another number, another picture."""
    blocks = np.random.default_rng(number).integers(0, 256, (8, 32), dtype=np.uint8)
    return Image.fromarray(blocks).resize(size, Image.Resampling.BILINEAR).convert("RGB")


def twin(number: int) -> Image.Image:
    """Nearly the same picture with other pixels."""
    return pattern(number, (140, 36))


def code(number: int) -> str:
    """A Nike code; another number, another code."""
    return f"CW{2000 + number}-{100 + number % 900}"


def keep(store: SampleStore, number: int, text: str | None = None, **changes: Any) -> Sample:
    """Keep crop `number` under prediction `p<number>` with its code as text, but for the changes."""
    said = code(number) if text is None else text
    values: dict[str, Any] = {"read_text": said} | changes
    prediction = values.pop("prediction_id", f"p{number}")
    image = values.pop("image", None) or pattern(number)
    return store.keep(image, label(prediction, said, **values))


def keep_all(store: SampleStore, numbers: Iterable[int]) -> list[Sample]:
    """Keep a crop for each number."""
    return [keep(store, number) for number in numbers]
