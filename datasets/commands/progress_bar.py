"""The progress of a cycle on stderr: a bar for each stage on a terminal, else a line for each stage."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

_OWN_BAR = "train"  # the trainer draws one itself


class ProgressBar:
    """Shows the stages of a cycle on stderr; call it as an `OnProgress`."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, stage: str, done: int, total: int, message: str) -> None:
        """Show the progress of a stage."""
        if stage != self._stage:
            self._end()
            self._stage = stage
            if not sys.stderr.isatty():
                print(f"{stage} {message}".rstrip(), file=sys.stderr, flush=True)
            elif stage != _OWN_BAR:
                self._bar = tqdm(desc=stage, bar_format="{desc:9} {bar:20} {postfix}", leave=True)
        if self._bar is not None:
            self._bar.total, self._bar.n = max(total, 1), done
            self._bar.set_postfix_str(message, refresh=False)
            self._bar.refresh()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
