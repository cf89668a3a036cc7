"""The service's parts as deployments of Ray Serve. Each replica reads the backend's settings from its environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from fastapi import FastAPI
from PIL import Image
from ray import serve

from backend.domains import further_settings
from backend.main import create_app
from backend.metrics import Metrics
from backend.settings import Settings, load_settings
from backend.telemetry.log import set_up_log
from backend.telemetry.tracing import export_traces
from deploy.ray.asking import Patience
from deploy.ray.messages import FindRequest, ReadRequest
from deploy.ray.models import Answer, ReplicaModels
from deploy.ray.remote import Handle, RemoteDetector, RemoteLoader, RemoteSecondReader
from deploy.ray.settings import RaySettings
from ocr_model.errors import ModelError, ReaderError
from ocr_model.reading.arrays import Floats
from ocr_model.reading.prediction import ModelInfo
from ocr_model.reading.second_reader import packaged_second_reader
from ocr_model.tags.detection import FoundLine, load_detector

_BATCHES_AT_ONCE = 2  # while one waits for the second reader, the other computes
_CANARYS_PATIENCE = 1 / 3  # of a request's; then the champion reads
_GENTLE = 19  # niceness of who reads in shadow

Request = TypeVar("Request")
Reply = TypeVar("Reply")
Columns = list[Floats] | ReaderError


class Recognizers:
    """Reads crops with the models that requests name; every replica follows each domain's champion and canary.

    Args:
        settings: How batches are made.
        second: The second readers, or None.
        second_name: Name of their model.
        is_shadow: Whether it reads in shadow only: at low priority, and with no model before one is asked for.
    """

    async def __init__(  # type: ignore[misc]  # Ray waits for it
        self, settings: RaySettings, second: Handle | None, second_name: str, *, is_shadow: bool = False
    ) -> None:
        if is_shadow:
            os.nice(_GENTLE)
        reader = (
            None if second is None else RemoteSecondReader(second, second_name, Patience(settings.patience_seconds))
        )
        self._models = ReplicaModels(_begin(), reader, follows=not is_shadow)
        self._together = _batched(settings, self._models.read)
        await self._models.start()

    async def info(self, domain: str, model: str | None) -> ModelInfo:
        """Name and version of a domain's model, which is loaded if it is not yet."""
        return await asyncio.to_thread(self._models.info, domain, model)

    async def read(self, request: ReadRequest) -> Answer:
        """Read the crops of a request."""
        return await self._together(request)


class SecondReaders:
    """Reads doubtful lines with PP-OCRv6 small.

    Args:
        settings: How batches are made.
    """

    def __init__(self, settings: RaySettings) -> None:
        reader = packaged_second_reader(_begin().model_threads)
        if reader is None:
            raise ModelError("no second reader loads here: install rapidocr, or set TAGS_SECOND_READER=false")
        self._reader = reader
        self._together = _batched(settings, self._read)

    async def columns(self, pictures: tuple[Image.Image, ...]) -> Columns:
        """See `SecondReader.columns`."""
        return await self._together(pictures)

    def _read(self, requests: Sequence[tuple[Image.Image, ...]]) -> list[Columns]:
        return [self._columns(pictures) for pictures in requests]

    def _columns(self, pictures: tuple[Image.Image, ...]) -> Columns:
        # Lines of one batch are padded to one width, which changes what is read in the last digits: so what belongs
        # to one request is a batch, and nothing else.
        try:
            return self._reader.columns(pictures)
        except ReaderError as error:
            return error


class Detectors:
    """Finds lines on photos with PP-OCRv6's small detector.

    Args:
        settings: How batches are made.
    """

    def __init__(self, settings: RaySettings) -> None:
        self._detector = load_detector(_begin().model_threads)
        self._together = _batched(settings, self._find)

    async def find(self, request: FindRequest) -> list[FoundLine]:
        """See `LineDetector.find`."""
        return await self._together(request)

    def _find(self, requests: Sequence[FindRequest]) -> list[list[FoundLine]]:
        # Each photo has another size, so they are looked at one after the other.
        return [self._detector.find(request.picture, request.longest_side) for request in requests]


@serve.ingress()
class Ingress:
    """The backend's application, whose models are on other replicas.

    Args:
        settings: How long it waits for them, and how many readings it sends at once.
        recognizers: Read crops.
        shadows: Read crops in shadow.
        detectors: Find lines.
    """

    def __init__(self, settings: RaySettings, recognizers: Handle, shadows: Handle, detectors: Handle) -> None:
        self._settings = settings
        self._recognizers, self._shadows, self._detectors = recognizers, shadows, detectors
        self._failures: list[str] = []
        self._end_traces: Callable[[], None] = lambda: None

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Put the application together, in its replica."""
        settings = _begin()
        self._end_traces = export_traces("tags-backend", settings.trace_endpoint)
        parts = (self._recognizers, self._shadows, self._detectors)
        return application(settings, self._settings, *parts, on_failure=self._failures.append)

    def __del__(self) -> None:
        """Send what is left of the traces; Ray calls it when the replica ends."""
        self._end_traces()

    def check_health(self) -> None:
        """Have the replica started again when it can never read; Ray calls it.

        Raises:
            RuntimeError: Why it cannot.
        """
        if self._failures:
            raise RuntimeError(self._failures[0])


def application(
    settings: Settings,
    spread: RaySettings,
    recognizers: Handle,
    shadows: Handle,
    detectors: Handle,
    *,
    on_failure: Callable[[str], None],
) -> FastAPI:
    """The backend's application, which asks other replicas for readings; see `Ingress`."""
    metrics, domains = Metrics(), (settings, *further_settings(settings))
    patience = Patience(spread.patience_seconds, metrics.overloaded.inc)
    brief = Patience(spread.patience_seconds * _CANARYS_PATIENCE, metrics.overloaded.inc, is_last=False)
    return create_app(
        settings,
        load_recognizer=RemoteLoader(recognizers, domains, patience),
        load_challenger=RemoteLoader(shadows, domains, Patience(spread.patience_seconds)),
        load_canary=RemoteLoader(recognizers, domains, brief),
        load_detector=lambda threads: RemoteDetector(detectors, patience),
        reading_places=spread.reading_places,
        on_failure=on_failure,
        metrics=metrics,
    )


def _begin() -> Settings:
    """Read a replica's settings, and set its log up by them."""
    settings = load_settings()
    set_up_log(settings.log_format)
    return settings


def _batched(
    settings: RaySettings, job: Callable[[Sequence[Request]], list[Reply]]
) -> Callable[[Request], Awaitable[Reply]]:
    """Do a job in a thread, for the requests of a batch together."""

    async def together(requests: list[Request]) -> list[Reply]:
        return await asyncio.to_thread(job, requests)

    batched: Callable[[Request], Awaitable[Reply]] = serve.batch(
        max_batch_size=settings.batch_size,
        batch_wait_timeout_s=settings.batch_wait_seconds,
        max_concurrent_batches=_BATCHES_AT_ONCE,
    )(together)
    return batched
