"""Keeps features up to date: has `python -m datasets features` run in the background when there are new crops.

It is a process of its own, of the lowest priority and on one core: what it takes of memory goes when it ends, and it
ends with the backend. One that was stopped goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from backend.label_store import LabelStore
from backend.reading.model import ModelSlot
from backend.settings import Settings
from datasets.errors import StoreError

_LOG = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
_LONGEST_PAUSE = 600.0  # seconds before it is tried again after failures
_MOST_WORDS = 500  # bytes of what it says that are told
_ENDING_SECONDS = 5.0  # that it has to end before it is killed


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
        command: Sequence[str] = (sys.executable, "-m", "datasets"),
        has_people: Callable[[], bool] = lambda: False,
    ) -> None:
        self._settings, self._labels, self._model = settings, labels, model
        self._command = tuple(command)
        self._has_people = has_people
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
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
            folder = self._model_folder()
            failure = await self._make(folder)
            if failure is None:
                done, failures = state, 0
                self.runs += 1
            else:
                if failures == 0:
                    _LOG.warning("features of crops are not up to date: %s", failure)
                failures += 1

    def _state(self) -> object:
        """What features depend on; None while there is nothing to be made."""
        if not (self._labels.is_open and self._model.is_ready):
            return None
        if self._settings.team_token is None and not self._has_people():
            return None
        store = self._labels.samples
        return (store.revision(), self._model_folder()) if store.counts().crops else None

    def _model_folder(self) -> Path | None:
        champion = self._model.champion
        return self._settings.model_dir if champion is None else self._settings.model_cache / champion.model

    async def _make(self, folder: Path | None) -> str | None:
        """Run the command; returns why it failed, in one line."""
        settings = self._settings
        arguments = ["--spool", str(settings.spool.resolve())]
        if settings.storage_url:
            arguments += ["--storage-url", settings.storage_url]
        arguments += ["features", "--gently"]
        if folder is not None:
            arguments += ["--model", str(folder.resolve())]
        process = await asyncio.create_subprocess_exec(
            *self._command,
            *arguments,
            cwd=_ROOT,
            env=self._environment(os.environ),
            stdin=asyncio.subprocess.PIPE,  # the process ends when this one does, however
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said = "" if process.stderr is None else await _last_words(process.stderr)
            status = await process.wait()
        finally:
            await _end(process)
        return None if status == 0 else said or f"exit status {status}"

    def _environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        database = self._settings.database_url
        found = {**environment, **_ONE_CORE}
        if database is not None:
            found["DATABASE_URL"] = database.get_secret_value()
        return found


async def _last_words(stream: asyncio.StreamReader) -> str:
    """The end of what a process says, in one line."""
    last = b""
    while some := await stream.read(4096):
        last = (last + some)[-_MOST_WORDS:]
    return " | ".join(line.strip() for line in last.decode("utf-8", "replace").splitlines() if line.strip())


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a process; what it has written is whole at any time."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _ENDING_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
