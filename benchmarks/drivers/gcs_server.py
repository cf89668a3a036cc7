"""A small Google Cloud Storage for tests and benchmarks: the JSON API as its client library speaks it, on a socket.

Unlike the emulators on PyPI it honours preconditions, checks the checksums that clients send, and can fail on purpose.
Objects live in memory. Documented at https://cloud.google.com/storage/docs/json_api/v1/objects.
"""

from __future__ import annotations

import base64
import email.message
import json
import threading
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.drivers.faults import Faults
from benchmarks.drivers.gcs_bucket import Bucket, StoredObject


class GcsServer:
    """The server; a context manager. Its `url` is for STORAGE_EMULATOR_HOST.

    Args:
        port: 0 for any free port; the port of an earlier server to take its place.
        page_size: Most names in one page of a listing, even if the client asks for more.
        host: Address at which it answers.
    """

    def __init__(self, *, port: int = 0, page_size: int = 1000, host: str = "127.0.0.1") -> None:
        self.objects: dict[str, Bucket] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, str]] = []
        self.page_size = page_size
        self.lock = threading.RLock()  # `applies_to` may ask for names
        self.resumable: dict[str, tuple[str, dict[str, list[str]], dict[str, Any], bytes]] = {}
        self.stopping = threading.Event()
        self._generation = 1
        self._http = _Http((host, port), _Handler)
        self._http.store = self
        self.port: int = self._http.server_address[1]
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and let go of hanging requests. The objects stay readable."""
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def create_bucket(self, bucket: str) -> None:
        """Make an empty bucket, unless it is there."""
        self.objects.setdefault(bucket, Bucket())

    def names(self, bucket: str, prefix: str = "") -> list[str]:
        """Return the names of a bucket's objects that begin with a prefix."""
        with self.lock:
            return sorted(name for name in self.objects[bucket] if name.startswith(prefix))

    def data(self, bucket: str, name: str) -> bytes:
        """Return an object's bytes."""
        return self.objects[bucket][name].data

    def overwrite(self, bucket: str, name: str, data: bytes) -> None:
        """Put an object without any precondition, as another program would."""
        with self.lock:
            self.objects[bucket][name] = StoredObject(data, self.next_generation(), "application/octet-stream")

    def remove(self, bucket: str, name: str) -> None:
        """Remove an object without any precondition, as another program would."""
        with self.lock:
            del self.objects[bucket][name]

    def next_generation(self) -> int:
        """Return a number that no object has had."""
        self._generation += 1
        return self._generation


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    store: GcsServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: clients that hang up are part of the tests."""


class _RefusedError(Exception):
    """A request that is answered with an error status."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Answers go out in one packet at once; otherwise the client's delayed acknowledgement costs 40 ms each time.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self) -> None:
        store, faults = self.server.store, self.server.store.faults
        body = self._read_body()
        store.requests.append((self.command, self.path))
        try:
            with store.lock:
                hang = faults.take("hang", self.command, self.path)
                unavailable = not hang and faults.take("unavailable", self.command, self.path)
            if hang:
                store.stopping.wait(120)
                self.close_connection = True
                return
            if unavailable:
                raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "switched to unavailable")
            status, headers, answer = self._answer(body)
            with store.lock:
                lost = self.command != "GET" and faults.take("lose_answer", self.command, self.path)
            if lost:
                self.close_connection = True
                return
        except _RefusedError as refused:
            status, headers = refused.status, {"Content-Type": "application/json"}
            answer = json.dumps({"error": {"code": int(status), "message": str(refused)}}).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, body: bytes) -> tuple[HTTPStatus, dict[str, str], bytes]:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        steps = [unquote(step) for step in parts.path.strip("/").split("/")]
        match (self.command, steps):
            case ("POST" | "PUT", [*_, "upload", "storage", "v1", "b", bucket, "o"]):
                return self._upload(bucket, query, body)
            case ("GET", ["download", "storage", "v1", "b", bucket, "o", name]):
                return self._media(bucket, name, query)
            case ("POST", ["storage", "v1", "b"]):
                self.server.store.create_bucket(bucket := str(json.loads(body)["name"]))
                return self._json({"kind": "storage#bucket", "name": bucket, "id": bucket})
            case ("GET", ["storage", "v1", "b", bucket]):
                self._bucket(bucket)
                return self._json({"kind": "storage#bucket", "name": bucket, "id": bucket})
            case ("GET", ["storage", "v1", "b", bucket, "o"]):
                return self._list(bucket, query)
            case ("GET", ["storage", "v1", "b", bucket, "o", name]):
                if query.get("alt") == ["media"]:
                    return self._media(bucket, name, query)
                return self._json(self._object(bucket, name, query).describe(bucket, name))
            case ("DELETE", ["storage", "v1", "b", bucket, "o", name]):
                with self.server.store.lock:
                    self._object(bucket, name, query)
                    self._check(bucket, name, query)
                    del self.server.store.objects[bucket][name]
                return HTTPStatus.NO_CONTENT, {}, b""
        raise _RefusedError(HTTPStatus.NOT_FOUND, f"no such method: {self.command} {parts.path}")

    def _bucket(self, bucket: str) -> Bucket:
        try:
            return self.server.store.objects[bucket]
        except KeyError:
            raise _RefusedError(HTTPStatus.NOT_FOUND, f"The specified bucket does not exist: {bucket}") from None

    def _object(self, bucket: str, name: str, query: dict[str, list[str]]) -> StoredObject:
        stored = self._bucket(bucket).get(name)
        wanted = query.get("generation")
        if stored is None or (wanted and int(wanted[0]) != stored.generation):
            raise _RefusedError(HTTPStatus.NOT_FOUND, f"No such object: {bucket}/{name}")
        return stored

    def _check(self, bucket: str, name: str, query: dict[str, list[str]]) -> None:
        """Refuse a request that does not meet its precondition. The caller must hold the lock."""
        stored = self._bucket(bucket).get(name)
        generation = stored.generation if stored else 0
        match = query.get("ifGenerationMatch")
        if match and int(match[0]) != generation:
            raise _RefusedError(HTTPStatus.PRECONDITION_FAILED, "At least one of the pre-conditions did not hold.")
        no_match = query.get("ifGenerationNotMatch")
        if no_match and int(no_match[0]) == generation:
            raise _RefusedError(HTTPStatus.PRECONDITION_FAILED, "At least one of the pre-conditions did not hold.")

    def _upload(
        self, bucket: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[HTTPStatus, dict[str, str], bytes]:
        self._bucket(bucket)
        kind = query.get("uploadType", [""])[0]
        if kind == "multipart":
            boundary = _parameter(str(self.headers["Content-Type"]), "boundary")
            about, media = (_part(part) for part in body.split(b"--" + boundary.encode())[1:3])
            return self._insert(bucket, query, json.loads(about[1]), media[1], media[0])
        if kind == "media":
            return self._insert(bucket, query, {"name": query["name"][0]}, body, self.headers["Content-Type"])
        if kind == "resumable" and self.command == "POST":
            metadata = json.loads(body or b"{}")
            metadata.setdefault("name", query.get("name", [""])[0])
            metadata.setdefault("contentType", self.headers.get("X-Upload-Content-Type", ""))
            with self.server.store.lock:
                self._check(bucket, metadata["name"], query)
            token = uuid.uuid4().hex
            self.server.store.resumable[token] = (bucket, query, metadata, b"")
            path = f"/upload/storage/v1/b/{bucket}/o?uploadType=resumable&upload_id={token}"
            return HTTPStatus.OK, {"Location": self.server.store.url + path}, b""
        if kind == "resumable":
            return self._resume(query["upload_id"][0], body)
        raise _RefusedError(HTTPStatus.BAD_REQUEST, f"unknown uploadType {kind!r}")

    def _resume(self, token: str, body: bytes) -> tuple[HTTPStatus, dict[str, str], bytes]:
        bucket, query, metadata, so_far = self.server.store.resumable[token]
        span = self.headers["Content-Range"].removeprefix("bytes ")
        received = so_far + body
        total = span.rpartition("/")[2]
        if total != "*" and len(received) == int(total):
            del self.server.store.resumable[token]
            return self._insert(bucket, query, metadata, received, metadata["contentType"])
        self.server.store.resumable[token] = (bucket, query, metadata, received)
        headers = {"Range": f"bytes=0-{len(received) - 1}"} if received else {}
        return HTTPStatus.PERMANENT_REDIRECT, headers, b""

    def _insert(
        self,
        bucket: str,
        query: dict[str, list[str]],
        metadata: dict[str, Any],
        data: bytes,
        content_type: str,
    ) -> tuple[HTTPStatus, dict[str, str], bytes]:
        store = self.server.store
        name = metadata["name"]
        with store.lock:
            self._check(bucket, name, query)
            stored = StoredObject(data, store.next_generation(), metadata.get("contentType") or content_type)
            described = stored.describe(bucket, name)
            for checksum in ("md5Hash", "crc32c"):
                if metadata.get(checksum, described[checksum]) != described[checksum]:
                    raise _RefusedError(HTTPStatus.BAD_REQUEST, f"Provided {checksum} does not match the content.")
            self._bucket(bucket)[name] = stored
        return self._json(described)

    def _media(self, bucket: str, name: str, query: dict[str, list[str]]) -> tuple[HTTPStatus, dict[str, str], bytes]:
        stored = self._object(bucket, name, query)
        described = stored.describe(bucket, name)
        headers = {
            "Content-Type": stored.content_type,
            "X-Goog-Hash": f"crc32c={described['crc32c']},md5={described['md5Hash']}",
            "X-Goog-Generation": str(stored.generation),
            "ETag": f'"{stored.generation}"',
        }
        return HTTPStatus.OK, headers, stored.data

    def _list(self, bucket: str, query: dict[str, list[str]]) -> tuple[HTTPStatus, dict[str, str], bytes]:
        prefix = query.get("prefix", [""])[0]
        delimiter = query.get("delimiter", [""])[0]
        start = query.get("startOffset", [""])[0]
        end = query.get("endOffset", [""])[0]
        after = base64.b64decode(query.get("pageToken", [""])[0]).decode()
        most = min(int(query.get("maxResults", [str(self.server.store.page_size)])[0]), self.server.store.page_size)
        items: list[dict[str, Any]] = []
        prefixes: list[str] = []
        token = None
        last = after
        with self.server.store.lock:
            stored = self._bucket(bucket)
            names = stored.names_from(max(prefix, start, after))
            while (name := next(names, None)) is not None and name.startswith(prefix) and not (end and name >= end):
                rest = name[len(prefix) :]
                folder = prefix + rest[: rest.index(delimiter) + 1] if delimiter and delimiter in rest else None
                entry = folder or name
                if folder:
                    names = stored.names_from(folder[:-1] + chr(ord(delimiter) + 1))  # past what is in it
                if entry <= after or entry == last:
                    continue
                if len(items) + len(prefixes) == most:
                    token = base64.b64encode(last.encode()).decode()
                    break
                if folder:
                    prefixes.append(folder)
                else:
                    items.append(stored[name].describe(bucket, name))
                last = entry
        answer: dict[str, Any] = {"kind": "storage#objects"}
        if items:
            answer["items"] = items
        if prefixes:
            answer["prefixes"] = prefixes
        if token:
            answer["nextPageToken"] = token
        return self._json(answer)

    def _json(self, content: dict[str, Any]) -> tuple[HTTPStatus, dict[str, str], bytes]:
        return HTTPStatus.OK, {"Content-Type": "application/json"}, json.dumps(content).encode()


def _parameter(header: str, name: str) -> str:
    """A parameter of a header's value."""
    message = email.message.Message()
    message["Content-Type"] = header
    return str(message.get_param(name))


def _part(data: bytes) -> tuple[str, bytes]:
    """The type and the bytes of a part of multipart/related; they are read by hand, which takes far less time."""
    head, _, content = data.partition(b"\r\n\r\n")
    headers = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    kinds = [value.strip().decode() for name, _, value in headers if name == b"content-type"]
    return kinds[0] if kinds else "", content[:-2]


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for a condition that another thread brings about; return whether it holds in the end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return condition()
