"""The product's programs for browser tests and benchmarks: started on free ports of 127.0.0.1, and stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
# Keys, models and buckets from a developer's shell, which must not reach these backends.
UNSET = (
    "TAGS_MODEL_DIR",
    "STORAGE_URL",
    "DATABASE_URL",
    "NAVER_CLIENT_ID",
    "NAVER_CLIENT_SECRET",
    "KICKSDB_API_KEY",
    "EBAY_CLIENT_ID",
    "EBAY_CLIENT_SECRET",
    "TAGS_PUBLIC_URL",
    "TAGS_PEOPLE_URL",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "SMTP_URL",
    "SMTP_FROM",
)


def free_port() -> int:
    """Return a port of 127.0.0.1 that is not in use."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def program(
    command: Sequence[str], environment: Mapping[str, str], ready: str, log: Path, *, seconds: float = 600
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command until the block ends; the block starts once the command is ready, and gets its process.

    Args:
        command: The command line.
        environment: Variables beside those of this process.
        ready: URL that answers 200 once the command is ready.
        log: File for its output.
        seconds: Time to get ready.

    Raises:
        RuntimeError: It ended or did not get ready in time; the message holds the end of its log.
    """
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + seconds
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} is not ready:\n{log.read_text()[-3000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def running_app(backend_url: str, log: Path, *, port: int = 0, **settings: str) -> Iterator[str]:
    """Run the pages; yield their address.

    Args:
        backend_url: The backend that they talk to.
        log: File for their output.
        port: Where; 0 for a free one.
        **settings: Environment variables.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "deploy.pages", "--port", str(port)]
    environment = {"BACKEND_URL": backend_url, **settings}
    with program(command, environment, f"http://127.0.0.1:{port}/_stcore/health", log):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running_backend(spool: Path, log: Path, **settings: str) -> Iterator[str]:
    """Run the real backend with its own sample store; yield its address.

    Args:
        spool: Folder of the sample store.
        log: File for its output; the rest that the backend keeps lies beside it.
        **settings: Environment variables.
    """
    port = free_port()
    environment = dict.fromkeys(UNSET, "") | {
        "TAGS_HOST": "127.0.0.1",
        "TAGS_PORT": str(port),
        "TAGS_SPOOL_DIR": str(spool),
        "TAGS_DATA_DIR": str(log.parent / "data"),
        **settings,
    }
    command = [sys.executable, "-m", "backend"]
    with program(command, environment, f"http://127.0.0.1:{port}/readyz", log):
        yield f"http://127.0.0.1:{port}"


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False
