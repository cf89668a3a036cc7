"""Bodies are counted while they arrive, over real connections."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn

from backend.main import create_app
from backend.settings import Settings


@pytest.fixture
def serve(settings: Settings, reader: Any) -> Iterator[Callable[..., int]]:
    """Start a server with some settings changed; return its port."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(**changes: object) -> int:
        app = create_app(settings.model_copy(update=changes), load_recognizer=lambda folder, threads: reader)
        listener = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", proxy_headers=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        running.append((server, thread))
        return int(listener.getsockname()[1])

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(60)


def answer_of(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Read one answer until the connection closes or the body is complete."""
    received = b""
    while chunk := connection.recv(65536):
        received += chunk
        head, separator, body = received.partition(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        if separator and len(body) >= int(length.split(b":")[1]):
            break
    return int(received.split()[1]), json.loads(body)


def status_of(port: int, path: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return answer_of(connection)[0]


HEAD = b"POST /v1/predictions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\n"
PART = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'


def test_a_declared_flood_is_refused_and_the_sender_hears_it(serve: Callable[..., int]) -> None:
    port = serve(image_max_bytes=100_000)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000000\r\n\r\n")
        connection.sendall(bytes(5_000_000))
        status, problem = answer_of(connection)
    assert (status, problem["kind"]) == (413, "too-large")


def test_a_client_that_asks_first_is_refused_before_sending(serve: Callable[..., int]) -> None:
    port = serve(image_max_bytes=100_000)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n")
        status, problem = answer_of(connection)
    assert (status, problem["kind"]) == (413, "too-large")


def test_an_undeclared_flood_is_refused_on_the_way(serve: Callable[..., int]) -> None:
    port = serve(image_max_bytes=100_000)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        connection.sendall(b"%x\r\n%s\r\n" % (len(PART), PART))
        for _ in range(40):
            connection.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        status, problem = answer_of(connection)
    assert (status, problem["kind"]) == (413, "too-large")


def test_other_routes_take_no_photos(serve: Callable[..., int]) -> None:
    port = serve()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(
            b"GET /v1/model HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000)
        )
        assert answer_of(connection)[0] == 413


def test_a_trickle_is_given_up(serve: Callable[..., int]) -> None:
    port = serve(upload_seconds=0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n" + PART)
        status, problem = answer_of(connection)
    assert (status, problem["kind"]) == (408, "too-slow")


def test_a_sender_who_leaves_does_no_harm(serve: Callable[..., int], png: bytes) -> None:
    port = serve()
    for _ in range(200):
        if status_of(port, "/readyz") == 200:
            break
        threading.Event().wait(0.05)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(HEAD + b"Content-Length: 50000\r\n\r\n" + PART + png)
    body = PART + png + b"\r\n--b--\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert answer_of(connection)[0] == 200
