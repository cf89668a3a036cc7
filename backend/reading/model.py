"""The recognizer that serves, or the reason why there is none yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from backend.http.problems import Problem
from ocr_model.reading.prediction import ModelInfo, Prediction

if TYPE_CHECKING:
    from datasets.models.champions import ChampionRecord


class Reader(Protocol):
    """The part of a recognizer that the backend uses."""

    @property
    def info(self) -> ModelInfo:
        """Name and version of the model."""
        ...

    def read(self, image: Image.Image, /) -> Prediction:
        """Read one RGB crop, whichever way up; may be called by several threads at once."""
        ...

    def read_batch(self, images: Sequence[Image.Image], *, find_turn: bool = True) -> list[Prediction]:
        """Read several crops, see `read`; as they stand unless `find_turn`."""
        ...

    def for_many_lines(self) -> Reader:
        """The same model for many at a time: quicker, and not as careful."""
        ...

    def at_a_glance(self) -> Reader:
        """The same model at its quickest."""
        ...


@dataclass(frozen=True)
class Serving:
    """The recognizer that reads now."""

    recognizer: Reader
    champion: ChampionRecord | None  # its entry in the store; None for the shipped model or that of the settings
    since: datetime  # when it began to read here, with a time zone


class ModelSlot:
    """Holds the one recognizer of the process: loading, then ready or failed.

    A request keeps the recognizer that it began with, so another can be put in without dropping it.

    Args:
        now: The time of day, with its zone.
    """

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._serving: Serving | None = None
        self._failure: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a recognizer."""
        return self._serving is not None

    @property
    def failure(self) -> str | None:
        """Why there is none, in one line; None while it is being loaded, and once there is one."""
        return None if self._serving is not None else self._failure

    @property
    def serving(self) -> Serving:
        """The recognizer that reads now.

        Raises:
            Problem: 503, while there is none.
        """
        if self._serving is None:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "not-ready",
                "The service is not ready",
                self._failure or "The model is still being loaded.",
                headers=None if self._failure else {"Retry-After": "1"},
            )
        return self._serving

    @property
    def recognizer(self) -> Reader:
        """The recognizer; see `serving`."""
        return self.serving.recognizer

    @property
    def champion(self) -> ChampionRecord | None:
        """The store's champion that reads; None while another model does."""
        return None if self._serving is None else self._serving.champion

    def put(self, recognizer: Reader, champion: ChampionRecord | None = None) -> None:
        """Serve this recognizer from now on."""
        # One assignment of one reference: a request sees the old one or the new one.
        self._serving = Serving(recognizer, champion, self._now())
        self._failure = None

    def fail(self, message: str) -> None:
        """Note why there is no recognizer."""
        self._failure = message
