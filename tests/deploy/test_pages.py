"""The pages are served with bounded connections, and answer while others hold idle ones."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from deploy.pages import main

ROOT = Path(__file__).resolve().parents[2]
FILES = 256  # room for 64 connections


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def status_of(port: int, method: str = "GET", path: str = "/_stcore/health", body: bytes = b"", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse().status


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """The pages' process with few open files allowed, its port and its log."""
    port, log = free_port(), tmp_path_factory.mktemp("pages") / "log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TAGS_", "STREAMLIT_"))}
    command = ["bash", "-c", f'ulimit -n {FILES}; exec "$@"', "bash", sys.executable, "-m", "deploy.pages"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    if status_of(port) == 200:
                        break
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
            yield process, port, log
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(600) in {0, -signal.SIGTERM}


def test_more_idle_connections_than_files_stop_nobody(pages: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    process, port, log = pages
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", origin=f"http://127.0.0.1:{port}") as shopper:
        with contextlib.ExitStack() as idle:
            for _ in range(FILES + 50):
                idle.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            assert [status_of(port) for _ in range(5)] == [200] * 5
            assert status_of(port, path="/") == 200
            open_files = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
        assert shopper.ping().wait(60)
    assert open_files < FILES
    assert "open files" not in log.read_text()


def test_slow_forms_are_refused(pages: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    _, port, _ = pages
    path = "/_stcore/upload_file/session/file"
    types = "multipart/form-data; boundary=b; charset=punycode", "application/x-www-form-urlencoded"
    assert [status_of(port, "PUT", path, b"x", Content_Type=one) for one in types] == [415, 415]


def test_a_body_where_none_belongs_is_refused(pages: tuple[subprocess.Popen[bytes], int, Path]) -> None:
    _, port, _ = pages
    assert status_of(port, "POST", "/", bytes(100_000)) == 413


def test_wrong_settings_are_told_in_a_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PORT", "eighty")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("pages: TAGS_PORT: ")


def test_a_port_in_use_is_told_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "deploy.pages", "--port", port]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"pages: cannot serve on 127.0.0.1 port {port}: ")
