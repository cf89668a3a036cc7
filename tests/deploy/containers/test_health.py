"""What an engine is told about a container's program."""

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datasets.__main__ import main as datasets
from datasets.cycles.heartbeat import Heartbeat
from datasets.objects.folder import FolderObjects
from deploy.containers.health import main

HOST = re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().lower()).strip("-") or "worker"


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/well" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_program_that_answers_is_well(server: str) -> None:
    assert main([f"{server}/well"]) == 0


def test_one_that_refuses_or_is_silent_is_not(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"{server}/busy"]) == 1
    assert "503" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert main([f"http://127.0.0.1:{port}/well"]) == 1


def test_nothing_to_look_at_is_a_mistake() -> None:
    assert main([]) == 2


def test_a_worker_is_well_while_its_heart_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAGS_SPOOL_DIR", str(tmp_path / "spool"))
    for name in ("STORAGE_URL", "TAGS_DOMAINS"):
        monkeypatch.delenv(name, raising=False)
    assert main(["worker"]) == 1
    assert f"no heartbeat of {HOST}" in capsys.readouterr().err
    Heartbeat(FolderObjects(tmp_path / "spool"), f"{HOST}-1").beat()
    assert main(["worker"]) == 0


@pytest.mark.parametrize(
    ("served", "domain", "folder"),
    [
        ("digits", "digits", "spool"),
        ("plates,digits", "plates", "spool"),
        ("plates,digits", "digits", "domains/digits/spool"),
        ("tags,digits", "digits", "domains/digits/spool"),
    ],
)
def test_the_heart_of_a_worker_of_another_domain_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: str, domain: str, folder: str
) -> None:
    environment = {"TAGS_SPOOL_DIR": str(tmp_path / "spool"), "TAGS_DOMAINS": served}
    assert datasets(["--domain", domain, "counts"], environment) == 0  # the store is where a worker has it
    assert (tmp_path / folder / "domain.json").is_file()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("STORAGE_URL", raising=False)
    assert main(["worker"]) == 1
    Heartbeat(FolderObjects(tmp_path / folder), f"{HOST}-1").beat()
    assert main(["worker"]) == 0


def test_a_domain_that_there_is_not_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAGS_DOMAINS", "shoes")
    assert main(["worker"]) == 1
    assert datasets(["counts"], {"TAGS_DOMAINS": "shoes"}) == 2
    assert capsys.readouterr().err.count("TAGS_DOMAINS: there is no domain 'shoes'") == 2
