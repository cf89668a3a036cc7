"""The recognizer that serves, or why there is none yet."""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from PIL import Image

from backend.problems import Problem
from ocr_model.prediction import ModelInfo, Prediction

__all__ = ["ModelSlot", "Reader"]


class Reader(Protocol):
    """What the backend needs of a recognizer."""

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model."""
        ...

    def read(self, image: Image.Image, /) -> Prediction:
        """Read one RGB crop, whichever way up; may be called by several threads at once."""
        ...


class ModelSlot:
    """Holds the one recognizer of the process: loading, then ready or failed.

    Whoever takes the recognizer keeps the one he took, so another can be put in without dropping a request.
    """

    def __init__(self) -> None:
        self._recognizer: Reader | None = None
        self._failure: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a recognizer."""
        return self._recognizer is not None

    @property
    def recognizer(self) -> Reader:
        """The recognizer.

        Raises:
            Problem: 503, while there is none.
        """
        if self._recognizer is None:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "The service is not ready",
                self._failure or "The model is still being loaded.",
                headers=None if self._failure else {"Retry-After": "1"},
            )
        return self._recognizer

    def put(self, recognizer: Reader) -> None:
        """Serve this recognizer from now on."""
        self._recognizer = recognizer
        self._failure = None

    def fail(self, message: str) -> None:
        """Say why there is no recognizer."""
        self._failure = message
