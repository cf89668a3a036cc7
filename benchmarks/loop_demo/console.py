"""The demonstration's progress: lines that stay, and on a terminal one line that moves."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from tqdm import tqdm

_QUIET = 20.0  # seconds between two lines of one stage where there is no terminal


class Console:
    """Prints to a stream; times are those of the whole demonstration.

    Args:
        before: seconds that the demonstration ran before it was stopped.
        stream: standard error unless given.
    """

    def __init__(self, before: float = 0.0, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._begun = time.monotonic() - before
        self._said = 0.0
        self._line = tqdm(file=self._stream, bar_format="{desc}", leave=False, disable=not self._stream.isatty())

    @property
    def seconds(self) -> float:
        """Duration of the demonstration so far."""
        return time.monotonic() - self._begun

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._line.write(f"[{self._clock()}] {text}", file=self._stream)
        self._said = time.monotonic()

    def move(self, text: str) -> None:
        """Print progress: on a terminal in place, else a line now and then."""
        if not self._line.disable:
            self._line.set_description_str(f"[{self._clock()}] {text:.100}")
        elif time.monotonic() - self._said > _QUIET:
            self.say(text)

    def _clock(self) -> str:
        minutes, seconds = divmod(int(self.seconds), 60)
        return f"{minutes:2d}:{seconds:02d}"
