"""Reads whole photos beside ordinary crops."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from PIL import Image

from backend.reading.model import Reader
from datasets.objects.spans import span
from ocr_model.reading.prediction import Prediction
from ocr_model.tags.tag import Tag, TextLine

if TYPE_CHECKING:
    from ocr_model.tags.detection import FoundLine, LineDetector
    from ocr_model.tags.korean_model import KoreanModel

_LOG = logging.getLogger(__name__)

_NOTHING = (64, 64)  # pixels of the first look, which loads what the detector needs
_TOGETHER = 4  # lines that are read in one go; an ordinary crop waits for so many at most


class AbandonedError(Exception):
    """Nobody waits for the answer to a photo any more."""


class PhotoReading:
    """Reads whole photos, with a place among the readers for each look and each few lines only.

    Args:
        recognizing: Lends a place among the readers.
        load_detector: Loads the detector of lines; slow.
        on_batch: Called with the number of lines that were read in one go.
    """

    def __init__(
        self,
        recognizing: AbstractContextManager[None],
        load_detector: Callable[[], LineDetector],
        on_batch: Callable[[int], None] = lambda lines: None,
    ) -> None:
        self._recognizing = recognizing
        self._on_batch = on_batch
        self._load_detector = load_detector
        self._detector: LineDetector | None = None
        self._korean: KoreanModel | None = None
        self._loading = threading.Lock()

    def load(self) -> LineDetector:
        """Load the detector and what else a photo needs, once; blocks. Without one a photo is read as one line."""
        with self._loading:
            if self._detector is None:
                # Imported here: ONNX Runtime takes longer to import than everything else.
                from ocr_model.tags.detection import NoDetector
                from ocr_model.tags.korean import load_korean

                self._korean = load_korean(1)
                try:
                    detector = self._load_detector()
                    detector.find(Image.new("RGB", _NOTHING, "white"), max(_NOTHING))  # no shopper waits for the first
                    self._detector = detector
                except Exception:
                    _LOG.exception("the detector of lines cannot be loaded, so photos are read as one line")
                    self._detector = NoDetector()
                importlib.import_module("ocr_model.tags.tag_reader")
            return self._detector

    def read(
        self,
        photo: Image.Image,
        recognizer: Reader,
        on_code: Callable[[TextLine], None],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Tag:
        """Read a photo; blocks for seconds.

        Args:
            photo: RGB, upright.
            recognizer: Reads its lines.
            on_code: See `TagReader.read_tag`.
            is_wanted: Whether somebody still waits for the answer; asked before each look and each few lines.

        Raises:
            AbandonedError: Nobody waits any more.
        """
        from ocr_model.tags.tag_reader import TagReader

        place = _Place(self._recognizing, is_wanted)
        detector = _Detector(self.load(), place)
        ways = (recognizer, recognizer.for_many_lines(), recognizer.at_a_glance())
        lines, quick, glance = (_Lines(way, place, self._on_batch) for way in ways)
        reader = TagReader(lines, detector, quick=quick, glance=glance, korean=self._korean)
        return reader.read_tag(photo, on_code=on_code)


class _Place:
    """A place among the readers, for as long as somebody waits for the photo."""

    def __init__(self, recognizing: AbstractContextManager[None], is_wanted: Callable[[], bool]) -> None:
        self._recognizing, self._is_wanted = recognizing, is_wanted

    def __enter__(self) -> None:
        if not self._is_wanted():
            raise AbandonedError
        self._recognizing.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recognizing.__exit__(kind, error, trace)


class _Lines:
    """A recognizer that takes a place for a few lines at a time."""

    def __init__(self, recognizer: Reader, place: _Place, on_batch: Callable[[int], None]) -> None:
        self._recognizer, self._place, self._on_batch = recognizer, place, on_batch

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        found: list[Prediction] = []
        for at in range(0, len(images), _TOGETHER):
            some = images[at : at + _TOGETHER]
            with self._place, span("read", {"crops": len(some)}):
                found += self._recognizer.read_batch(some, find_turn=find_turn)
            self._on_batch(len(some))
        return found


class _Detector:
    """A detector that takes a place for each look."""

    def __init__(self, detector: LineDetector, place: _Place) -> None:
        self._detector, self._place = detector, place

    def find(self, picture: Image.Image, longest_side: int) -> list[FoundLine]:
        with self._place, span("find lines", {"longest_side": longest_side}):
            return self._detector.find(picture, longest_side)
