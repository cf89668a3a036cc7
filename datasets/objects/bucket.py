"""Objects in a bucket of Google Cloud Storage.

Import this module only where a bucket is configured: without Google's client the app starts a second faster.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import threading
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from google.api_core.exceptions import GoogleAPIError, NotFound, PreconditionFailed
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.retry import DEFAULT_RETRY

from datasets.errors import (
    BucketUnavailableError,
    ObjectConflictError,
    ObjectMissingError,
    StoreError,
)
from datasets.objects.interface import checked_name, checked_prefix
from datasets.objects.limits import check_size
from datasets.objects.several import several

_UNAVAILABLE = (
    GoogleAPIError,
    GoogleAuthError,
    DataCorruption,
    InvalidResponse,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)
_CONTENT_TYPES = {".png": "image/png", ".json": "application/json", ".gz": "application/gzip"}


class _BoundedStream(io.BytesIO):
    """Takes an object's bytes as they come, and no more than an object of this name may have."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def write(self, data: Any, /) -> int:
        check_size(self._name, self.tell() + memoryview(data).nbytes)
        return super().write(data)


class BucketObjects:
    """An `ObjectStore` in a bucket.

    Nothing is sent before the first call, so that the app starts without a network, too. Credentials are Google's
    application default credentials; `STORAGE_EMULATOR_HOST` names a local server that needs none.

    Args:
        url: `gs://bucket` or `gs://bucket/prefix`.
        timeout: seconds to wait for a connection, and for the next bytes of an answer.
        deadline: seconds after which a call is not tried again. Without one the client goes on for two
            minutes.
    """

    def __init__(self, url: str, *, timeout: float = 20.0, deadline: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "gs" or not parts.netloc or parts.query or parts.fragment:
            raise StoreError(f"a bucket is written gs://bucket/prefix, not {url!r}")
        self._bucket_name = parts.netloc
        folder = parts.path.strip("/")
        self._prefix = checked_prefix(folder) if folder else ""
        self._timeout = timeout
        self._retry = DEFAULT_RETRY.with_timeout(deadline)
        self._guard = threading.Lock()
        self._client: Any = None

    @property
    def url(self) -> str:
        """`gs://bucket/prefix`."""
        return f"gs://{self._bucket_name}/{self._prefix}".rstrip("/")

    def put(self, name: str, data: bytes) -> bool:
        """Create the object; see `ObjectStore.put`."""
        check_size(name, len(data))
        suffix = name[name.rfind(".") :]
        with self._errors(f"cannot send {name}"):
            blob = self._blob(name)
            try:
                blob.upload_from_string(
                    data,
                    content_type=_CONTENT_TYPES.get(suffix, "application/octet-stream"),
                    # Create only if there is none: this makes the client's own retries harmless, too.
                    if_generation_match=0,
                    timeout=self._timeout,
                    retry=self._retry,
                    checksum="auto",
                )
            except PreconditionFailed:
                # It exists already: another writer's, or this writer's own, whose answer was lost.
                present = self._blob(name)
                present.reload(timeout=self._timeout, retry=self._retry)
                if not self._is_same(present, data):
                    raise ObjectConflictError(f"{name} is in {self.url} already, with other bytes") from None
                return False
            return True

    def get(self, name: str) -> bytes:
        """Return the bytes; see `ObjectStore.get`."""
        with self._errors(f"cannot fetch {name}"):
            try:
                stream = _BoundedStream(name)
                self._blob(name).download_to_file(stream, timeout=self._timeout, retry=self._retry)
            except NotFound as error:
                _hang_up(error)
                raise ObjectMissingError(f"there is no {name} in {self.url}") from error
            return stream.getvalue()

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        with self._errors(f"cannot look for {name}"):
            return bool(self._blob(name).exists(timeout=self._timeout, retry=self._retry))

    def delete(self, name: str) -> bool:
        """Remove the object; see `ObjectStore.delete`."""
        with self._errors(f"cannot delete {name}"):
            try:
                self._blob(name).delete(timeout=self._timeout, retry=self._retry)
            except NotFound:
                return False
            return True

    def delete_all(self, names: Collection[str]) -> None:
        """Remove objects, several at a time; see `ObjectStore.delete_all`."""
        several(self.delete, list(names))

    def names(self, prefix: str, start: str = "") -> Iterator[str]:
        """Names below a folder, in order; see `ObjectStore.names`."""
        with self._errors(f"cannot list {prefix}"):
            blobs = self._connect().list_blobs(
                self._bucket_name,
                prefix=self._prefix + prefix,
                start_offset=self._prefix + start if start else None,
                fields="items(name),nextPageToken",
                timeout=self._timeout,
                retry=self._retry,
            )
            for blob in blobs:
                yield str(blob.name)[len(self._prefix) :]

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below a folder, in order."""
        with self._errors(f"cannot list {prefix}"):
            blobs = self._connect().list_blobs(
                self._bucket_name,
                prefix=self._prefix + prefix,
                delimiter="/",
                fields="items(name),prefixes,nextPageToken",
                timeout=self._timeout,
                retry=self._retry,
            )
            for _ in blobs:  # the prefixes come with the pages
                pass
            found = sorted(blobs.prefixes)
        yield from (folder[len(self._prefix) :] for folder in found)

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        with self._guard:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connect(self) -> Any:
        with self._guard:
            if self._client is None:
                # Objects need no project; without this the client insists on finding one.
                self._client = storage.Client(project=None)
            return self._client

    def _blob(self, name: str) -> Any:
        return self._connect().bucket(self._bucket_name).blob(self._prefix + checked_name(name))

    def _is_same(self, blob: Any, data: bytes) -> bool:
        if blob.size != len(data):
            return False
        if blob.md5_hash is not None:
            digest = hashlib.md5(data, usedforsecurity=False).digest()
            return bool(blob.md5_hash == base64.b64encode(digest).decode())
        # Objects composed of parts have no MD5.
        return bool(blob.download_as_bytes(timeout=self._timeout, retry=self._retry) == data)

    @contextlib.contextmanager
    def _errors(self, action: str) -> Iterator[None]:
        try:
            yield
        except _UNAVAILABLE as error:
            _hang_up(error)
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise BucketUnavailableError(f"{action}: {self.url}: {reason}") from error


def _hang_up(error: BaseException | None) -> None:
    """Close the responses that an error holds: the client leaves the connection of a refused download open."""
    while error is not None:
        answer = getattr(error, "response", None)
        if isinstance(answer, requests.Response):
            answer.close()
        error = error.__cause__ or error.__context__
