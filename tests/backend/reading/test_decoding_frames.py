"""Frames arrive whole, or the connection is given up."""

import socket
import threading
from collections.abc import Iterator

import pytest

from backend.reading.decoding_frames import ClosedError, receive_frame, send_frame


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_an_object_and_its_bytes_arrive(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    payload = bytes(range(256)) * 8000
    thread = threading.Thread(
        target=send_frame, args=(ours, {"turn": 3}, len(payload), (payload[:1000], memoryview(payload)[1000:]))
    )
    thread.start()
    values, received = receive_frame(theirs, len(payload))
    thread.join()
    assert (values, bytes(received)) == ({"turn": 3}, payload)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\2\0\0\0\0\0\0\0\0{",
        b"\0\0\0\2\0\0\0\0\0\0\0\5{}abc",
        b"\0\0\0\2\0\0\0\0\0\0\0\0[]",
        b"\0\0\0\2\0\0\0\0\0\0\0\0{{",
        b"\0\2\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\2\0\0\0\0\0\0\0\x0b{}",
        b"\xff" * 12,
    ],
)
def test_anything_else_is_no_frame(pair: tuple[socket.socket, socket.socket], sent: bytes) -> None:
    ours, theirs = pair
    ours.sendall(sent)
    ours.close()
    with pytest.raises(ClosedError):
        receive_frame(theirs, 10)


def test_the_time_that_is_left_is_asked_for_before_each_wait(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    send_frame(ours, {}, 4, (b"half",))

    def give_up() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        receive_frame(theirs, 10, give_up)
