"""Crops and labels for tests."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from datasets.models.registry import ModelRegistry
from datasets.samples.event import EventName
from datasets.samples.pair import Pair
from datasets.samples.sample import Label
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy

T = TypeVar("T")

HASTY = UploadPolicy(timeout=20.0, deadline=0.2, first_delay=0.02, longest_delay=0.1, pull_interval=0.2)
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


def pair(prediction_id: str, code: str = "CW2288-111", **changes: Any) -> Pair:
    """A pair of a barcode and a code, but for the changes."""
    values: dict[str, Any] = {
        "gtin": "4006381333931",
        "code": code,
        "prediction_id": prediction_id,
        "client": "c1",
        "at": datetime(2026, 5, 4, 12, 30, tzinfo=UTC),
    }
    return Pair(**(values | changes))


def writer_of(store: SampleStore) -> str:
    """Name of the writer of the store's first live label."""
    name = EventName.parse(next(store.samples()).event)
    assert name is not None
    return name.writer


def model_folder(folder: Path, name: str) -> Path:
    """Write an exported model folder: right in form, though nothing could read with it."""
    folder.mkdir()
    files = {"encoder": "encoder.onnx", "decoder": "decoder.onnx"}
    for part, file in files.items():
        (folder / file).write_bytes(f"{part} of {name}".encode() * 100)
    (folder / "weights.pt").write_bytes(f"weights of {name}".encode() * 100)
    description = {
        "name": name,
        "version": "1.0",
        "card": {"recipe": "tags-1"},
        "files": files,
        "sha256": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files.values()},
    }
    (folder / "model.json").write_text(json.dumps(description))
    return folder


def register_models(registry: ModelRegistry, folder: Path, *names: str) -> list[str]:
    """Register a model of each name. Returns their digests."""
    return [registry.register(model_folder(folder / name, name)) for name in names]


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Do the work in so many threads at the same moment. Returns what they return, in any order."""
    barrier = threading.Barrier(count)
    results: list[T] = []
    errors: list[Exception] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            results.append(work(number))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


def forge(fields: Mapping[str, Any], *, writer: str = "f" * 16, sequence: int = 1) -> tuple[str, bytes]:
    """An object that an event's name fits, whatever it holds: a real label event but for some fields.

    Returns:
        Its name and its bytes.
    """
    event = {
        "kind": "label",
        "schema": 1,
        "writer": writer,
        "sequence": sequence,
        "stamp": 1_777_900_000_000,
        "stored_at": "2026-05-04T12:30:01+00:00",
        "prediction_id": "forged",
        "sample": "ab" * 32,
        "width": 60,
        "height": 15,
        "status": "accepted",
        "text": "CW2288-111",
        "read_text": "CW2288-111",
        "read_confidence": 0.875,
        "model": {"name": "trba", "version": "1"},
        "client": "c1",
        "at": "2026-05-04T12:30:00+00:00",
        "turn": 0,
        "source": "app",
    }
    data = json.dumps(event | dict(fields)).encode()
    return f"events/{writer}/{sequence:010d}-{hashlib.sha256(data).hexdigest()[:32]}.json", data
