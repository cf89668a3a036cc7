"""How every command line of the repository starts and ends: output that no file name can break.

    if __name__ == "__main__":
        sys.exit(run_command(main))

- A character that the terminal cannot show, as in a file name of another encoding, is printed escaped.
- A reader that ends early, as in `... | head`, ends the command without a word.
- JSON is UTF-8 in every locale.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

OUTPUT_CLOSED = 141  # exit status of a program whose reader went away: 128 + SIGPIPE, as shells report it
INTERRUPTED = 130  # exit status after Ctrl-C: 128 + SIGINT


def run_command(main: Callable[[], int | None]) -> int:
    """Run a command line's main function on standard output and standard error.

    Args:
        main: parses `sys.argv` and runs; None counts as exit status 0.

    Returns:
        The exit status: that of `main`, or `INTERRUPTED`.

    Raises:
        SystemExit: with `OUTPUT_CLOSED`, or with a sentence and status 1 if the output cannot be written.
    """
    if sys.stdout is not None:  # None where the command was started without the stream
        sys.stdout = _tolerant(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = _tolerant(sys.stderr)
    try:
        return main() or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()


def print_json(value: object, *, indent: int | None = None) -> None:
    """Print a value as JSON in UTF-8, whatever the terminal's encoding, and flush.

    A byte of a file name that is no text becomes an escaped lone surrogate, from which Python's `os.fsencode` makes the
    byte again.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(json.dumps(value, ensure_ascii=False, indent=indent), flush=True)


def printable(text: str | os.PathLike[str]) -> str:
    r"""A text on one line: control characters, line ends and bytes that are no text are escaped, as `\n` and `\xc7`."""
    return "".join(char if char.isprintable() else _escape(char) for char in os.fspath(text))


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps a byte that is no text (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


class _Output(io.FileIO):
    """A standard stream that ends the command when it cannot be written, and is silent from then on.

    SystemExit runs every `finally` on its way, and no command takes it for a failure of its own files.
    """

    _lost = False

    def write(self, data: Any, /) -> int:
        if not self._lost:
            try:
                return super().write(data)
            except BrokenPipeError:
                self._lost = True
                raise SystemExit(OUTPUT_CLOSED) from None
            except OSError as error:
                self._lost = True
                raise SystemExit(f"error: the output cannot be written: {error.strerror}") from None
        return memoryview(data).nbytes


def _tolerant(stream: TextIO) -> TextIO:
    try:
        raw = _Output(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):  # a stream of a test or of a notebook, which is no file
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=raw.isatty() or stream is sys.stderr,
    )
