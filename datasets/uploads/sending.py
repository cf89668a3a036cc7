"""Sends an upload to a backend on another machine over HTTP, and waits until it is worked on.

What has arrived is asked of the backend, so a sender that was stopped sends only the rest. Which upload that is stands
in a small file on this machine until the upload has ended.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from datasets.errors import StoreError
from datasets.objects.canonical import canonical_json
from datasets.objects.folder import disk_errors, make_folder, write_whole
from datasets.uploads.job import PART_BYTES
from datasets.uploads.request import UploadRequest
from datasets.uploads.sources import is_litter, sources_of

_PATIENCE: Final = 120.0  # seconds until a request is given up
_ATTEMPTS: Final = 8  # at a request, while the backend does not answer
_FIRST_PAUSE: Final = 0.5  # seconds before a request is repeated; doubles each time
_LONGEST_PAUSE: Final = 30.0
_LOOK: Final = 1.0  # seconds between looks while it is worked on
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE})
_PAGE: Final = 100  # files that were refused, of one request

OnBytes = Callable[[int, int], object]
"""Called with the bytes that have arrived of all files, and how many there are."""
OnFiles = Callable[[int, int], object]
"""Called with the number of files that are done, and how many there are."""


class SendError(StoreError):
    """The backend cannot be reached, or refuses what is sent."""


class UploadGoneError(SendError):
    """The backend does not know the upload any more."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that is sent as it is; zips are opened by the backend."""

    name: str  # with slashes
    path: Path
    size: int  # bytes


def files_to_send(paths: Sequence[Path], labels: Path | None = None) -> tuple[list[SentFile], list[str]]:
    """The files of some paths, and those that are left out because they stand for others (links).

    Args:
        paths: Files and folders.
        labels: A table of labels of any name; sent under a name by which it is known as one.

    Raises:
        SendError: There is no file, or one cannot be looked at.
    """
    files, links = list[SentFile](), list[str]()
    for source in sources_of(paths):
        for name, path in _below(source.name, source.path):
            if path.is_symlink() and path != source.path:
                links.append(name)
            else:
                files.append(_sent(name, path))
    if labels is not None:
        files.append(_sent(f"labels{labels.suffix.lower()}", labels))
    if not files:
        raise SendError("there is no file to send")
    return files, links


class UploadSender:
    """Sends one upload after the other. A context manager.

    Args:
        url: Address of the backend.
        token: The team's.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        parts = urlsplit(self._url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SendError(f"an address looks like https://tags.example.com, not {url!r:.80}")
        self._session = requests.Session()

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"Bearer {token}"
            return request

        self._session.auth = sign  # not a header: an entry in ~/.netrc would take its place

    def __enter__(self) -> UploadSender:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def begin(self, request: UploadRequest) -> str:
        """Begin an upload; return its name.

        Raises:
            SendError: As for every method.
        """
        fields = {
            "title": request.title,
            "tags": "\n".join(request.tags),
            "values": "\n".join(f"{key}={value}" for key, value in request.values.items()),
            "pictures": request.pictures,
            "lines": request.lines,
            "features": request.features,
            "project": request.project,
            "by": request.by,
        }
        return str(self._ask("POST", "", files=_plain(fields))["id"])

    def phase(self, upload: str) -> str:
        """Where an upload stands.

        Raises:
            UploadGoneError: The backend does not know it.
        """
        return str(self.state(upload)["phase"])

    def state(self, upload: str) -> Any:
        """An upload and how far it is."""
        return self._ask("GET", f"/{upload}")

    def send(self, upload: str, files: Sequence[SentFile], on_bytes: OnBytes = lambda arrived, total: None) -> None:
        """Send what has not arrived of the files, in parts, and start the upload.

        Args:
            upload: Its name.
            files: All of them.
            on_bytes: See `OnBytes`.
        """
        total, before = sum(file.size for file in files), 0
        for file in files:
            arrived = self._send_part(upload, file, 0, b"")
            on_bytes(before + arrived, total)
            with _opened(file) as source:
                while arrived < file.size:
                    source.seek(arrived)
                    part = source.read(min(PART_BYTES, file.size - arrived))
                    if not part:
                        raise SendError(f"{file.name} has become shorter while it was sent")
                    arrived = self._send_part(upload, file, arrived, part)
                    on_bytes(before + arrived, total)
            before += file.size
        self._ask("POST", f"/{upload}/start")

    def wait(self, upload: str, on_files: OnFiles = lambda done, total: None) -> Any:
        """Wait until an upload has ended; return it as the backend tells it."""
        while True:
            state = self.state(upload)
            on_files(int(state["done"]), int(state["files"]))
            if state["phase"] in ("finished", "cancelled"):
                return state
            time.sleep(_LOOK)

    def refused(self, upload: str) -> Iterator[Any]:
        """The files that were refused, each as the backend tells it."""
        after = 0
        while True:
            page = self._ask("GET", f"/{upload}/files", params={"result": "refused", "after": after, "size": _PAGE})
            yield from page["items"]
            after += len(page["items"])
            if not page["items"] or after >= page["found"]:
                return

    def table(self, upload: str) -> bytes:
        """What became of all files, as CSV."""
        return self._request("GET", f"/{upload}/results.csv").content

    def _send_part(self, upload: str, file: SentFile, at: int, part: bytes) -> int:
        """Send a part; return how many bytes of its file have arrived. An empty one asks for that alone."""
        fields = _plain({"name": file.name, "at": str(at), "size": str(file.size)})
        sent = {**fields, "part": ("part", part)}
        return int(self._ask("POST", f"/{upload}/files", files=sent)["arrived"])

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        answer = self._request(method, path, **content)
        try:
            return answer.json()
        except ValueError as error:
            raise SendError(f"{self._url} is no backend of this service: its answer is no JSON") from error

    def _request(self, method: str, path: str, **content: Any) -> requests.Response:
        """Ask until there is an answer; every request may be repeated."""
        pause, failure = _FIRST_PAUSE, ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(pause)
                pause = min(_LONGEST_PAUSE, 2 * pause)
            try:
                answer = self._session.request(
                    method, f"{self._url}/v1/team/uploads{path}", timeout=_PATIENCE, allow_redirects=False, **content
                )
            except requests.RequestException as error:
                failure = type(error).__name__
                continue
            if answer.ok and not answer.is_redirect:
                return answer
            failure = _told(answer)
            if answer.status_code not in _BUSY:
                kind = UploadGoneError if answer.status_code == HTTPStatus.NOT_FOUND else SendError
                raise kind(f"{self._url}: {failure}")
            pause = max(pause, _wait_of(answer))
        raise SendError(f"{self._url} does not answer ({failure}); the same command goes on")


class SendingNote:
    """Remembers on this machine which upload is being sent, so that the same command goes on with it.

    Args:
        spool: Folder of this machine's store.
        url: Address of the backend.
        request: What is asked for.
        files: What is sent.
    """

    def __init__(self, spool: Path, url: str, request: UploadRequest, files: Sequence[SentFile]) -> None:
        asked = request.model_dump(mode="json", exclude={"at"})
        listed = [[file.name, str(file.path), file.size, _changed_at(file.path)] for file in files]
        key = hashlib.sha256(canonical_json({"url": url, "asked": asked, "files": listed})).hexdigest()[:32]
        self._path = spool / "local" / "sent-uploads" / key

    def read(self) -> str | None:
        """The upload that was begun; None if there is none."""
        try:
            return self._path.read_text("ascii").strip() or None
        except (OSError, ValueError):
            return None

    def write(self, upload: str) -> None:
        """Remember an upload.

        Raises:
            StoreError: The disk failed.
        """
        with disk_errors("cannot remember the upload"):
            make_folder(self._path.parent)
            write_whole(self._path, upload.encode("ascii"))

    def remove(self) -> None:
        """Forget it: it has ended."""
        self._path.unlink(missing_ok=True)


def _below(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield name, path
        return
    for where, folders, names in os.walk(path):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for own in sorted(names):
            if not is_litter(own):
                yield f"{name}/{Path(where, own).relative_to(path).as_posix()}", Path(where, own)


def _sent(name: str, path: Path) -> SentFile:
    try:
        return SentFile(name, path, path.stat().st_size)
    except OSError as error:
        raise SendError(f"{name}: {error.strerror or error}") from error


def _opened(file: SentFile) -> Any:
    try:
        return file.path.open("rb")
    except OSError as error:
        raise SendError(f"{file.name}: {error.strerror or error}") from error


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _plain(fields: Mapping[str, str]) -> dict[str, tuple[None, str]]:
    """Fields of a multipart form; a part without a file name is a plain field."""
    return {name: (None, value) for name, value in fields.items()}


def _told(answer: requests.Response) -> str:
    try:
        body = answer.json()
        return f"{body['title']}: {body['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"


def _wait_of(answer: requests.Response) -> float:
    try:
        return min(_LONGEST_PAUSE, float(answer.headers.get("Retry-After", 0)))
    except ValueError:
        return 0.0
