"""Runs the service: `python -m backend`. A start that fails is reported in one line, with exit status 2."""

from __future__ import annotations

import argparse
import logging
import socket
import sys
import textwrap
import time
from collections.abc import Sequence

import uvicorn

from backend.main import create_app
from backend.reading.memory import share_one_arena
from backend.settings import Settings, SettingsError, load_settings, variable_of
from datasets.objects.clock import Clock

_CANNOT_START = 2
# Running requests get this long to end after Ctrl-C.
_SHUTDOWN_SECONDS = 10
_DESCRIPTION = """\
Reads the product code on photos of shoe tags, looks up what the shoe costs, and keeps the crops that shoppers confirm.
The service listens on TAGS_HOST and TAGS_PORT until Ctrl-C; /docs describes its routes, /readyz says when it is ready.
"""


def main(arguments: Sequence[str] | None = None, *, clock: Clock = time.time) -> int:
    """Serve until interrupted; return the exit status.

    Args:
        arguments: Command-line arguments; None takes the process' own.
        clock: Seconds since 1970, for the times that are kept; tests pass clocks that jump.
    """
    parser = argparse.ArgumentParser(
        prog="python -m backend",
        description=_DESCRIPTION,
        epilog=_describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # python_multipart warns of every malformed form: that is the sender's mistake, and is answered with 400.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    try:
        settings = load_settings()
        listener = _listen(settings)
    except SettingsError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}")
    share_one_arena()
    failures: list[str] = []

    def stop(message: str) -> None:
        failures.append(message)
        server.should_exit = True

    app = create_app(settings, on_failure=stop, clock=clock)
    configuration = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # The app adds uvicorn's middleware itself, with the proxies that the settings trust.
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    try:
        configuration.load()
    except OSError as error:  # The ssl module's errors are OSErrors, too.
        return _refuse(f"TAGS_TLS_CERTIFICATE and TAGS_TLS_KEY cannot be used: {error}")
    server = uvicorn.Server(configuration)
    scheme = "https" if settings.tls_certificate else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"backend on {scheme}://{host}:{listener.getsockname()[1]}", flush=True)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    finally:
        listener.close()
    return _refuse(failures[0]) if failures else 0


def _describe_settings() -> str:
    lines = ["Settings are environment variables; an empty one counts as unset. In brackets: the default.", ""]
    for name, setting in Settings.model_fields.items():
        default = "" if setting.default is None or setting.default == () else f" [{setting.default}]"
        lines.append(f"  {variable_of(name)}{default}")
        lines += textwrap.wrap(setting.description or "", 118, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


def _listen(settings: Settings) -> socket.socket:
    """Return a listening socket: taken before anything is loaded, so that a port in use is reported at once."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _refuse(message: str) -> int:
    print(f"backend: {' '.join(message.split())}", file=sys.stderr)
    return _CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
