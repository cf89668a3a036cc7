"""Has uploads worked on in the background, one after the other, by `python -m datasets upload --work`.

Which uploads wait follows from their folders, so those of before a restart go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.http.problems import Problem
from backend.label_store import LabelStore
from backend.people.accounts import Accounts
from backend.reading.model import ModelSlot
from backend.reading.project_models import ProjectModels
from backend.settings import Settings
from backend.team.background_command import DATASETS, model_folder, run_beside
from datasets.errors import StoreError
from datasets.uploads.job import UploadJob, UploadJobs

_LOG = logging.getLogger(__name__)

_PAUSE = 60.0  # seconds between looks, beside those that are asked for
_FIRST_PAUSE = 1.0  # after a failure; doubles with each further one
_NOT_READY = 0.5  # between looks whether store and model are open
_FORGOTTEN = timedelta(days=7)  # after which an upload that was never started is removed


class UploadKeeper:
    """Works on the uploads that wait. For the event loop only.

    Args:
        settings: Name the store.
        labels: The store, once it is open.
        model: The model that serves; it reads what came without labels.
        command: The command line of the store.
        accounts: Know the projects, which may name another model.
        project_models: Fetch it.
    """

    def __init__(
        self,
        settings: Settings,
        labels: LabelStore,
        model: ModelSlot,
        command: Sequence[str] = DATASETS,
        *,
        accounts: Accounts | None = None,
        project_models: ProjectModels | None = None,
    ) -> None:
        self._settings, self._labels, self._model = settings, labels, model
        self._command = tuple(command)
        self._accounts, self._project_models = accounts, project_models
        self._jobs = UploadJobs(settings.spool)
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self.stuck: frozenset[str] = frozenset()  # uploads whose last attempt has failed

    def start(self) -> None:
        """Begin to work on what was started, also before a restart."""
        self._task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Look at once: an upload was started."""
        self._wake.set()

    async def close(self) -> None:
        """End the process and stop working; the next start goes on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._wake.clear()
            while not (self._labels.is_open and self._model.is_ready):
                await asyncio.sleep(_NOT_READY)
            failed, has_gone_on = set[str](), False
            for job in await asyncio.to_thread(self._waiting):
                before = job.progress.done
                failure = await self._work(job)
                if failure is not None:
                    if job.id not in self.stuck:
                        _LOG.warning("the upload %s does not go on, and is tried again: %s", job.id, failure)
                    failed.add(job.id)
                    has_gone_on = has_gone_on or job.progress.done > before
                self.stuck = (self.stuck - {job.id}) | (failed & {job.id})
            self.stuck = frozenset(failed)
            pause = min(_PAUSE, 2 * pause) if failed and not has_gone_on else _FIRST_PAUSE
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause if failed else _PAUSE):
                    await self._wake.wait()

    def _waiting(self) -> list[UploadJob]:
        """The uploads that are to be worked on, the first first; those of the command line go on there."""
        waiting = []
        for job in reversed(self._jobs.all()):
            try:
                if job.ended_at is not None:
                    job.clear()  # a process that was killed may have left what was sent
                elif job.phase == "receiving" and datetime.now(UTC) - job.request.at > _FORGOTTEN:
                    job.cancel()
                elif job.phase in ("waiting", "working") and not job.request.sources:
                    waiting.append(job)
            except StoreError as error:
                _LOG.warning("an upload is left out: %s", error)
        return waiting

    async def _work(self, job: UploadJob) -> str | None:
        arguments = ["upload", "--work", job.id, "--gently"]
        try:
            folder = await self._project_folder(job.request.project) or model_folder(self._settings, self._model)
        except (StoreError, Problem) as error:
            return f"the model of its project: {error}"
        if folder is not None:
            arguments += ["--model", str(folder.resolve())]
        try:
            return await run_beside(self._settings, self._command, arguments)
        except OSError as error:  # no process, no memory
            return f"no process can be started: {error}"

    async def _project_folder(self, project: str) -> Path | None:
        """The folder of the model that an upload's project names; None: it names none.

        Raises:
            StoreError: It cannot be fetched.
            Problem: The people's database does not answer.
        """
        accounts, models = self._accounts, self._project_models
        if not project or accounts is None or models is None or not accounts.is_on:
            return None
        digest = await accounts.run(lambda known: known.projects.model_of([project]))
        return await asyncio.to_thread(models.folder, digest) if digest else None
