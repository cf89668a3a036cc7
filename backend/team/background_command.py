"""Commands of `python -m datasets` that run beside the service: processes of the lowest priority and on one core.

What they take of memory goes when they end, and they end with the backend.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from backend.reading.model import ModelSlot
from backend.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
_MOST_WORDS = 500  # bytes of what it says that are told
_ENDING_SECONDS = 5.0  # that it has to end before it is killed

DATASETS = (sys.executable, "-m", "datasets")
"""The command line of the store."""


def model_folder(settings: Settings, model: ModelSlot) -> Path | None:
    """The folder of the model that serves; None for the one that comes with the package."""
    champion = model.champion
    return settings.first_model if champion is None else settings.model_cache / champion.model


async def run_beside(settings: Settings, command: Sequence[str], arguments: Sequence[str]) -> str | None:
    """Run a command until it ends; it ends, too, when the task that waits for it is cancelled.

    Args:
        settings: Name the store.
        command: Usually `DATASETS`; it is appended to.
        arguments: The subcommand with its options.

    Returns:
        Why it failed, in one line; None after a success.
    """
    store = ["--domain", settings.domain.name, "--spool", str(settings.spool.resolve())]
    if settings.storage_url:
        store += ["--storage-url", settings.storage_url]
    process = await asyncio.create_subprocess_exec(
        *command,
        *store,
        *arguments,
        cwd=_ROOT,
        env=_environment(settings, os.environ),
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


def _environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    found = {**environment, **_ONE_CORE}
    if settings.database_url is not None:
        found["DATABASE_URL"] = settings.database_url.get_secret_value()
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
