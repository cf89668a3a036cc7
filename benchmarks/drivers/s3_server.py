"""A small S3 for tests: the part of its API that the store uses, as its client speaks it, on a socket.

Objects live in memory; signatures are not looked at. It honours `If-None-Match: *`. (moto, the emulator on PyPI, does
so too, and the same tests pass there: docs/tried.md.) Documented at https://docs.aws.amazon.com/AmazonS3/latest/API/.
"""

from __future__ import annotations

import hashlib
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_DATE = "Tue, 01 Dec 2026 00:00:00 GMT"
_STAMP = "2026-12-01T00:00:00.000Z"


class S3Server:
    """The server; a context manager. Its `url` is for AWS_ENDPOINT_URL.

    Args:
        buckets: Names of the buckets.
        page_size: Most names in one page of a listing, even if the client asks for more.
    """

    def __init__(self, *buckets: str, page_size: int = 1000) -> None:
        self.objects: dict[str, dict[str, bytes]] = {bucket: {} for bucket in buckets}
        self.page_size = page_size
        self.lock = threading.Lock()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.store = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    store: S3Server


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._look()

    def do_HEAD(self) -> None:
        self._look()

    def do_PUT(self) -> None:
        data = self._body()
        bucket, name, _ = self._target()
        with self.server.store.lock:
            if bucket is None:
                return self._fail(HTTPStatus.NOT_FOUND, "NoSuchBucket")
            if self.headers.get("If-None-Match") == "*" and name in bucket:
                return self._fail(HTTPStatus.PRECONDITION_FAILED, "PreconditionFailed")
            bucket[name] = data
        return self._answer(HTTPStatus.OK, etag=_etag(data))

    def do_DELETE(self) -> None:
        bucket, name, _ = self._target()
        with self.server.store.lock:
            if bucket is not None:
                bucket.pop(name, None)
        self._answer(HTTPStatus.NO_CONTENT)

    def do_POST(self) -> None:
        body = self._body()
        bucket, _, _ = self._target()
        if bucket is None:
            return self._fail(HTTPStatus.NOT_FOUND, "NoSuchBucket")
        names = [str(key.text) for key in ElementTree.fromstring(body).iter() if key.tag.endswith("Key")]  # noqa: S314
        with self.server.store.lock:
            for name in names:
                bucket.pop(name, None)
        deleted = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
        return self._answer(HTTPStatus.OK, _xml("DeleteResult", deleted))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _look(self) -> None:
        bucket, name, query = self._target()
        with self.server.store.lock:
            if bucket is None:
                return self._fail(HTTPStatus.NOT_FOUND, "NoSuchBucket")
            if not name:
                return self._answer(HTTPStatus.OK, self._listing(bucket, query))
            if name not in bucket:
                return self._fail(HTTPStatus.NOT_FOUND, "NoSuchKey")
            data = bucket[name]
        return self._answer(HTTPStatus.OK, data, etag=_etag(data))

    def _listing(self, bucket: dict[str, bytes], query: dict[str, str]) -> bytes:
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("continuation-token") or query.get("start-after", "")
        entries: dict[str, str] = {}  # by name or folder
        for name in sorted(bucket):
            if not name.startswith(prefix):
                continue
            head, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else (name, "", "")
            if found:
                folder = f"{prefix}{head}{delimiter}"
                entries[folder] = f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            else:
                entries[name] = (
                    f"<Contents><Key>{escape(name)}</Key><LastModified>{_STAMP}</LastModified>"
                    f"<ETag>{escape(_etag(bucket[name]))}</ETag><Size>{len(bucket[name])}</Size></Contents>"
                )
        names = [name for name in entries if name > after]
        page = names[: self.server.store.page_size]
        is_more = len(names) > len(page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if is_more else ""
        about = f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(is_more).lower()}</IsTruncated>{token}"
        return _xml("ListBucketResult", about + "".join(entries[name] for name in page))

    def _target(self) -> tuple[dict[str, bytes] | None, str, dict[str, str]]:
        """The bucket, unless it is missing, the object's name, and the query."""
        parts = urlsplit(self.path)
        bucket, _, name = unquote(parts.path).lstrip("/").partition("/")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return self.server.store.objects.get(bucket), name, query

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _fail(self, status: HTTPStatus, code: str) -> None:
        self._answer(status, _xml("Error", f"<Code>{code}</Code><Message>{code}</Message>"))

    def _answer(self, status: HTTPStatus, body: bytes = b"", *, etag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", _DATE)
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


def _xml(tag: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{tag}>{content}</{tag}>'.encode()
