"""Starting everything with one command: what goes wrong is said in one line."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.app import StartError, check_port, main

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


def test_half_of_tls_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--tls-cert", "cert.pem"]) == 2
    assert "both a certificate and its key" in capsys.readouterr().err


def test_an_ipv6_address_is_refused_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--host", "::"]) == 2
    assert "HOST=:: is an IPv6 address" in capsys.readouterr().err


def test_a_signal_to_end_is_obeyed_and_its_handler_taken_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def start(_args: object) -> list[subprocess.Popen[bytes]]:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("the signal was not heard")

    monkeypatch.setattr("deploy.app.start", start)
    assert main([]) == 0
    assert capsys.readouterr().out.strip() == "Stopped."
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_failed_start_takes_its_handler_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert main(["--tls-cert", "cert.pem"]) == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_old_python_gives_one_line() -> None:
    code = "import sys; sys.version_info = (3, 9); sys.path.insert(0, 'deploy'); import make_venv; make_venv.main('x')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
