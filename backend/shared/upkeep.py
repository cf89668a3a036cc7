"""The task that keeps a backend in step with the others: their deletions, and the bounds of what is shared."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from backend.http.problems import Problem
from backend.shared.database import SharedUnavailableError
from datasets.errors import StoreError
from datasets.samples.removals import Removals

_LOG = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0  # between two looks for deletions
_LONGEST_PAUSE: Final = 15.0  # while the database does not answer


class SharedUpkeep:
    """Looks for what the other backends have deleted, and deletes what has expired, until it is closed.

    Args:
        look: Removes the crops of new deletions here, and returns what they are about; blocks.
        on_removed: Makes this process forget what was deleted.
        tidy: Deletes what has expired in the shared database.
        is_tidy_due: Whether that is needed before its time.
        tidy_seconds: Between two looks for what has expired.
    """

    def __init__(
        self,
        look: Callable[[], Removals],
        on_removed: Callable[[Removals], Awaitable[None]],
        tidy: Callable[[], Awaitable[None]],
        is_tidy_due: Callable[[], bool],
        *,
        tidy_seconds: float,
    ) -> None:
        self._look, self._on_removed = look, on_removed
        self._tidy, self._is_tidy_due = tidy, is_tidy_due
        self._tidy_seconds = tidy_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End; a look that has begun is waited for."""
        if self._task is not None:
            self._stopping.set()
            await self._task

    async def _run(self) -> None:
        pause, tidied_at = _LOOK_SECONDS, time.monotonic()
        while not self._stopping.is_set():
            try:
                removals = await asyncio.to_thread(self._look)
                if removals.predictions or removals.crops:
                    await self._on_removed(removals)
                if self._is_tidy_due() or time.monotonic() - tidied_at > self._tidy_seconds:
                    await self._tidy()
                    tidied_at = time.monotonic()
                pause = _LOOK_SECONDS
            except (StoreError, Problem, SharedUnavailableError) as error:
                _LOG.info("deletions of other backends are carried out later: %s", error)
                pause = min(2 * pause, _LONGEST_PAUSE)
            except Exception:  # a defect here must not end the looking for good
                _LOG.exception("deletions of other backends are carried out later")
                pause = min(2 * pause, _LONGEST_PAUSE)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
