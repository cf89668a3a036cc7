"""Follows the store's champion: within seconds this backend serves the model that the store's pointer names.

A new champion is fetched, loaded and tried beside the one that serves, and takes its place in one step: a request
keeps the recognizer that it began with. If a champion cannot be fetched, or does not read, the one before goes on
serving, and the reason is logged once and shown. The challenger in shadow and the canary are followed in the same way;
a canary that was taken back here is taken back in the store, too.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from backend.reading.canary import Canary
from backend.reading.model import ModelSlot, Reader
from backend.reading.model_cache import ModelCache
from backend.reading.priority import run_gently
from backend.reading.self_check import check_reader
from backend.reading.watch_failure import FailureKind, Role, SameNameError, WatchFailure, failure_kind
from datasets.errors import ChampionUnsignedError
from datasets.models.canary import CanaryHistory
from datasets.models.champions import ChampionRecord, Champions
from datasets.models.seal import check_seal
from datasets.models.shadow import ShadowHistory, ShadowRecord
from datasets.objects.names import CHAMPION
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason
from datasets.samples.places import Places
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS
from ocr_model.errors import ModelError

_LOG = logging.getLogger(__name__)

# Seconds that a start waits for the store's champion; after them it serves another model until the champion comes.
_FIRST_LOOK_SECONDS = 10.0
# Longest wait before a champion that could not be taken is tried again; waits double up to it.
_LONGEST_PAUSE_SECONDS = 300.0


@dataclass
class _Pause:
    """When an entry that failed is tried again."""

    number: int
    failures: int
    until: float


class Follower(Protocol):
    """Takes the challenger that a pointer names."""

    @property
    def record(self) -> ShadowRecord | None:
        """The entry that is followed; None without a challenger."""

    def begin(self, reader: Reader, record: ShadowRecord) -> None:
        """Take a challenger."""

    def stop(self) -> None:
        """Take none."""


@dataclass
class _Pointers:
    """The histories of the store that are followed."""

    champions: Champions
    shadow: ShadowHistory
    canary: CanaryHistory


class ChampionWatch:
    """Keeps a `ModelSlot` on the store's champion, and followers on its challengers. For the event loop only.

    Args:
        slot: Takes the champion.
        shadow: Takes the challenger that reads unseen; None follows none.
        canary: Takes the challenger that answers a share of requests; None follows none.
        load: Loads the model in a folder for serving; None is the model that the settings name or that ships.
        load_challenger: Loads the model in a folder for reading in shadow.
        load_canary: Loads the model in a folder for answering a share of requests; None loads it as the champion.
        open_places: Opens the store.
        cache: Folder for fetched models; made when needed.
        seconds: Time between looks at the store; 0 never looks, and serves the model of `load(None)`.
        key: The store's key; with it, only signed champions and challengers are taken.
        on_failure: Called with the kind of every failure.
        clock: Seconds from any start, never running backwards.
        now: The time of day, with its zone.
    """

    def __init__(
        self,
        slot: ModelSlot,
        shadow: Follower | None,
        canary: Follower | None,
        *,
        load: Callable[[Path | None], Reader],
        load_challenger: Callable[[Path], Reader],
        load_canary: Callable[[Path], Reader] | None = None,
        open_places: Callable[[], Places],
        cache: Path,
        seconds: float,
        domain: Domain = TAGS,
        key: StoreKey | None = None,
        on_failure: Callable[[FailureKind], None] = lambda kind: None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._slot = slot
        self._shadow, self._canary = shadow, canary
        self._load = load
        self._load_challenger, self._load_canary = load_challenger, load_canary or load
        self._open_places = open_places
        self._cache = ModelCache(cache)
        self._domain = domain
        self._seconds = seconds
        self._key = key
        self._on_failure = on_failure
        self._clock = clock
        self._now = now
        self._places: Places | None = None
        self._pointers: _Pointers | None = None
        self._failures: dict[Role, WatchFailure] = {}
        self._pauses: dict[Role, _Pause] = {}
        self._wanted: tuple[int, str] | None = None  # number and model, because the numbers of another store begin anew
        self._task: asyncio.Task[None] | None = None

    @property
    def failure(self) -> WatchFailure | None:
        """The last failure with the champion, resolved or not."""
        return self._failures.get("champion")

    @property
    def shadow_failure(self) -> WatchFailure | None:
        """The last failure with the challenger, resolved or not."""
        return self._failures.get("challenger")

    @property
    def canary_failure(self) -> WatchFailure | None:
        """The last failure with the canary, resolved or not."""
        return self._failures.get("canary")

    @property
    def is_behind(self) -> bool:
        """Whether the store names another champion than the one that serves."""
        return self._wanted is not None and self._wanted != _identity(self._slot.champion)

    def number(self) -> int:
        """Number of the store's champion that serves; 0 for the model that the settings name or that ships."""
        champion = self._slot.champion
        return 0 if champion is None else champion.number

    async def start(self) -> None:
        """Serve the store's champion; without one that can be fetched, the one served here last, or the shipped model.

        Raises:
            ModelError: None of them loads.
        """
        if self._seconds == 0:
            self._slot.put(await asyncio.to_thread(self._load, None))
            return
        first = asyncio.create_task(self._look())
        await asyncio.wait([first], timeout=_FIRST_LOOK_SECONDS)
        try:
            if not self._slot.is_ready:
                await self._fall_back()
        finally:
            self._task = asyncio.create_task(self._run(first))

    async def close(self) -> None:
        """Stop looking."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, first: asyncio.Task[None]) -> None:
        try:
            await first
            while True:
                await asyncio.sleep(self._seconds)
                await self._look()
        finally:
            first.cancel()
            if self._places is not None:
                self._places.close()

    # -- looking ----------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Read the pointers and follow them. A failure is noted, never raised: it must not end the watch."""
        try:
            if self._pointers is None:
                self._pointers = await run_gently(self._open)
            pointers = self._pointers
            champion, aside = await run_gently(pointers.champions.look)
        except Exception as error:
            self._failed("champion", None, error)
            return
        if await self._follow_champion(pointers.champions, champion):
            self._followed("champion", aside)
        if self._shadow is not None:
            await self._look_at("challenger", pointers.shadow, self._shadow, pointers.champions)
        if self._canary is not None:
            await self._look_at("canary", pointers.canary, self._canary, pointers.champions)

    async def _look_at(self, role: Role, history: ShadowHistory, follower: Follower, champions: Champions) -> None:
        """Read the pointer to a challenger and follow it. A failure is noted, never raised."""
        try:
            if isinstance(follower, Canary) and isinstance(history, CanaryHistory):
                await self._take_back(history, follower)
            record, aside = await run_gently(history.look)
        except Exception as error:
            self._failed(role, None, error)
            return
        if await self._follow_challenger(role, history, follower, champions, record):
            self._followed(role, aside)

    async def _take_back(self, history: CanaryHistory, canary: Canary) -> None:
        """Write into the store that a canary was taken back here, so that all backends take it back."""
        returned, record = canary.returned, canary.record
        if returned is not None and record is not None and returned.record.number == record.number:
            by = Reason(kind="backend")
            await run_gently(history.withdraw, record, by, returned.reason)

    def _open(self) -> _Pointers:
        self._places = self._open_places()
        objects, key = self._places.authority, self._key
        return _Pointers(Champions(objects, key=key), ShadowHistory(objects, key=key), CanaryHistory(objects, key=key))

    async def _follow_champion(self, champions: Champions, record: ChampionRecord | None) -> bool:
        """Serve a champion. Returns whether it serves; a failure is noted."""
        self._wanted = _identity(record)
        serving = self._slot.champion
        if record is not None and _identity(serving) != self._wanted:
            if self._is_paused("champion", record.number):
                return False
            try:
                # A promotion of the model that serves already, as after a rollback, only changes the number.
                champions.check(record)
                is_same = serving is not None and serving.model == record.model
                reader = self._slot.recognizer if is_same else await self._ready(champions, record.model)
            except Exception as error:
                self._failed("champion", record.number, error)
                return False
            self._slot.put(reader, record)
            await run_gently(self._cache.remember, record)
        # An entry that serves already needs nothing. Neither does an emptied store: it is no reason to read worse.
        return True

    async def _follow_challenger(
        self, role: Role, history: ShadowHistory, follower: Follower, champions: Champions, record: ShadowRecord | None
    ) -> bool:
        """Let a challenger read. Returns whether it does; a failure is noted."""
        champion = self._slot.champion
        if record is None or record.model is None or (champion is not None and champion.model == record.model):
            # No challenger, or the champion itself, which would agree with itself about everything.
            follower.stop()
        elif follower.record is None or follower.record.number != record.number:
            if self._is_paused(role, record.number):
                return False
            follower.stop()
            try:
                history.check(record)
                load = self._load_canary if role == "canary" else self._load_challenger
                reader = await run_gently(self._ready_challenger, champions, record.model, load)
                if role == "canary" and self._slot.is_ready and self._slot.recognizer.info == reader.info:
                    raise SameNameError(f"it is called {reader.info.name} {reader.info.version} like the champion")
            except Exception as error:
                self._failed(role, record.number, error)
                return False
            follower.begin(reader, record)
        return True

    async def _ready(self, champions: Champions, digest: str) -> Reader:
        """Fetch, load and try a champion, while the one before goes on serving."""
        folder = await run_gently(self._cache.fetch, champions, digest)
        # At ordinary priority, for a tenth of a second: the threads that a session starts for its readings keep
        # for good the priority of the thread that loads it.
        reader = await asyncio.to_thread(self._load, folder)
        await run_gently(partial(check_reader, domain=self._domain), reader)
        return reader

    def _ready_challenger(self, champions: Champions, digest: str, load: Callable[[Path], Reader]) -> Reader:
        reader = load(self._cache.fetch(champions, digest))
        check_reader(reader, self._domain)
        return reader

    async def _fall_back(self) -> None:
        """Serve the model that served here last, so that an unreachable store costs no accuracy; else the shipped one.

        Raises:
            ModelError: The shipped model does not load.
        """
        reader, record = None, await run_gently(self._cache.recall)
        if record is not None:
            try:
                check_seal(record, self._key, CHAMPION)
                reader = await asyncio.to_thread(self._load, self._cache.folder(record.model))
            except (ModelError, ChampionUnsignedError) as error:  # The shipped model serves instead.
                _LOG.warning("the model that served last cannot be taken: %s", error)
                record = None
        if reader is None:
            reader = await asyncio.to_thread(self._load, None)
        if not self._slot.is_ready:  # The champion may have come meanwhile.
            self._slot.put(reader, record)

    # -- noting -----------------------------------------------------------------------------------------

    def _is_paused(self, role: Role, number: int) -> bool:
        pause = self._pauses.get(role)
        return pause is not None and pause.number == number and self._clock() < pause.until

    def _failed(self, role: Role, number: int | None, error: Exception) -> None:
        kind = failure_kind(error)
        self._on_failure(kind)
        if number is not None:
            before = self._pauses.get(role)
            failures = 1 + (before.failures if before is not None and before.number == number else 0)
            pause = min(_LONGEST_PAUSE_SECONDS, self._seconds * 2 ** min(failures, 20))
            self._pauses[role] = _Pause(number, failures, self._clock() + pause)
        present = self._failures.get(role)
        if present is not None and not present.resolved and (present.number, present.kind) == (number, kind):
            return  # It is logged already.
        failure = WatchFailure(role, number, kind, self._now())
        self._failures[role] = failure
        unknown = error if kind == "unexpected" else None
        told = error if unknown is None else type(error).__name__  # messages of libraries quote what they were given
        _LOG.error("%s The model before goes on reading. %s", failure.message, told, exc_info=unknown)

    def _followed(self, role: Role, aside: Mapping[int, Exception]) -> None:
        """Note that an entry was followed, and the last one of those above it that are set aside."""
        self._pauses.pop(role, None)
        if aside:
            self._failed(role, max(aside), aside[max(aside)])
            return
        failure = self._failures.get(role)
        if failure is not None and not failure.resolved:
            self._failures[role] = replace(failure, resolved=True)
            _LOG.warning("The %s can be followed again.", role)


def _identity(record: ChampionRecord | None) -> tuple[int, str] | None:
    return None if record is None else (record.number, record.model)
