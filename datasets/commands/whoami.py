"""The name of the person at the command line, for reports and histories."""

from __future__ import annotations

import getpass
import socket


def whoami() -> str:
    """`user@machine`; only the machine where the user has no name, as in some containers."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        return socket.gethostname()
