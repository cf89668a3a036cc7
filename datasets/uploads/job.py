"""An upload as a job: a folder in the spool that outlives every process.

    local/uploads/ID/request.json   what was asked for; never changes
                     files/          what was sent, by the hash of its name, each with its name beside it
                     started         nothing more is sent, and it may be worked on
                     results.jsonl   what became of each file: appended and synced, file by file
                     trying          the file that is worked on, and how often
                     reading         how often the reading of tables has been begun with
                     progress.json   counts for pages; made anew from the results
                     cancelled       nothing more of it shall be kept
                     finished        every file has a result; what was sent is removed

A part of a file, a request and a result are on the disk before they are acknowledged.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from datasets.errors import StoreError
from datasets.objects.folder import disk_errors, locked, make_folder, open_own, sync_file, sync_folder, write_whole
from datasets.objects.record import Record
from datasets.samples.room import FREE_BYTES, Room
from datasets.uploads.outcome import FileOutcome, FileResult
from datasets.uploads.request import Phase, UploadProgress, UploadRequest
from datasets.uploads.sources import LONGEST_NAME, MOST_FILES, Source

PART_BYTES: Final = 8 << 20  # of a file that are sent together
MOST_FILE_BYTES: Final = 4 << 30  # a zip
MOST_UPLOAD_BYTES: Final = 16 << 30
_ID: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}\Z")


class UnknownUploadError(StoreError, LookupError):
    """There is no such upload."""


class UploadClosedError(StoreError):
    """The upload takes no more files: it was started, cancelled or finished."""


class UploadPartError(StoreError):
    """A part does not follow what has arrived of its file, or the file has a name or a size that is not taken."""


class _SentFile(Record):
    name: str
    size: int  # bytes that it will have


@dataclass(slots=True)
class _Counts:
    """What became of the files so far."""

    total: int
    results: Counter[FileResult] = field(default_factory=Counter)
    crops: int = 0

    def add(self, outcome: FileOutcome) -> None:
        self.results[outcome.result] += 1
        if outcome.result in ("kept", "to-review"):
            self.crops += len(outcome.samples)

    def progress(self) -> UploadProgress:
        results = dict(self.results)
        return UploadProgress(total=self.total, done=self.results.total(), results=results, crops=self.crops)


class UploadJob:
    """One upload. Files may be sent by several threads; one process works on it at a time (see `work.py`).

    Args:
        folder: of the upload; it exists.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = folder / "files"
        self._results = folder / "results.jsonl"
        self._counts = _Counts(0)

    @property
    def id(self) -> str:
        """Its name: `meta.upload = ID` finds what came in."""
        return self.folder.name

    @property
    def request(self) -> UploadRequest:
        """What was asked for.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            return UploadRequest.from_bytes((self.folder / "request.json").read_bytes())
        except (OSError, ValueError) as error:
            raise StoreError(f"the upload {self.id} cannot be read: {error}") from error

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        if self.is_cancelled():
            return "cancelled"
        if self._has("finished"):
            return "finished"
        if not self._has("started"):
            return "receiving"
        return "working" if self._has("progress.json") else "waiting"

    def is_cancelled(self) -> bool:
        """Whether nothing more of it shall be kept."""
        return self._has("cancelled")

    @property
    def progress(self) -> UploadProgress:
        """How far it is."""
        try:
            return UploadProgress.from_bytes((self.folder / "progress.json").read_bytes())
        except (OSError, ValueError):
            return UploadProgress()

    @property
    def ended_at(self) -> datetime | None:
        """When it was finished or cancelled; None before."""
        for name in ("cancelled", "finished"):
            with contextlib.suppress(OSError):
                return datetime.fromtimestamp((self.folder / name).stat().st_mtime, UTC)
        return None

    def receive(self, name: str, at: int, size: int, data: bytes, *, least_free: int = FREE_BYTES) -> int:
        """Take a part of a file; it is on the disk when this returns. The same part again changes nothing.

        Args:
            name: of the file, with slashes.
            at: byte of the file at which the part begins; at most as many as have arrived.
            size: bytes of the whole file.
            data: the part.
            least_free: bytes that stay free on the disk.

        Returns:
            Bytes of the file that have arrived.

        Raises:
            UploadClosedError: no more files are taken.
            UploadPartError: a part before it is missing, it does not fit, or there are too many files or bytes.
            StoreFullError: the disk is full; nothing was taken.
            StoreError: the disk failed.
        """
        if self.phase != "receiving":
            raise UploadClosedError(f"the upload {self.id} takes no more files")
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise UploadPartError(f"a name has 1 to {LONGEST_NAME} printable characters")
        if not (0 <= at <= at + len(data) <= size <= MOST_FILE_BYTES):
            raise UploadPartError(f"a file has at most {MOST_FILE_BYTES >> 30} GiB, and a part lies in it")
        path = self._files / hashlib.sha256(name.encode()).hexdigest()[:32]
        about = path.with_suffix(".json")
        with disk_errors(f"cannot keep a file of the upload {self.id}"), locked(self.folder / "receiving"):
            Room(self.folder, least_free).check(len(data))
            if not about.exists():
                self._check_room(size)
            sent = _SentFile(name=name, size=size)
            descriptor = open_own(path)
            try:
                arrived = os.fstat(descriptor).st_size
                if at > arrived:
                    raise UploadPartError(f"{arrived} bytes have arrived, and the part begins at {at}")
                if not about.exists() or about.read_bytes() != sent.to_bytes():
                    os.ftruncate(descriptor, at)
                    _write_synced(about, sent.to_bytes())
                with os.fdopen(os.dup(descriptor), "r+b") as file:
                    file.seek(at)
                    file.write(data)
                sync_file(descriptor)
                arrived = os.fstat(descriptor).st_size
            finally:
                os.close(descriptor)
            sync_folder(self._files)
        return arrived

    def start(self) -> None:
        """Say that every file was sent; from now on it is worked on.

        Raises:
            UploadPartError: a file has not arrived as a whole, or there is none.
            StoreError: the disk failed.
        """
        if self.phase != "receiving":
            return  # a repeated request
        if not self.request.sources:
            sent = self.sent()
            if not sent:
                raise UploadPartError("no file was sent")
            for source in sent:
                about = _SentFile.from_bytes(source.path.with_suffix(".json").read_bytes())
                if source.path.stat().st_size != about.size:
                    raise UploadPartError(f"{source.name[:200]} has not arrived as a whole")
        self._mark("started")

    def cancel(self) -> None:
        """Keep nothing more of it. What was kept stays, and is found by its name; what was sent is removed."""
        if self.phase not in ("finished", "cancelled"):
            self._mark("cancelled")
            self.clear()

    def sent(self) -> list[Source]:
        """The files that have been sent, by name."""
        found = []
        for about in self._files.glob("*.json") if self._files.is_dir() else ():
            with contextlib.suppress(OSError, ValueError):
                found.append(Source(_SentFile.from_bytes(about.read_bytes()).name, about.with_suffix("")))
        return sorted(found, key=lambda source: source.name)

    def outcomes(self) -> Iterator[FileOutcome]:
        """What became of files so far, in order; a result that was cut off is left out."""
        try:
            lines = self._results.read_bytes().splitlines(keepends=True)
        except OSError:
            return
        for line in lines:
            if line.endswith(b"\n"):
                with contextlib.suppress(ValueError):
                    yield FileOutcome.from_bytes(line)

    def begin(self, total: int) -> set[str]:
        """Begin to work, or go on. Returns the files that have a result.

        Raises:
            StoreError: the disk failed.
        """
        with disk_errors(f"cannot work on the upload {self.id}"):
            descriptor = open_own(self._results)
            try:
                data = self._results.read_bytes()
                os.ftruncate(descriptor, data.rfind(b"\n") + 1)  # a result that was cut off
                sync_file(descriptor)
            finally:
                os.close(descriptor)
            sync_folder(self.folder)
        done, counts = set[str](), _Counts(total)
        for outcome in self.outcomes():
            done.add(outcome.file)
            counts.add(outcome)
        self._counts = counts
        self._show()
        return done

    def add(self, outcomes: Sequence[FileOutcome]) -> None:
        """Note what became of files, once it was begun with; on the disk when this returns.

        Raises:
            StoreError: the disk failed.
        """
        with disk_errors(f"cannot work on the upload {self.id}"):
            descriptor = open_own(self._results, os.O_APPEND)
            try:
                with os.fdopen(os.dup(descriptor), "ab") as file:
                    file.write(b"".join(outcome.to_bytes() for outcome in outcomes))
                sync_file(descriptor)
            finally:
                os.close(descriptor)
        for outcome in outcomes:
            self._counts.add(outcome)
        self._show()

    def attempt(self, name: str) -> int:
        """Note that a file is worked on. Returns how often it has been begun with, this time included."""
        return self._attempt("trying", name)

    def attempt_tables(self) -> int:
        """Note that the tables are read. Returns how often that has been begun with, this time included."""
        return self._attempt("reading", "")

    def forget_tables(self) -> None:
        """Do not count the last attempt: the tables were read."""
        (self.folder / "reading").unlink(missing_ok=True)

    def _attempt(self, note: str, name: str) -> int:
        path, times = self.folder / note, 1
        with contextlib.suppress(OSError, ValueError):
            count, _, tried = path.read_text("utf-8").partition(" ")
            times += int(count) if tried == name else 0
        with disk_errors(f"cannot work on the upload {self.id}"):
            write_whole(path, f"{times} {name}".encode())
        return times

    def forget_attempt(self) -> None:
        """Do not count the last attempt: it was not the file that was at fault."""
        (self.folder / "trying").unlink(missing_ok=True)

    def finish(self) -> None:
        """Say that every file has a result, and remove what was sent."""
        self._mark("finished")
        self.clear()

    def clear(self) -> None:
        """Remove what was sent."""
        shutil.rmtree(self._files, ignore_errors=True)

    @contextlib.contextmanager
    def worked_on(self, gives_up: Callable[[], bool] | None = None) -> Iterator[bool]:
        """Hold it against other processes that would work on it; see `locked`."""
        with locked(self.folder / "lock", gives_up) as is_held:
            yield is_held

    def _show(self) -> None:
        """Write how far it is; a power cut may take it back."""
        with disk_errors(f"cannot work on the upload {self.id}"):
            write_whole(self.folder / "progress.json", self._counts.progress().to_bytes())

    def _check_room(self, size: int) -> None:
        with os.scandir(self._files) as entries:
            found = list(entries)
        # Of each file there are two entries. Small files are not added up: they are few enough.
        held = sum(entry.stat().st_size for entry in found) if size > PART_BYTES else 0
        if len(found) >= 2 * MOST_FILES or held + size > MOST_UPLOAD_BYTES:
            raise UploadPartError(f"an upload has at most {MOST_FILES} files and {MOST_UPLOAD_BYTES >> 30} GiB")

    def _has(self, name: str) -> bool:
        return (self.folder / name).exists()

    def _mark(self, name: str) -> None:
        with disk_errors(f"cannot work on the upload {self.id}"):
            _write_synced(self.folder / name, b"")
            sync_folder(self.folder)


class UploadJobs:
    """The uploads of a spool.

    Args:
        spool: folder of the store.
    """

    def __init__(self, spool: Path) -> None:
        self._root = spool / "local" / "uploads"

    def new(self, request: UploadRequest) -> UploadJob:
        """Begin an upload; it is on the disk when this returns.

        Raises:
            StoreError: the disk is full or fails.
        """
        name = f"{request.at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        with disk_errors("cannot begin an upload"):
            make_folder(self._root)
            part = self._root / f".{name}"
            part.mkdir(mode=0o700)
            (part / "files").mkdir(mode=0o700)
            _write_synced(part / "request.json", request.to_bytes())
            sync_folder(part)
            part.replace(self._root / name)
            sync_folder(self._root)
        return UploadJob(self._root / name)

    def get(self, name: str) -> UploadJob:
        """An upload by its name.

        Raises:
            UnknownUploadError: there is none.
        """
        if not _ID.match(name) or not (self._root / name).is_dir():
            raise UnknownUploadError(f"there is no upload {name!r:.80}")
        return UploadJob(self._root / name)

    def all(self) -> list[UploadJob]:
        """All uploads, the latest first."""
        try:
            names = sorted((path.name for path in self._root.iterdir() if _ID.match(path.name)), reverse=True)
        except OSError:
            return []
        return [UploadJob(self._root / name) for name in names]


def _write_synced(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    descriptor = open_own(part, os.O_TRUNC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        sync_file(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_folder(path.parent)
