"""The models of one recognizer replica: those that the stores' pointers name, and those that requests ask for."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from backend.domains import further_settings
from backend.http.problems import Problem
from backend.reading.champion_watch import ChampionWatch
from backend.reading.model import ModelSlot, Reader
from backend.reading.model_cache import ModelCache
from backend.services import open_places, own_model
from backend.settings import Settings
from datasets.errors import StoreError
from datasets.models.champions import Champions
from datasets.models.shadow import ShadowRecord
from deploy.ray.messages import ReadRequest, Way
from ocr_model.errors import ModelError, ReaderError
from ocr_model.reading.prediction import ModelInfo, Prediction
from ocr_model.reading.recognizer import Recognizer
from ocr_model.reading.second_reader import SecondReader

_LOG = logging.getLogger(__name__)

# A request names the model that it began with: the champion, the one before it, and challengers are at hand.
_KEPT = 4

Answer = list[Prediction] | ReaderError | StoreError | Problem


class ReplicaModels:
    """The models of all domains; `read` and `info` may be called by any thread, the rest is for the event loop.

    Args:
        settings: Of the service.
        second: The second reader, or None.
        follows: Whether the stores' champions and canaries are loaded before requests ask for them.
    """

    def __init__(self, settings: Settings, second: SecondReader | None, *, follows: bool) -> None:
        self._first = settings.domain.name
        self._of = {
            each.domain.name: DomainModels(each, second, follows=follows)
            for each in (settings, *further_settings(settings))
        }

    async def start(self) -> None:
        """Load the models that serve; a further domain without one takes no other down.

        Raises:
            ModelError: Not even the first domain's shipped one loads.
        """
        for name, models in self._of.items():
            try:
                await models.start()
            except ModelError as error:
                if name == self._first:
                    raise
                _LOG.error("%s: not ready: %s", name, error)

    async def close(self) -> None:
        """Stop following."""
        for models in self._of.values():
            await models.close()

    def info(self, domain: str, model: str | None) -> ModelInfo:
        """Name and version of a domain's model; raises as `DomainModels.info` does."""
        return self._of[domain].info(model)

    def read(self, requests: Sequence[ReadRequest]) -> list[Answer]:
        """Read the crops of several requests; an answer for each, in order. See `DomainModels.read`."""
        answers: dict[int, Answer] = {}
        for name, models in self._of.items():
            members = [at for at, request in enumerate(requests) if request.domain == name]
            answers |= zip(members, models.read([requests[at] for at in members]), strict=True)
        return [answers[at] for at in range(len(requests))]


class DomainModels:
    """Loads and keeps the models of a domain; for threads as `ReplicaModels` is.

    Args:
        settings: Of the domain.
        second: The second reader, or None.
        follows: Whether the store's champion and canary are loaded before requests ask for them.
    """

    def __init__(self, settings: Settings, second: SecondReader | None, *, follows: bool) -> None:
        self._settings, self._second = settings, second
        self._kept: OrderedDict[str | None, Recognizer] = OrderedDict()
        self._lock = threading.Lock()
        self._cache = ModelCache(settings.model_cache)
        self._slot = ModelSlot()
        self._watch = ChampionWatch(
            self._slot,
            None,
            _Kept(),
            load=self._take,
            load_challenger=self._take,
            open_places=lambda: open_places(settings),
            cache=settings.model_cache,
            domain=settings.domain,
            seconds=settings.champion_poll_seconds,
            key=settings.signing_key,
        )
        self._follows = follows

    async def start(self) -> None:
        """Load the model that serves.

        Raises:
            ModelError: Not even the shipped one loads.
        """
        if self._follows:
            await self._watch.start()

    async def close(self) -> None:
        """Stop following."""
        await self._watch.close()

    def info(self, model: str | None) -> ModelInfo:
        """Name and version of a model.

        Raises:
            StoreError: The store does not hold it, or does not answer.
            ModelError: It does not load.
        """
        return self._recognizer(model).info

    def read(self, requests: Sequence[ReadRequest]) -> list[Answer]:
        """Read the crops of several requests; an answer for each, in order.

        What belongs together is computed together where that changes no answer. The int8 encoder's rounding depends
        on all crops of a run, so there each request is read by itself, as it is without Ray. A model that cannot be
        had is an answer to those alone who asked for it.
        """
        answers: dict[int, Answer] = {}
        order = sorted(range(len(requests)), key=lambda at: _kind(requests[at]))
        for _, group in groupby(order, key=lambda at: _kind(requests[at])):
            members = list(group)
            first = requests[members[0]]
            try:
                recognizer = self._recognizer(first.model)
            except (ModelError, StoreError) as error:
                answers |= dict.fromkeys(members, error)
                continue
            together = [members] if recognizer.precision == "single" else [[at] for at in members]
            reader = _in_way(recognizer, first.way)
            for chunk in together:
                answers |= _read(reader, requests, chunk)
        return [answers[at] for at in range(len(requests))]

    def _recognizer(self, model: str | None) -> Recognizer:
        with self._lock:
            known = self._kept.get(model)
            if known is not None:
                self._kept.move_to_end(model)
                return known
        if model is None:
            return self._take(None)
        places = open_places(self._settings)
        try:
            return self._take(self._cache.fetch(Champions(places.authority, key=self._settings.signing_key), model))
        finally:
            places.close()

    def _take(self, folder: Path | None) -> Recognizer:
        """The model in a folder, loaded unless it is kept."""
        model = None if folder is None else folder.name
        with self._lock:  # one load at a time: each takes all cores for a moment
            if model not in self._kept:
                second = False if self._second is None else self._second
                self._kept[model] = Recognizer.load(
                    own_model(self._settings, folder), threads=self._settings.model_threads, second=second
                )
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(model)
            return self._kept[model]


class _Kept:
    """Follows a challenger that is only to be at hand."""

    def __init__(self) -> None:
        self.record: ShadowRecord | None = None

    def begin(self, reader: Reader, record: ShadowRecord) -> None:
        self.record = record

    def stop(self) -> None:
        self.record = None


def _kind(request: ReadRequest) -> tuple[str, Way, bool]:
    return request.model or "", request.way, request.find_turn


def _in_way(recognizer: Recognizer, way: Way) -> Recognizer:
    match way:
        case "many":
            return recognizer.for_many_lines()
        case "glance":
            return recognizer.at_a_glance()
    return recognizer


def _read(reader: Recognizer, requests: Sequence[ReadRequest], members: Sequence[int]) -> dict[int, Answer]:
    """Read the crops of some requests in one go; if that fails, each request by itself.

    A model that fails, as a challenger may, fails nobody's request but its own.
    """
    pictures = [picture for at in members for picture in requests[at].pictures]
    try:
        found = iter(reader.read_batch(pictures, find_turn=requests[members[0]].find_turn))
    except Problem as error:  # the second readers are full, or gone
        return dict.fromkeys(members, error)
    except Exception as error:
        if len(members) == 1:
            return {members[0]: error if isinstance(error, ReaderError) else _unexpected(error)}
        return {at: answer for one in members for at, answer in _read(reader, requests, [one]).items()}
    return {at: [next(found) for _ in requests[at].pictures] for at in members}


def _unexpected(error: Exception) -> ReaderError:
    """What may travel, and quotes nothing, in the place of any exception."""
    _LOG.error("a model failed over a crop", exc_info=error)
    return ReaderError(f"the model failed: {type(error).__name__}")
