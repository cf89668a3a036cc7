"""Files on their way from the page to the backend, in a thread: part by part, each of which may be sent again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeVar

from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.uploads import PART_BYTES, UploadsClient
from frontend.job import pool

T = TypeVar("T")
_ATTEMPTS: Final = 8  # at a part, while the backend is busy or away
_BUSY: Final = (429, 503)
_PAUSE: Final = 2.0  # seconds before another attempt, unless the backend names some
_LONGEST_PAUSE: Final = 30.0


class ChosenFile(Protocol):
    """A file that somebody has chosen on the page."""

    name: str
    size: int

    def getvalue(self) -> bytes:
        """All of it."""
        ...


@dataclass
class Sending:
    """The files of one upload on their way.

    Args:
        client: Sends them.
        files: What was chosen; a name that comes twice gets a number.
        fields: Of the upload; see `UploadsClient.begin`.
    """

    client: UploadsClient
    files: Sequence[ChosenFile]
    fields: Mapping[str, str]
    sleep: Callable[[float], object] = time.sleep
    upload: str | None = None  # once it was begun
    sent: int = 0  # bytes
    sent_files: int = 0
    error: BackendError | None = None
    is_stopped: bool = False
    _job: Future[None] | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def has_ended(self) -> bool:
        """Whether all was sent, or it was given up."""
        return self._job is not None and self._job.done()

    def start(self) -> None:
        """Begin to send, or go on after a failure with the file that has failed."""
        self.error, self.is_stopped = None, False
        self._job = pool().submit(self.run)

    def stop(self) -> None:
        """Give it up after the present part."""
        self.is_stopped = True

    def run(self) -> None:
        """Send everything, then start the upload; a failure is noted."""
        try:
            if self.upload is None:
                self.upload = self._again(lambda: self.client.begin(self.fields)).id
            names = _names(self.files)
            while self.sent_files < len(self.files):
                if not self._send(self.upload, names[self.sent_files], self.files[self.sent_files]):
                    self._again(lambda: self.client.cancel(str(self.upload)))
                    return
                self.sent_files += 1
            self._again(lambda: self.client.start(str(self.upload)))
        except BackendError as error:
            self.error = error

    def _send(self, upload: str, name: str, file: ChosenFile) -> bool:
        """Send a file; returns False where it was stopped."""
        data, before = file.getvalue(), self.sent
        for at in range(0, max(1, len(data)), PART_BYTES):
            if self.is_stopped:
                return False
            part = data[at : at + PART_BYTES]
            try:
                self._again(partial(self.client.send, upload, name, at, len(data), part))
            except BackendError:
                self.sent = before  # the file is sent anew
                raise
            self.sent += len(part)
        return True

    def _again(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer, while the backend is busy or away."""
        for attempt in range(_ATTEMPTS):
            try:
                return ask()
            except BackendError as error:
                wanted = None
                if isinstance(error, BackendRefusedError):
                    if error.status not in _BUSY:
                        raise
                    wanted = error.retry_after
                if attempt == _ATTEMPTS - 1:
                    raise
                self.sleep(min(_LONGEST_PAUSE, wanted or _PAUSE))
        raise AssertionError("the last attempt raises")


def _names(files: Sequence[ChosenFile]) -> list[str]:
    names = dict[str, None]()
    for file in files:
        name, number = file.name, 1
        while name in names:
            number += 1
            stem, dot, ending = file.name.rpartition(".")
            name = f"{stem}-{number}{dot}{ending}" if dot else f"{file.name}-{number}"
        names[name] = None
    return list(names)
