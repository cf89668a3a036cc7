"""Objects in a bucket of Amazon S3, or of a store that speaks its protocol and honours `If-None-Match`.

Import this module only where such a bucket is configured. The client is obstore (MIT), which wraps the Rust crate
`object_store`; credentials, region and endpoint come from the usual variables (`AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`) or from the machine's role.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from datasets.errors import BucketUnavailableError, ObjectConflictError, ObjectMissingError, StoreError
from datasets.objects.interface import checked_name, checked_prefix
from datasets.objects.limits import check_size

_PAGE: Final = 1000  # names that are handed over at once


class S3Objects:
    """An `ObjectStore` in a bucket of S3. Nothing is sent before the first call.

    Args:
        url: `s3://bucket` or `s3://bucket/prefix`.
        timeout: seconds to wait for a connection, and for an answer.
        deadline: seconds after which a call is not tried again.
    """

    def __init__(self, url: str, *, timeout: float = 20.0, deadline: float = 30.0) -> None:
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
            raise StoreError(f"a bucket is written s3://bucket/prefix, not {url!r}")
        folder = parts.path.strip("/")
        self._prefix = checked_prefix(folder) if folder else ""
        self._bucket = parts.netloc
        patience = timedelta(seconds=timeout)
        self._store = S3Store(
            self._bucket,
            conditional_put="etag",
            client_options={
                "timeout": patience,
                "connect_timeout": patience,
                # The client reads this variable only where it gets no options.
                "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true",
            },
            retry_config={
                "retry_timeout": timedelta(seconds=deadline),
                "backoff": {"init_backoff": timedelta(seconds=min(0.1, deadline)), "base": 2},
            },
        )

    @property
    def url(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def put(self, name: str, data: bytes) -> bool:
        """Create the object; see `ObjectStore.put`."""
        check_size(name, len(data))
        with self._errors(f"cannot send {name}"):
            try:
                # In one request: what is sent in several is not conditional.
                obstore.put(self._store, self._path(name), data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                # Another writer's, or this writer's own, whose answer was lost.
                if self.get(name) != data:
                    raise ObjectConflictError(f"{name} is in {self.url} already, with other bytes") from None
                return False
            return True

    def get(self, name: str) -> bytes:
        """Return the bytes; see `ObjectStore.get`."""
        with self._errors(f"cannot fetch {name}"):
            try:
                found = obstore.get(self._store, self._path(name))
                check_size(name, found.meta["size"])
                return bytes(found.bytes())
            except FileNotFoundError as error:
                raise ObjectMissingError(f"there is no {name} in {self.url}") from error

    def holds(self, name: str) -> bool:
        """Whether there is such an object."""
        with self._errors(f"cannot look for {name}"):
            try:
                obstore.head(self._store, self._path(name))
            except FileNotFoundError:
                return False
            return True

    def delete(self, name: str) -> bool:
        """Remove the object; see `ObjectStore.delete`."""
        if not self.holds(name):  # S3 removes what is not there without a word
            return False
        with self._errors(f"cannot delete {name}"):
            obstore.delete(self._store, self._path(name))
        return True

    def delete_all(self, names: Collection[str]) -> None:
        """Remove objects, a thousand a request; see `ObjectStore.delete_all`."""
        with self._errors(f"cannot delete {len(names)} objects"), contextlib.suppress(FileNotFoundError):
            if names:
                obstore.delete(self._store, [self._path(name) for name in names])

    def names(self, prefix: str, start: str = "") -> Iterator[str]:
        """Names below a folder, in order; see `ObjectStore.names`."""
        # S3 lists what comes after a name, without it: what a character less begins comes before.
        offset = self._prefix + start[:-1] if start else None
        with self._errors(f"cannot list {prefix}"):
            for page in obstore.list(self._store, self._prefix + prefix, offset=offset, chunk_size=_PAGE):
                for found in page:
                    name = found["path"].removeprefix(self._prefix)
                    if name >= start:
                        yield name

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below a folder, in order."""
        with self._errors(f"cannot list {prefix}"):
            found = obstore.list_with_delimiter(self._store, self._prefix + prefix)["common_prefixes"]
        yield from sorted(f"{folder.rstrip('/')}/".removeprefix(self._prefix) for folder in found)

    def close(self) -> None:
        """Close the connections; the client does so by itself."""

    def _path(self, name: str) -> str:
        return self._prefix + checked_name(name)

    @contextlib.contextmanager
    def _errors(self, action: str) -> Iterator[None]:
        try:
            yield
        except StoreError:  # some are ValueErrors, too
            raise
        except (BaseError, OSError, ValueError) as error:
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise BucketUnavailableError(f"{action}: {self.url}: {reason}") from error
