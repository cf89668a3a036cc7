"""Runs the service: `python -m backend`. A start that fails is reported in one line, with exit status 2."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import textwrap
import time
from collections.abc import Sequence

from backend.http.connections import ConnectionLimits, Connections, listen, raise_file_limit
from backend.http.server import make_server
from backend.main import create_app
from backend.prices.naver import END as NAVER_END
from backend.reading.memory import map_large_blocks, share_one_arena
from backend.settings import Settings, SettingsError, load_settings, variable_of
from backend.telemetry.log import set_up_log
from backend.telemetry.tracing import export_traces
from backend.way_out import unusable_variables
from datasets.objects.clock import Clock

_CANNOT_START = 2
# Running requests get this long to end after Ctrl-C.
_SHUTDOWN_SECONDS = 10
_DESCRIPTION = """\
Reads the product code on photos of shoe tags, looks up what the shoe costs, and keeps the crops that shoppers confirm.
The service listens on TAGS_HOST and TAGS_PORT until Ctrl-C; /docs describes its routes, /readyz says when it is ready.
`python -m backend invite --role owner you@example.com` invites a person to the team's pages.
"""


def main(arguments: Sequence[str] | None = None, *, clock: Clock = time.time) -> int:
    """Serve until interrupted; return the exit status.

    Args:
        arguments: Command-line arguments; None takes the process' own.
        clock: Seconds since 1970, for the times that are kept; tests pass clocks that jump.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["invite"]:
        from backend.people.command import invite

        return invite(given[1:])
    parser = argparse.ArgumentParser(
        prog="python -m backend",
        description=_DESCRIPTION,
        epilog=_describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(given)
    # python_multipart warns of every malformed form: that is the sender's mistake, and is answered with 400.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    try:
        settings = load_settings()
        set_up_log(settings.log_format)
        if settings.naver_client_id is not None:
            print(f"backend: {NAVER_END}", file=sys.stderr, flush=True)
        if settings.uses_outside_services:
            for sentence in unusable_variables(os.environ):
                print(f"backend: {sentence}", file=sys.stderr, flush=True)
        limits = ConnectionLimits(most=settings.connections, most_per_client=settings.connections_per_client)
        connections = Connections(limits, settings.is_proxy, raise_file_limit())
        listener = listen(settings.host, settings.port, connections)
    except SettingsError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}")
    share_one_arena()
    map_large_blocks()
    failures: list[str] = []

    def stop(message: str) -> None:
        failures.append(message)
        server.should_exit = True

    end_traces = export_traces("tags-backend", settings.trace_endpoint)
    app = create_app(settings, on_failure=stop, clock=clock)
    try:
        server = make_server(
            app,
            connections,
            ws="none",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
        )
    except OSError as error:  # The ssl module's errors are OSErrors, too.
        return _refuse(f"TAGS_TLS_CERTIFICATE and TAGS_TLS_KEY cannot be used: {error}")
    scheme = "https" if settings.tls_certificate else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"backend on {scheme}://{host}:{listener.getsockname()[1]}", flush=True)
    print(_describe_prices(settings), flush=True)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    finally:
        listener.close()
        end_traces()
    return _refuse(failures[0]) if failures else 0


def _describe_prices(settings: Settings) -> str:
    asked = [service for service, has_key in settings.price_services.items() if has_key]
    keyless = [service for service, has_key in settings.price_services.items() if not has_key]
    told = f"prices from the catalogue, prices seen on tags{''.join(f', {service}' for service in asked)}"
    return f"{told}; no key for {', '.join(keyless)}" if keyless else told


def _describe_settings() -> str:
    lines = ["Settings are environment variables; an empty one counts as unset. In brackets: the default.", ""]
    for name, setting in Settings.model_fields.items():
        value = ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        default = "" if value is None or value == "" else f" [{value}]"
        lines.append(f"  {variable_of(name)}{default}")
        lines += textwrap.wrap(setting.description or "", 118, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


def _refuse(message: str) -> int:
    print(f"backend: {' '.join(message.split())}", file=sys.stderr)
    return _CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
