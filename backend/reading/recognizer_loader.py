"""Loads recognizers, all of which ask the same second reader."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
                self._loaded[threads] = packaged_second_reader(threads)
        return Recognizer.load(folder, threads=threads, second=self._loaded.get(threads) or False)
