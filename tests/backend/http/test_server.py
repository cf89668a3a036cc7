"""The server's bounds over real connections: each attack leaves room for an ordinary request."""

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from backend.http.connections import ConnectionLimits, Connections, listen
from backend.http.server import make_server
from benchmarks.drivers.gcs_server import wait_until

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
FEW = ConnectionLimits(most=8, header_seconds=1.5, stall_seconds=1.5)
PATIENT = ConnectionLimits(most=8)


async def answer(request: Request) -> Response:
    return PlainTextResponse("ok")


async def large(request: Request) -> Response:
    return PlainTextResponse(b"x" * 30_000_000)


async def body(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        await socket.send_text(await socket.receive_text())


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Start a server; return its port."""
    app = Starlette(
        routes=[
            Route("/", answer),
            Route("/large", large),
            Route("/body", body, methods=["POST"]),
            WebSocketRoute("/echo", echo),
        ]
    )
    with contextlib.ExitStack() as running:

        def start(limits: ConnectionLimits, **options: object) -> int:
            connections = Connections(limits, lambda address: True, files=20_000)
            listener = running.enter_context(listen("127.0.0.1", 0, connections))
            server = make_server(app, connections, ws="websockets-sansio", timeout_graceful_shutdown=1, **options)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            running.callback(thread.join, 60)
            running.callback(setattr, server, "should_exit", True)
            start.connections = connections
            return int(listener.getsockname()[1])

        yield start


@pytest.fixture
def opened() -> Iterator[Callable[..., socket.socket]]:
    """Open connections that send something and read nothing."""
    with contextlib.ExitStack() as connections:

        def connect_to(port: int, sent: bytes = b"") -> socket.socket:
            connection = connections.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            connection.sendall(sent)
            return connection

        yield connect_to


def status_of(port: int, sent: bytes = GET) -> int:
    """The status that a request is answered with; 0 when the connection ends without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(sent)
        try:
            return int((connection.recv(65536).split() or [b"", b"0"])[1])
        except ConnectionError:
            return 0


def wait_until_ended(connection: socket.socket) -> None:
    """Wait until the other side has closed it; a TimeoutError says that it does not."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(1 << 20):
            pass


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", GET[:-2], POST + b"Content-Length: 10000\r\n\r\nx", CHUNKED, GET, b"GET /large" + GET[5:]],
    ids=["silent", "half a line", "half a header", "half a body", "no chunk", "kept alive", "answer not taken"],
)
def test_more_idle_connections_than_there_may_be_stop_no_request(
    serve: Callable[..., int], opened: Callable[..., socket.socket], sent: bytes
) -> None:
    port = serve(PATIENT)
    for _ in range(30):
        opened(port, sent)
    assert [status_of(port) for _ in range(5)] == [200] * 5


@pytest.mark.parametrize("sent", [b"", GET[:-2], GET + GET[:-2]], ids=["silent", "drip", "drip after a request"])
def test_idle_connections_end_by_themselves(
    serve: Callable[..., int], opened: Callable[..., socket.socket], sent: bytes
) -> None:
    connection = opened(serve(FEW), sent)
    ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while sent and not ended.wait(0.2):
                connection.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        wait_until_ended(connection)
    finally:
        ended.set()
        thread.join()


def test_an_answer_that_is_not_taken_ends(serve: Callable[..., int], opened: Callable[..., socket.socket]) -> None:
    connection = opened(serve(FEW), b"GET /large" + GET[5:])
    assert wait_until(lambda: len(serve.connections) > 0)
    assert wait_until(lambda: len(serve.connections) == 0)
    received = 0
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(1 << 20):
            received += len(chunk)
    assert received < 30_000_000


def test_an_answer_that_is_taken_slowly_is_whole(
    serve: Callable[..., int], opened: Callable[..., socket.socket]
) -> None:
    limits = ConnectionLimits(most=8, stall_seconds=4.0)
    connection = opened(serve(limits), b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    received = 0
    for _ in range(10):  # longer in all than the server waits for any progress
        time.sleep(0.5)
        received += len(connection.recv(1 << 20))
    while chunk := connection.recv(1 << 20):
        received += len(chunk)
    assert received > 30_000_000


def test_an_idle_websocket_lives_on(serve: Callable[..., int], opened: Callable[..., socket.socket]) -> None:
    port = serve(FEW)
    with connect(f"ws://127.0.0.1:{port}/echo") as websocket:
        for _ in range(30):
            opened(port)
        time.sleep(4)
        websocket.send("still here")
        assert websocket.recv() == "still here"


def test_a_tls_handshake_that_never_ends_gives_way_and_ends(
    serve: Callable[..., int], opened: Callable[..., socket.socket], tmp_path: Path
) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem"
    subprocess.run([*command.split(), "-subj", "/CN=localhost"], cwd=tmp_path, check=True, capture_output=True)
    port = serve(FEW, ssl_certfile=tmp_path / "cert.pem", ssl_keyfile=tmp_path / "key.pem")
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    context.check_hostname = False
    for _ in range(20):
        opened(port)
    silent = opened(port)
    half = opened(port, b"\x16\x03\x01\x02\x00\x01")
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        connection.sendall(GET)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    wait_until_ended(silent)
    wait_until_ended(half)


def test_a_long_header_is_refused_however_it_arrives(serve: Callable[..., int]) -> None:
    port = serve(PATIENT)
    assert status_of(port, GET[:-2] + b"A: " + b"x" * 15_000 + b"\r\n\r\n") == 200
    assert status_of(port, GET[:-2] + b"A: " + b"x" * 200_000 + b"\r\n\r\n") in {0, 400}
    assert status_of(port, GET[:-2] + b"a:\r\n" * 50_000 + b"\r\n") in {0, 400}


def test_a_long_path_and_many_headers_are_refused(serve: Callable[..., int]) -> None:
    port = serve(PATIENT)
    assert status_of(port, b"GET /?" + b"%" * 2000 + GET[5:]) == 200
    assert status_of(port, b"GET /?" + b"%" * 3000 + GET[5:]) == 400
    assert status_of(port, GET[:-2] + b"a: b\r\n" * 99 + b"\r\n") == 200
    assert status_of(port, GET[:-2] + b"a: b\r\n" * 100 + b"\r\n") == 400


def test_a_body_in_chunks_is_read_unless_they_are_crumbs(serve: Callable[..., int]) -> None:
    port = serve(PATIENT)
    few = b"1\r\nx\r\n" * 200 + b"0\r\n\r\n"
    large = b"1000\r\n" + bytes(0x1000) + b"\r\n"
    assert status_of(port, CHUNKED + few) == 200
    assert status_of(port, CHUNKED + large * 100 + b"0\r\n\r\n") == 200
    assert status_of(port, CHUNKED + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n") in {0, 400}


def test_pipelined_requests_are_answered_in_turn(serve: Callable[..., int]) -> None:
    port = serve(PATIENT)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(GET * 9 + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    assert received.count(b"HTTP/1.1 200") == 10
