"""Runs the service on Ray Serve, on this machine or on a cluster: `python -m deploy.ray` (`make serve-ray`).

Everything that `python -m backend` reads from the environment is read by the replicas; `TAGS_RAY_*` say how they are
spread (`--help` lists them). `RAY_ADDRESS` names a cluster; without it, Ray starts on this machine and ends with the
program.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from backend.settings import Settings, SettingsError, load_settings
from data_gen.ray_start import RayUnavailableError, import_ray, start_ray
from deploy.ray.defaults import DEFAULTS
from deploy.ray.settings import RaySettings, check_key

_CANNOT_START = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.ray",
        description=__doc__,
        epilog=_describe_settings(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Workers have another folder than this program.
    os.environ["TAGS_DATA_DIR"] = str(Path(os.environ.get("TAGS_DATA_DIR") or "var").absolute())
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        settings, spread = load_settings(), RaySettings()
        check_key(spread, settings)
        if spread.haproxy:
            os.environ["RAY_SERVE_ENABLE_HA_PROXY"] = "1"
    except (SettingsError, ValidationError) as error:
        print(f"deploy.ray: {' '.join(str(error).split())}", file=sys.stderr)
        return _CANNOT_START
    return _serve(settings)


def _serve(settings: Settings) -> int:
    try:
        # Before any other import of Ray: one of this machine alone listens on 127.0.0.1 only.
        ray = import_ray()
        start_ray()
    except RayUnavailableError as error:
        print(f"deploy.ray: {error}", file=sys.stderr)
        return _CANNOT_START
    # Imported here: `--help` and wrong settings need no Ray, which takes seconds to import.
    from ray import serve

    from deploy.ray.application import NAME, QUIET, build

    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # after Ray, which sets its own, that end the process at once
        signal.signal(number, lambda *_: done.set())
    try:
        serve.start(
            http_options={
                "host": settings.host,
                "port": settings.port,
                "ssl_certfile": _path(settings.tls_certificate),
                "ssl_keyfile": _path(settings.tls_key),
            },
            logging_config=dict(QUIET),
        )
        try:
            serve.run(build(), name=NAME, route_prefix="/")
        except RuntimeError as error:
            print(f"deploy.ray: {' '.join(str(error).split())}", file=sys.stderr)
            return _CANNOT_START
        scheme = "https" if settings.tls_certificate else "http"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"backend on {scheme}://{host}:{settings.port}, on Ray Serve", flush=True)
        done.wait()
        serve.shutdown()  # type: ignore[no-untyped-call]
        return 0
    finally:
        ray.shutdown()


def _path(file: Path | None) -> str | None:
    return None if file is None else str(file.absolute())


def _describe_settings() -> str:
    lines = ["Settings are environment variables beside the backend's. In brackets: the default.", ""]
    for name, setting in RaySettings.model_fields.items():
        lines.append(f"  TAGS_RAY_{name.upper()} [{setting.default}]")
        lines += textwrap.wrap(setting.description or "", 118, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
