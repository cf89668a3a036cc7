"""Starting everything with one command: what goes wrong is said in one line."""

import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from deploy.app import (
    MOST_ENDS,
    Part,
    StartError,
    answers,
    check_port,
    invitation_command,
    main,
    nobody_invited,
    parse_arguments,
)

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} for the pages"):
            check_port("127.0.0.1", port, "pages", "PORT")
        assert main(["--backend-port", str(port)]) == 2
    message = capsys.readouterr().err.strip()
    assert message.startswith(f"Port {port} for the backend cannot be used")
    assert "\n" not in message


def test_pages_and_backend_share_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "8731", "--backend-port", "8731"]) == 2
    assert "cannot share port 8731" in capsys.readouterr().err


def test_half_of_tls_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tls-cert", "cert.pem"]) == 2
    assert "both a certificate and its key" in capsys.readouterr().err


def test_an_ipv6_address_is_refused_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "::"]) == 2
    assert "HOST=:: is an IPv6 address" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_is_obeyed_and_its_handler_taken_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    handler = signal.signal(number, signal.SIG_DFL)
    children: list[subprocess.Popen[bytes]] = []

    def start(_args: object, parts: list[Part]) -> None:
        parts.append(Part("backend", [sys.executable, "-c", "import time; time.sleep(60)"], {}))
        parts[-1].start()
        children.append(parts[-1].process)
        signal.raise_signal(number)
        raise AssertionError("the signal was not heard")

    monkeypatch.setattr("deploy.app.start", start)
    try:
        assert main([]) == 0
        assert capsys.readouterr().out.strip() == "Stopped."
        assert signal.getsignal(number) == signal.SIG_DFL
        assert all(child.poll() is not None for child in children)  # what had been started by then, too
    finally:
        signal.signal(number, handler)


def test_under_nohup_hangups_are_ignored(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr("deploy.app.start", lambda *_: signal.raise_signal(signal.SIGHUP))
        monkeypatch.setattr("deploy.app.wait_until_ready", lambda *_: signal.raise_signal(signal.SIGTERM))
        assert main([]) == 0
    finally:
        signal.signal(signal.SIGHUP, handler)


def test_a_proxy_is_not_asked_about_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert answers(f"http://127.0.0.1:{server.server_port}/")


def test_a_port_that_is_none_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--port", "99999"]) == 2
    assert capsys.readouterr().err.startswith("Port 99999 for the pages cannot be used (")


def test_a_failed_start_takes_its_handler_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["--tls-cert", "cert.pem"]) == 2
    assert signal.getsignal(signal.SIGTERM) is before


def part(program: str) -> Part:
    return Part("backend", [sys.executable, "-c", program], {})


def ended(started: Part) -> int:
    assert started.process is not None
    return started.process.wait(30)


def test_a_part_that_ends_is_started_again_and_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("deploy.app.time.sleep", pauses.append)
    for program, told in (
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by SIGKILL"),
        ("raise SystemExit(3)", "ended with status 3"),
    ):
        started = part(program)
        started.start()
        for _ in range(MOST_ENDS - 1):
            ended(started)
            started.start_again()
            assert capsys.readouterr().err == f"backend: {told}; starting again.\n"
        ended(started)
        with pytest.raises(StartError, match=f"backend: {told}, for the 5th time in a short while; stopping"):
            started.start_again()
    assert [pause for pause in pauses if pause >= 0.1][:4] == [0.5, 1.0, 2.0, 4.0]  # waiting for a process sleeps, too


def test_ends_of_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.app.time.sleep", lambda _: None)
    started = part("")
    started.ends = [-1e6] * MOST_ENDS
    started.start()
    ended(started)
    started.start_again()
    assert len(started.ends) == 1
    ended(started)


def test_the_app_goes_on_with_a_part_that_was_killed_and_stops_with_one_that_keeps_ending(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(_args: object, parts: list[Part]) -> None:
        parts.append(part("import time; time.sleep(60)"))
        parts.append(Part("pages", [sys.executable, "-c", "raise SystemExit(7)"], {}))
        for started in parts:
            started.start()

    monkeypatch.setattr("deploy.app.start", start)
    monkeypatch.setattr("deploy.app.wait_until_ready", lambda *_: None)
    monkeypatch.setattr("deploy.app.missing_part", lambda _: "")
    monkeypatch.setattr("deploy.app.LONGEST_PAUSE", 0.01)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert told.count("starting again") == MOST_ENDS - 1
    assert told.endswith("stopping.\n")


def test_the_first_person_is_invited_by_a_command(tmp_path: Path) -> None:
    environment = {"TAGS_DATA_DIR": str(tmp_path)}
    assert nobody_invited(environment)
    assert not nobody_invited(environment | {"TAGS_PUBLIC_URL": ""})
    assert not nobody_invited(environment | {"TAGS_PEOPLE_URL": "postgresql://here"})
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "people.sqlite3").touch()
    assert not nobody_invited(environment)
    command = invitation_command(parse_arguments([]), "http")
    assert command.endswith("-m backend invite --role owner you@example.com")
    assert " --url https://127.0.0.1:9000 " in invitation_command(parse_arguments(["--port", "9000"]), "https")
