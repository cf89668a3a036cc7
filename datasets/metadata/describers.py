"""Readers that describe crops: the interface, and those that are there.

Each says of a crop some values under keys of its own, as `text` and `confidence`. Side by side with what the label says
they show where readers disagree. A further one, such as a classifier, implements `Describer` and joins `DESCRIBERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from PIL import Image

from datasets.metadata.names import DESCRIBER_NAMES
from ocr_model.errors import ModelError
from ocr_model.reading.recognizer import Recognizer
from ocr_model.tags.detection import LINE, LineDetector, NoDetector, load_detector

_LONGEST_SIDE: Final = 640  # pixels at which the detector looks at a crop


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader is opened with."""

    model: Path  # exported model of the domain, for our own reader
    threads: int = 1  # CPU threads


class Describer(Protocol):
    """Describes crops. One thread at a time uses it."""

    @property
    def by(self) -> str:
        """The reader with its version; crops that another one has described are described anew."""

    @property
    def reads(self) -> bool:
        """Whether it reads text, which can agree with a label."""

    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        """What it says of each crop.

        Args:
            crops: upright, mode RGB.

        Returns:
            Of each crop its values by key: `text` is what is read on it and is left out where nothing is.
        """


class OwnReader:
    """The recognizer of an exported model, without the second reader."""

    reads = True

    def __init__(self, choices: Choices) -> None:
        self._recognizer = Recognizer.load(choices.model, threads=choices.threads, second=False)
        self.by = f"{self._recognizer.info.name} {self._recognizer.info.version}"

    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        """Text and confidence."""
        return [_reading(found.text, found.confidence) for found in self._recognizer.read_batch(crops, find_turn=False)]


class RapidReader:
    """PP-OCRv6 small's recognizer, by the code of rapidocr (Apache-2.0)."""

    reads = True

    def __init__(self, choices: Choices) -> None:
        try:
            from rapidocr import RapidOCR

            self.by = f"rapidocr {version('rapidocr')}"
        except (ImportError, PackageNotFoundError) as error:
            raise ModelError(f"rapidocr is not installed: {error}") from error
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": choices.threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        """Text and confidence; texts in all scripts that the model knows."""
        told = []
        for crop in crops:
            blue_first = np.asarray(crop)[:, :, ::-1]
            found = self._engine(blue_first, use_det=False, use_cls=False, use_rec=True)
            text = "".join(found.txts or ())
            told.append(_reading(text, float(min(found.scores)) if found.txts else 0.0))
        return told


class RapidLines:
    """PP-OCRv6 small's detector: how many lines of print it sees, and how sure it is of the surest."""

    reads = False

    def __init__(self, choices: Choices) -> None:
        self._detector: LineDetector = load_detector(choices.threads)
        if isinstance(self._detector, NoDetector):
            raise ModelError("the detector of rapidocr is not installed")
        self.by = f"detector of rapidocr {version('rapidocr')}"

    def describe(self, crops: Sequence[Image.Image]) -> list[Mapping[str, str]]:
        """The number of lines, and the score of the surest, hints included."""
        told = list[Mapping[str, str]]()
        for crop in crops:
            scores = [line.score for line in self._detector.find(crop, _LONGEST_SIDE)]
            told.append({"lines": str(sum(s >= LINE for s in scores)), "confidence": f"{max(scores, default=0.0):.3f}"})
        return told


DESCRIBERS: Final[Mapping[str, Callable[[Choices], Describer]]] = dict(
    zip(DESCRIBER_NAMES, (OwnReader, RapidReader, RapidLines), strict=True)
)
"""The readers by name; a name is what the keys of their values begin with."""


def _reading(text: str, confidence: float) -> Mapping[str, str]:
    shown = " ".join("".join(sign for sign in text if sign.isprintable()).split())
    return ({"text": shown} if shown else {}) | {"confidence": f"{confidence:.3f}"}
