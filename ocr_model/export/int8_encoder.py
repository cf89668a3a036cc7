"""An int8 encoder for an exported model, kept only if it reads as well as the one in single precision."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from ocr_model.export.quantization import quantize_encoder
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.sessions import Precision
from ocr_model.training.evaluation import load_run, network_input, synthetic_set

PRECISIONS: tuple[Precision, Precision] = ("single", "int8")


INT8_SEED = 20_270_801  # neither trained nor evaluated on, in cycles either


INT8_LOSS = 0.005  # largest share of crops that int8 may misread beyond single precision, noise included


@dataclass(frozen=True)
class Quantization:
    """How many crops an int8 encoder and the one in single precision read right."""

    crops: int
    exact_single: int
    exact_int8: int
    kept: bool  # whether it became part of the model

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "left out"
        return f"int8 reads {self.exact_int8}, single precision {self.exact_single} of {self.crops} crops: {verdict}"


def quantize_directory(directory: Path, recipe: str, count: int, *, checked: int = 1000) -> Quantization:
    """Add an int8 encoder to an exported model if it reads as well as the one in single precision.

    Args:
        directory: folder of the model.
        recipe: recipe of the crops that set the scales, and of those that check.
        count: crops that set the scales.
        checked: crops that both precisions read, for the check.
    """
    config = load_run(directory).config
    data = synthetic_set(recipe, count + checked, seed=INT8_SEED)
    file = directory / "encoder_int8.onnx"
    quantize_encoder(
        directory / "encoder.onnx", file, [network_input([image], config).numpy() for image in data.images[:count]]
    )
    description_file = directory / "model.json"
    before = description_file.read_text(encoding="utf-8")
    description = json.loads(before)
    description["files"]["encoder_int8"] = file.name
    description["sha256"][file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    description_file.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    images, texts = data.images[count:], data.texts[count:]
    exact = []
    for precision in PRECISIONS:
        reader = Recognizer.load(directory, threads=1, precision=precision, second=False)
        key, readings = reader.domain.key, [reader.read(image).text for image in images]
        exact.append(sum(key(read) == key(text) for read, text in zip(readings, texts, strict=True)))
    kept = exact[1] >= exact[0] - INT8_LOSS * checked
    if not kept:
        description_file.write_text(before, encoding="utf-8")
        file.unlink()
    return Quantization(checked, exact[0], exact[1], kept)
