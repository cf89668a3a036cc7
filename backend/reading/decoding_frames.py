"""What the service and a decoding process tell each other: a JSON object and a stretch of bytes, each with its length.

JSON and pixels rather than pickled objects: a process that a malicious picture has taken over can answer nothing but
data.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Any

_HEAD = struct.Struct(">IQ")  # bytes of the JSON object, bytes of what follows
_MOST_OBJECT_BYTES = 1 << 16


class ClosedError(Exception):
    """The other side has closed the connection, or sends no frames."""


def send_frame(
    connection: socket.socket, values: dict[str, Any], size: int, payload: Iterable[bytes | memoryview]
) -> None:
    """Send a JSON object and bytes.

    Args:
        connection: A stream socket.
        values: What can be written as JSON.
        size: How many bytes follow.
        payload: These bytes, in pieces.
    """
    text = json.dumps(values).encode()
    connection.sendall(_HEAD.pack(len(text), size) + text)
    for piece in payload:
        connection.sendall(piece)


def receive_frame(
    connection: socket.socket, most_bytes: int, before_each: Callable[[], None] = lambda: None
) -> tuple[dict[str, Any], bytearray]:
    """Receive a JSON object and the bytes that follow it.

    Args:
        connection: A stream socket.
        most_bytes: A longer frame is refused.
        before_each: Called before each wait for bytes, to set the time that is left.

    Raises:
        ClosedError: The other side has closed, or sent no frame within the limits.
    """
    length, size = _HEAD.unpack(_receive(connection, _HEAD.size, before_each))
    if length > _MOST_OBJECT_BYTES or size > most_bytes:
        raise ClosedError("a frame is too long")
    text = _receive(connection, length, before_each)
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ClosedError("a frame holds no JSON") from error
    if not isinstance(values, dict):
        raise ClosedError("a frame holds no object")
    return values, _receive(connection, size, before_each)


def _receive(connection: socket.socket, size: int, before_each: Callable[[], None]) -> bytearray:
    data = bytearray(size)
    view, received = memoryview(data), 0
    while received < size:
        before_each()
        count = connection.recv_into(view[received:])
        if count == 0:
            raise ClosedError("the connection is closed")
        received += count
    return data
