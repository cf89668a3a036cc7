"""Loads recognizers, all of which ask the same second reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image

from datasets.objects.spans import span

if TYPE_CHECKING:
    from ocr_model.reading.arrays import Floats
    from ocr_model.reading.recognizer import Recognizer
    from ocr_model.reading.second_reader import SecondReader


class RecognizerLoader:
    """Loads recognizers; those of equal numbers of threads share one second reader.

    Args:
        second_reader: Whether a second reader is asked about doubtful crops, where one is installed.
    """

    def __init__(self, second_reader: bool) -> None:
        self._second_reader = second_reader
        self._loaded: dict[int, SecondReader | None] = {}
        self._lock = Lock()

    def __call__(self, folder: Path | None, threads: int) -> Recognizer:
        """Load the model in a folder (None: the shipped one) for a number of threads per reading."""
        # Imported here, in the loading thread: ONNX Runtime takes longer to import than everything else.
        from ocr_model.reading.recognizer import Recognizer
        from ocr_model.reading.second_reader import packaged_second_reader

        with self._lock:
            if self._second_reader and threads not in self._loaded:
                second = packaged_second_reader(threads)
                self._loaded[threads] = None if second is None else TracedSecondReader(second)
        return Recognizer.load(folder, threads=threads, second=self._loaded.get(threads) or False)


class TracedSecondReader:
    """A second reader whose work has spans of its own within those of the readings that ask it."""

    def __init__(self, second: SecondReader) -> None:
        self._second = second

    @property
    def name(self) -> str:
        """Of the model."""
        return self._second.name

    def columns(self, pictures: Sequence[Image.Image]) -> list[Floats]:
        """See `SecondReader.columns`."""
        with span("second reader", {"crops": len(pictures)}):
            return self._second.columns(pictures)
