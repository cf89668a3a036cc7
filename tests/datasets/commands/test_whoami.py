import getpass
import socket

import pytest

from datasets.commands.whoami import whoami


def nobody() -> str:
    raise KeyError("getpwuid(): uid not found: 54321")


def test_a_user_without_a_name_is_named_after_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "kim")
    assert whoami() == f"kim@{socket.gethostname()}"
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert whoami() == socket.gethostname()
