"""Who asks, for reports and histories."""

import getpass
import socket


def whoami() -> str:
    """`user@machine`; only the machine where the user has no name, as in some containers."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        return socket.gethostname()
