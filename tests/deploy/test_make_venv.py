from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from benchmarks.drivers.server import ROOT
from deploy import make_venv


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of pip; no environment is made."""
    commands: list[list[str]] = []
    monkeypatch.setattr(venv, "create", lambda folder, with_pip: None)
    monkeypatch.setattr(subprocess, "call", lambda command: commands.append(command) or 0)
    return commands


def test_the_requirements_are_installed_into_the_environment(installed: list[list[str]], tmp_path: Path) -> None:
    make_venv.main([str(tmp_path), "-r", "requirements.txt"])
    assert installed[0][0] == f"{tmp_path}/bin/python"
    assert installed[0][-2:] == ["-r", "requirements.txt"]


def test_a_failed_installation_gives_one_line(
    installed: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(subprocess, "call", lambda command: 1)
    with pytest.raises(SystemExit, match=r"Installing -r requirements\.txt failed"):
        make_venv.main([str(tmp_path), "-r", "requirements.txt"])


def test_an_old_python_gives_one_line() -> None:
    code = "import sys; sys.version_info = (3, 9); sys.path.insert(0, 'deploy'); import make_venv; make_venv.main('x')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
