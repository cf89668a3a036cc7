"""The command that watches a camera: what it sends, what it prints, and how it ends."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from backend.gate.__main__ import main


class Backend(ThreadingHTTPServer):
    """Answers each frame with one passage, or with a status."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, bytes]] = []  # path, token, body


class _Handler(BaseHTTPRequestHandler):
    server: Backend

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        passage = {"at": "2026-01-01T08:00:00Z", "direction": "in", "shown": "12가 3456"}
        said = {"passages": [passage]} if self.server.status == 200 else {"title": "Not for everybody"}
        data = json.dumps(said).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    with Backend() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("BACKEND_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("TAGS_TEAM_TOKEN", "a-token-for-the-team")
        yield server
        server.shutdown()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("b.png", "a.jpg"):
        Image.new("RGB", (64, 32)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["backend.gate", *arguments])
    return main()


def test_each_picture_of_a_folder_is_sent_by_itself(
    backend: Backend, pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(pictures), "--camera", "north", "--direction", "in", "--path", "/domains/plates") == 0
    assert [path for path, _, _ in backend.asked] == ["/domains/plates/v1/team/gate/frames"] * 2
    assert {token for _, token, _ in backend.asked} == {"Bearer a-token-for-the-team"}
    first, second = (body for _, _, body in backend.asked)
    assert b"JFIF" in first and b"PNG" in second  # by name
    assert b"north" in first and b'name="stream"' not in first
    assert capsys.readouterr().out == "2026-01-01T08:00:00Z       in  12가 3456\n" * 2


def test_a_refused_token_ends_the_command(
    backend: Backend, pictures: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.status = 403
    assert run(monkeypatch, str(pictures)) == 2
    assert "Not for everybody" in capsys.readouterr().err and len(backend.asked) == 1


@pytest.mark.parametrize("source", ["nothing.mp4", "."])
def test_a_source_without_pictures_is_named(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cv2")
    assert run(monkeypatch, str(tmp_path / source)) == 2
    assert "backend.gate: " in capsys.readouterr().err
