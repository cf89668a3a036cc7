"""Keeps features and what readers say up to date: `python -m datasets features` and `describe` run in the background.

Each is a process of its own, of the lowest priority and on one core: what it takes of memory goes when it ends, and it
ends with the backend. One that was stopped goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from backend.label_store import LabelStore
from backend.reading.model import ModelSlot
from backend.settings import Settings
from backend.team.background_command import DATASETS, model_folder, run_beside
from datasets.errors import StoreError

_LOG = logging.getLogger(__name__)

_LONGEST_PAUSE = 600.0  # seconds before it is tried again after failures


class FeatureKeeper:
    """Runs the command when crops or the model have changed. For the event loop only.

    Args:
        settings: Name the store.
        labels: The store, once it is open.
        model: The model that serves; its encoder makes the features.
        command: The command that brings features up to date; it is appended to.
        has_people: Whether anybody has an account; may wait for a database.
    """

    def __init__(
        self,
        settings: Settings,
        labels: LabelStore,
        model: ModelSlot,
        command: Sequence[str] = DATASETS,
        has_people: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings, self._labels, self._model = settings, labels, model
        self._command = tuple(command)
        self._has_people = has_people
        self._task: asyncio.Task[None] | None = None
        self.runs = 0  # that have ended well

    def start(self) -> None:
        """Begin to look, where the settings say so and there is a team to look at what is made."""
        settings = self._settings
        if settings.feature_seconds > 0 and (settings.team_token is not None or settings.public_url is not None):
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End the process and stop looking."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        done: object = None
        failures = 0
        while True:
            await asyncio.sleep(min(_LONGEST_PAUSE, self._settings.feature_seconds * 2**failures))
            try:
                state = await asyncio.to_thread(self._state)
            except StoreError:
                continue
            if state is None or state == done:
                continue
            folder = model_folder(self._settings, self._model)
            failure = await self._make(folder)
            if failure is None:
                done, failures = state, 0
                self.runs += 1
            else:
                if failures == 0:
                    _LOG.warning("features or descriptions of crops are not up to date: %s", failure)
                failures += 1

    def _state(self) -> object:
        """What features depend on; None while there is nothing to be made."""
        if not (self._labels.is_open and self._model.is_ready):
            return None
        if self._settings.team_token is None and not self._has_people():
            return None
        store = self._labels.samples
        return (store.revision(), model_folder(self._settings, self._model)) if store.counts().crops else None

    async def _make(self, folder: Path | None) -> str | None:
        """Run the command; returns why it failed, in one line."""
        model = [] if folder is None else ["--model", str(folder.resolve())]
        failure = await run_beside(self._settings, self._command, ["features", "--gently", *model])
        readers = [word for name in self._settings.described_by for word in ("--reader", name)]
        if failure is None and readers:
            failure = await run_beside(self._settings, self._command, ["describe", "--gently", *readers, *model])
        return failure
