"""A file that is sent while it is written."""

from __future__ import annotations

import io


class Sink(io.RawIOBase):
    """Takes what a file consists of, to be sent at once; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._place

    def write(self, data: object) -> int:
        """Keep some bytes until they are taken."""
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._place += len(part)
        return len(part)

    def take(self) -> bytes:
        """What was written since it was last called."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
