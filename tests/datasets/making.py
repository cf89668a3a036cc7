"""Crops and labels for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PIL import Image

from datasets.sample import Label
from datasets.uploader import UploadPolicy

HASTY = UploadPolicy(timeout=1.0, deadline=0.2, first_delay=0.02, longest_delay=0.1, pull_interval=0.2)
"""An uploader that gives up and comes back quickly enough for a test."""


def picture(number: int, size: tuple[int, int] = (60, 15)) -> Image.Image:
    """A small picture; other numbers look different."""
    image = Image.new("RGB", size, (number % 251, number // 251 % 251, 7))
    image.putpixel((0, 0), (255, 255, number % 256))
    return image


def label(prediction_id: str, text: str = "CW2288-111", **changes: Any) -> Label:
    """An accepted label, but for the changes."""
    values: dict[str, Any] = {
        "prediction_id": prediction_id,
        "status": "accepted",
        "text": text,
        "read_text": "CW2288-111",
        "read_confidence": 0.875,
        "model_name": "trba",
        "model_version": "1",
        "client": "c1",
        "at": datetime(2026, 5, 4, 12, 30, tzinfo=UTC),
    }
    return Label(**(values | changes))
