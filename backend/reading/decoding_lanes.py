"""Decoding processes, and the lanes in which photos wait for them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from backend.http.work_queue import overloaded
from backend.reading.decoding_child import GENTLE
from backend.reading.decoding_frames import ClosedError, receive_frame, send_frame

_ROOT = Path(__file__).parents[2]
_PIECE_BYTES = 1 << 18
_START_SECONDS = 30.0


class DeadlineError(Exception):
    """A process has not answered in time."""


class SlowError(Exception):
    """A process has computed for longer than its photo may take."""


class Process:
    """One decoding process; does one job at a time.

    Args:
        is_gentle: Whether all other work of the machine goes first.
    """

    def __init__(self, *, is_gentle: bool) -> None:
        gentle = [GENTLE] if is_gentle else []
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", "-m", "backend.reading.decoding_child", *gentle],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
                process_group=0,  # Ctrl-C is for the service, which lets running jobs end
            )
        self._is_ready = False

    @property
    def is_alive(self) -> bool:
        """Whether it can answer."""
        return self._process.poll() is None

    def answer(
        self, request: dict[str, Any], file: BinaryIO, size: int, seconds: float, most_bytes: int
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a request with a file and return the answer with its bytes.

        Args:
            request: What is to be done.
            file: The photo.
            size: Its bytes.
            seconds: Until when there must be an answer.
            most_bytes: Longest answer.

        Raises:
            DeadlineError: There is none in time.
            SlowError: It has taken too much computing.
            ClosedError, OSError: The process has ended.
        """
        if not self._is_ready:
            self._connection.settimeout(_START_SECONDS)
            receive_frame(self._connection, 0)
            self._is_ready = True
        deadline = time.monotonic() + seconds

        def set_time_left() -> None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise DeadlineError
            self._connection.settimeout(left)

        try:
            set_time_left()
            send_frame(self._connection, request, size, _pieces(file, size, set_time_left))
            return receive_frame(self._connection, most_bytes, set_time_left)
        except TimeoutError as error:
            raise DeadlineError from error
        except (ClosedError, ConnectionError) as error:
            self.kill()
            if self._process.returncode == -signal.SIGPROF:
                raise SlowError from error
            raise

    def kill(self) -> None:
        """End the process now."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class Lane:
    """Processes, and the memory that the photos in them share; a photo waits, first come, first served.

    Args:
        size: Bytes for all photos.
        places: Photos at the same moment.
        waiting: Photos that may wait; None for any number.
        is_gentle: Whether all other work of the machine goes first.
        on_refused: Called for every photo that may not wait.
    """

    def __init__(
        self, size: int, places: int, *, waiting: int | None, is_gentle: bool, on_refused: Callable[[], None]
    ) -> None:
        self.size = size
        self._free = size
        self._places = places
        self._most_waiting = waiting
        self._is_gentle = is_gentle
        self._on_refused = on_refused
        self._waiting: deque[object] = deque()
        self._condition = threading.Condition()
        self._idle: list[Process] = []
        self._is_closed = False

    @contextmanager
    def process(self, size: int) -> Iterator[Process]:
        """Lend a process for a photo of so many bytes; if the photo fails in it, the process is replaced.

        Raises:
            Problem: 503, when too many wait.
        """
        self._enter(size)
        try:
            process = self._take()
            try:
                yield process
            except BaseException:
                process.kill()
                raise
            self._put_back(process)
        finally:
            with self._condition:
                self._free += size
                self._places += 1
                self._condition.notify_all()

    def close(self) -> None:
        """End the processes that are not lent."""
        with self._condition:
            self._is_closed = True
            processes, self._idle = self._idle, []
        for process in processes:
            process.kill()

    def _enter(self, size: int) -> None:
        """Take memory and a place."""
        ticket = object()
        with self._condition:
            is_busy = bool(self._waiting) or not self._fits(size)
            if is_busy and self._most_waiting is not None and len(self._waiting) >= self._most_waiting:
                self._on_refused()
                raise overloaded("Other large photos are being read.")
            self._waiting.append(ticket)
            try:
                self._condition.wait_for(lambda: self._waiting[0] is ticket and self._fits(size))
                self._free -= size
                self._places -= 1
            finally:
                self._waiting.remove(ticket)
                self._condition.notify_all()

    def _fits(self, size: int) -> bool:
        return self._places > 0 and size <= self._free

    def _take(self) -> Process:
        while True:
            with self._condition:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return Process(is_gentle=self._is_gentle)
            if process.is_alive:
                return process
            process.kill()

    def _put_back(self, process: Process) -> None:
        with self._condition:
            if not self._is_closed:
                self._idle.append(process)
                return
        process.kill()


def _pieces(file: BinaryIO, size: int, before_each: Callable[[], None]) -> Iterator[bytes]:
    """Yield a file's first bytes, piece by piece, so that they are not in memory as a whole."""
    file.seek(0)
    while size > 0:
        piece = file.read(min(size, _PIECE_BYTES))
        if not piece:
            raise OSError("the upload has become shorter")
        size -= len(piece)
        before_each()
        yield piece
