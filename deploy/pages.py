"""Serves the pages with bounded connections: `python -m deploy.pages [--host 0.0.0.0] [--port 8501]`.

`streamlit run frontend/app.py` shows the same pages without these limits, for a machine that only its user reaches.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from backend.http.body_limit import BodyLimit
from backend.http.connections import ConnectionLimits, Connections, listen, raise_file_limit
from backend.http.forms import FormGuard
from backend.http.server import make_server
from backend.settings import SettingsError, load_settings
from backend.telemetry.log import set_up_log
from backend.telemetry.tracing import export_traces
from datasets.errors import StoreError
from deploy.assets import CompressedAssets
from deploy.page_headers import PageHeaders
from deploy.socket_origin import SocketOrigin
from deploy.upload_room import UPLOADS, UploadRoom, kept_by_streamlit

ROOT = Path(__file__).resolve().parent.parent
_CANNOT_START = 2
_BACKEND_URL = "http://127.0.0.1:8000"
_SHUTDOWN_SECONDS = 5
# Bytes: what a page may be sent at once over its WebSocket (the state of its widgets), and in a request without a file.
_MOST_MESSAGE = 4 << 20
_MOST_BODY = 64 * 1024
# A photo over a slow mobile connection.
_UPLOAD_SECONDS = 300.0
_PING_SECONDS = 30


def main(arguments: Sequence[str]) -> int:
    """Serve until interrupted; return the exit status."""
    args = _parse(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        return _refuse(str(error))
    # Streamlit reads these, and .streamlit/config.toml, when it is imported. Without an address to show, it asks a
    # service on the internet for its own.
    os.environ |= {
        "STREAMLIT_SERVER_ADDRESS": args.host,
        "STREAMLIT_SERVER_PORT": str(args.port),
        "STREAMLIT_BROWSER_SERVER_ADDRESS": args.shown_host or args.host,
        "STREAMLIT_LOGGER_LEVEL": "warning",
    }
    if args.tls_cert:
        os.environ |= {"STREAMLIT_SERVER_SSL_CERT_FILE": args.tls_cert, "STREAMLIT_SERVER_SSL_KEY_FILE": args.tls_key}
    import streamlit
    from streamlit import config

    pages: ASGIApp = streamlit.App(ROOT / "frontend" / "app.py")
    if settings.public_url is not None:
        from deploy.accounts import AccountDoor, write_secrets

        backend_url = os.environ.get("BACKEND_URL") or _BACKEND_URL
        try:
            secrets = write_secrets(settings, backend_url, args.port)
        except (StoreError, OSError) as error:
            return _refuse(f"nobody could sign in: {error}")
        config.set_option("secrets.files", [str(secrets)])
        # Streamlit asks the backend, a neighbour; a proxy from the environment must not see the client's secret.
        outside = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "", urlsplit(backend_url).hostname or ""]
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, outside))
        pages = AccountDoor(pages, backend_url, settings.public_url)
    upload_bytes = int(config.get_option("server.maxUploadSize")) * (1 << 20) + _MOST_BODY

    def body_limit(scope: Scope) -> int:
        return upload_bytes if scope["path"].startswith(UPLOADS) else _MOST_BODY

    # Behind a proxy, each shopper keeps an address of their own, for the backend's limits.
    own = SocketOrigin(PageHeaders(CompressedAssets(pages)), settings.public_url)
    roomy = UploadRoom(FormGuard(own), kept_by_streamlit)
    bounded = BodyLimit(roomy, body_limit, _UPLOAD_SECONDS)
    app = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, bounded), settings.trusted_hosts))
    limits = ConnectionLimits(most=settings.connections, most_per_client=settings.connections_per_client)
    connections = Connections(limits, settings.is_proxy, raise_file_limit())
    try:
        listener = listen(args.host, args.port, connections)
        server = make_server(
            app,
            connections,
            ws="websockets-sansio",
            ws_max_size=_MOST_MESSAGE,
            ws_ping_interval=_PING_SECONDS,
            ws_ping_timeout=_PING_SECONDS,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            ssl_certfile=args.tls_cert,
            ssl_keyfile=args.tls_key,
        )
    except OSError as error:
        return _refuse(f"cannot serve on {args.host} port {args.port}: {error.strerror or error}")
    set_up_log(settings.log_format)  # after Streamlit has given its loggers their handlers
    end_traces = export_traces("tags-pages", settings.trace_endpoint)
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return 0
    finally:
        listener.close()
        end_traces()
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.pages", description="Serve the pages.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 lets other machines in")
    parser.add_argument("--port", type=int, default=8501, help="port to listen on")
    parser.add_argument("--shown-host", help="address by which browsers reach the pages, if it is another")
    parser.add_argument("--tls-cert", help="certificate (PEM)")
    parser.add_argument("--tls-key", help="its private key (PEM)")
    return parser.parse_args(arguments)


def _refuse(message: str) -> int:
    print(f"pages: {' '.join(message.split())}", file=sys.stderr)
    return _CANNOT_START


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
