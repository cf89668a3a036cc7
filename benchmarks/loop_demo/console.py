"""Tells people how far the demonstration is: lines that stay, and on a terminal one that moves."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_QUIET = 20.0  # seconds between two lines of one stage where there is no terminal


class Console:
    """Prints to a stream; times are those of the whole demonstration."""

    def __init__(self, before: float = 0.0, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._begun = time.monotonic() - before
        self._is_terminal = self._stream.isatty()
        self._moved, self._has_line = 0.0, False

    @property
    def seconds(self) -> float:
        """That the demonstration has run."""
        return time.monotonic() - self._begun

    def say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(f"[{self._clock()}] {text}", file=self._stream, flush=True)
        self._moved = time.monotonic()

    def move(self, text: str) -> None:
        """How far it is; on a terminal in place, else a line now and then."""
        now = time.monotonic()
        if self._is_terminal:
            if now - self._moved > 0.2:
                self._clear()
                print(f"[{self._clock()}] {text:.100}", end="", file=self._stream, flush=True)
                self._moved, self._has_line = now, True
        elif now - self._moved > _QUIET:
            self.say(text)

    def _clear(self) -> None:
        if self._has_line:
            print("\r\x1b[2K", end="", file=self._stream)
            self._has_line = False

    def _clock(self) -> str:
        minutes, seconds = divmod(int(self.seconds), 60)
        return f"{minutes:2d}:{seconds:02d}"
