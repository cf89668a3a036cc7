"""Runs backend and pages together on this machine: starts both, waits until both are ready, stops both on Ctrl-C.

A part that ends by itself is started again, unless it ends again and again.

    python -m deploy.app [--host 0.0.0.0] [--port 8501] [--tls-cert cert.pem --tls-key key.pem]

The pages listen on `host`; the backend stays on 127.0.0.1, where only the pages reach it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "127.0.0.1"
DEFAULT_URL = f"http://{LOCAL}:8501"  # to which invitations lead where nothing else is said
EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared, not bound
READY_WITHIN = 60.0  # seconds; a cold start takes a few
STOP_WITHIN = 10.0
# A part may end so often within so many seconds before the app gives up.
MOST_ENDS = 5
ENDS_WITHIN = 600.0
LONGEST_PAUSE = 8.0  # seconds before a part is started again; the first time half a second


class StartError(RuntimeError):
    """The app cannot start; the user sees the message, one line, and no traceback."""


@dataclass
class Part:
    """One of the app's two processes."""

    name: str  # for messages
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    ends: list[float] = field(default_factory=list)  # when it has ended by itself, by the monotonic clock

    def start(self) -> None:
        """Start it, in a session of its own so that Ctrl-C reaches only this process."""
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL
        )

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs, or before it is started."""
        return None if self.process is None else self.process.poll()

    def start_again(self) -> None:
        """Start it once more after it has ended, after a pause, and say so.

        Raises:
            StartError: It has ended too often.
        """
        status, now = self.status or 0, time.monotonic()
        how = f"ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self.ends = [end for end in self.ends if now - end < ENDS_WITHIN] + [now]
        if len(self.ends) >= MOST_ENDS:
            raise StartError(f"{self.name}: {how}, for the {MOST_ENDS}th time in a short while; stopping.")
        print(f"{self.name}: {how}; starting again.", file=sys.stderr, flush=True)
        time.sleep(min(LONGEST_PAUSE, 0.25 * 2 ** len(self.ends)))
        self.start()


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the options of `python -m deploy.app`."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.app", description="Run the shoe-tag reader on this machine."
    )
    parser.add_argument("--host", default=LOCAL, help="address of the pages; 0.0.0.0 lets other machines in")
    parser.add_argument("--port", type=int, default=8501, help="port of the pages")
    parser.add_argument("--backend-port", type=int, default=8000, help="port of the backend, on this machine only")
    parser.add_argument(
        "--tls-cert", type=Path, help="certificate (PEM); browsers open the camera on other machines only over HTTPS"
    )
    parser.add_argument("--tls-key", type=Path, help="its private key (PEM)")
    return parser.parse_args(arguments)


def check_port(host: str, port: int, purpose: str, option: str) -> None:
    """Check that a port is free.

    Args:
        host: Address to listen on.
        port: The port.
        purpose: Names the program that will listen there, for the message.
        option: Variable of `make app` that chooses another port, for the message.

    Raises:
        StartError: The port cannot be listened on.
    """
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StartError(
                f"Port {port} for the {purpose} cannot be used ({reason}). Choose another: make app {option}=..."
            ) from error


def start(args: argparse.Namespace, parts: list[Part]) -> None:
    """Start backend and pages.

    Args:
        args: From `parse_arguments`.
        parts: Each part is appended here before it is started, so that it is stopped in any case.

    Raises:
        StartError: An argument makes no sense, or a port is taken.
    """
    if (args.tls_cert is None) != (args.tls_key is None):
        raise StartError("TLS needs both a certificate and its key: make app TLS_CERT=cert.pem TLS_KEY=key.pem")
    for file in (args.tls_cert, args.tls_key):
        if file is not None and not file.is_file():
            raise StartError(f"TLS file {file} does not exist.")
    if ":" in args.host:
        raise StartError(
            f"HOST={args.host} is an IPv6 address; name an IPv4 one, such as {EVERYWHERE} for all of them."
        )
    if args.port == args.backend_port:
        raise StartError(f"Pages and backend cannot share port {args.port}. Choose another: make app PORT=...")
    check_port(LOCAL, args.backend_port, "backend", "BACKEND_PORT")
    check_port(args.host, args.port, "pages", "PORT")
    shown_host = own_address() if args.host == EVERYWHERE else args.host
    environment = {
        # Where people come back to when they have signed in.
        "TAGS_PUBLIC_URL": f"{'https' if args.tls_cert else 'http'}://{shown_host}:{args.port}",
        **os.environ,
        "TAGS_HOST": LOCAL,
        "TAGS_PORT": str(args.backend_port),
        "BACKEND_URL": f"http://{LOCAL}:{args.backend_port}",
        # The pages forward the requests of many shoppers, and each shopper has a rate limit.
        "TAGS_TRUSTED_PROXIES": LOCAL,
    }
    pages = [sys.executable, "-m", "deploy.pages", "--host", args.host, "--port", str(args.port)]
    pages += ["--shown-host", shown_host]
    if args.tls_cert:
        pages += ["--tls-cert", str(args.tls_cert), "--tls-key", str(args.tls_key)]
    for name, command in (("backend", [sys.executable, "-m", "backend"]), ("pages", pages)):
        parts.append(Part(name, command, environment))
        parts[-1].start()


def answers(url: str) -> bool:
    """Return whether a GET of the URL gives 200; a self-signed certificate on this machine is fine."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    # A proxy from the environment cannot reach this machine's loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
    try:
        with opener.open(url, timeout=2) as answer:
            return int(answer.status) == 200
    except (urllib.error.URLError, OSError):
        return False


def missing_part(url: str) -> str:
    """Return why the backend keeps no labels though it reads, by its answer at /readyz; empty if it keeps them."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return str(json.load(answer).get("missing") or "")
    except (OSError, ValueError):
        return ""


def wait_until_ready(urls: Sequence[str], parts: Sequence[Part]) -> None:
    """Return when every URL answers.

    Raises:
        StartError: A part ended (it has printed why) or time ran out.
    """
    deadline = time.monotonic() + READY_WITHIN
    waiting = list(urls)
    while waiting:
        if any(part.status is not None for part in parts):
            raise StartError("")
        if time.monotonic() > deadline:
            raise StartError(f"No answer from {waiting[0]} within {READY_WITHIN:.0f} seconds.")
        waiting = [url for url in waiting if not answers(url)]
        if waiting:
            time.sleep(0.1)


def stop(parts: Sequence[Part]) -> None:
    """Ask every part to end, and end those that do not."""
    processes = [part.process for part in parts if part.process is not None]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def nobody_invited(environment: Mapping[str, str]) -> bool:
    """Return whether accounts are on and nobody can have one yet, because their database was never opened."""
    folder = ROOT / (environment.get("TAGS_DATA_DIR") or "var") / "people"
    is_on = environment.get("TAGS_PUBLIC_URL") != "" and not environment.get("TAGS_PEOPLE_URL")
    return is_on and not (folder / "people.sqlite3").exists()


def invitation_command(args: argparse.Namespace, scheme: str) -> str:
    """Return the command that invites the first person, to be run in the folder of the repository."""
    python = Path(sys.executable)
    if python.is_relative_to(ROOT):
        python = python.relative_to(ROOT)
    url = f"{scheme}://{own_address() if args.host == EVERYWHERE else args.host}:{args.port}"
    address = os.environ.get("TAGS_PUBLIC_URL") or url
    given = "" if address == DEFAULT_URL else f" --url {address}"
    return f"{python} -m backend invite{given} --role owner you@example.com"


def own_address() -> str:
    """Return this machine's address in its network, for phones; nothing is sent."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # documentation range, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return LOCAL


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C, or until one of the parts has ended too often; return the exit status."""
    args = parse_arguments(arguments)
    parts: list[Part] = []
    is_ready = False

    def on_terminate(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # A closed terminal hangs up; under nohup, which ignores hangups, the app goes on.
    ending = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, on_terminate) for number in ending}
    try:
        started = time.monotonic()
        start(args, parts)
        scheme = "https" if args.tls_cert else "http"
        local = LOCAL if args.host == EVERYWHERE else args.host
        ready = f"http://{LOCAL}:{args.backend_port}/readyz"
        wait_until_ready([ready, f"{scheme}://{local}:{args.port}/_stcore/health"], parts)
        if missing := missing_part(ready):
            print(f"{missing} It is tried again until it works.", file=sys.stderr, flush=True)
        print(f"Ready after {time.monotonic() - started:.1f} s: {scheme}://{local}:{args.port}", flush=True)
        if local != args.host:
            print(f"From a phone on the same network: {scheme}://{own_address()}:{args.port}", flush=True)
        if nobody_invited(os.environ):
            print(f"Invite yourself to the team's pages: {invitation_command(args, scheme)}", flush=True)
        print("Ctrl-C stops it.", flush=True)
        is_ready = True
        while True:
            for part in parts:
                if part.status is not None:
                    part.start_again()
            time.sleep(0.5)
    except StartError as error:
        if str(error):
            print(error, file=sys.stderr)
        return 1 if is_ready else 2
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
        return 0
    finally:
        # Hangups come more than once; a further one must not keep the processes from being stopped.
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        stop(parts)
        # None is a handler that was not set from Python, and cannot be restored from it.
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
