"""Refuses forms that a parser would decode slowly, before the parser sees them.

Starlette decodes a form on the event loop. What the service lets it decode is bounded:

- fields are UTF-8: Python's punycode and idna codecs take a second for every 100 KB, and some take quadratic time;
- forms are `multipart/form-data`: the percent signs of an url-encoded body cost a hundred times as much per byte;
- a form has at most `FORM_LIMITS`: one file, 16 fields of at most 16 KiB each, 256 KiB of text in all;
- a part has at most 1 KiB of headers: semicolons in them take quadratic time;
- a delimiter costs the parser as much as 500 bytes of a picture, whether a part follows or not: at most 64 may arrive.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.http.problems import Problem, problem_response

# As FastAPI takes them for every form of an app; bytes.
FORM_LIMITS: Final = {"max_files": 1, "max_fields": 16, "max_part_size": 16 * 1024}

_MULTIPART = b"multipart/form-data"
_URL_ENCODED = b"application/x-www-form-urlencoded"
_UTF8 = frozenset({b"utf-8", b"utf8"})
# A boundary of 256 bytes is the longest that python-multipart takes.
_MOST_CONTENT_TYPE = 512
_MOST_DELIMITERS = 64
_MOST_HEADER = 1024  # bytes of a part's headers, or before the first part
_END_OF_HEADER = b"\r\n\r\n"


class FormGuard:
    """ASGI middleware that lets through only forms that are quickly parsed, on every route.

    Args:
        app: The application behind it.
        url_encoded: Paths that take url-encoded bodies, which must be small there.
    """

    def __init__(self, app: ASGIApp, url_encoded: Collection[str] = ()) -> None:
        self._app = app
        self._url_encoded = frozenset(url_encoded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with the parts of its form counted."""
        if scope["type"] != "http" or scope["path"] in self._url_encoded:
            await self._app(scope, receive, send)
            return
        try:
            boundary = _boundary(scope)
        except Problem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        if boundary is None:
            await self._app(scope, receive, send)
            return
        parts = _Parts(boundary)

        async def counted_receive() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                parts.count(message.get("body", b""))
            return message

        await self._app(scope, counted_receive, send)


class _Parts:
    """Counts the parts of a multipart body that arrives in pieces, and the bytes of their headers."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._found = 0
        self._header: bytearray | None = bytearray()  # of the present part, from the delimiter on; None in its body
        self._end = b""  # of the body so far, where a delimiter may have begun

    def count(self, piece: bytes) -> None:
        """Take in the next piece.

        Raises:
            Problem: 400, when there are too many parts, or a header of one is too long or begins with blanks, through
                which the parser goes one by one.
        """
        while piece:
            piece = self._after_delimiter(piece) if self._header is None else self._after_header(self._header, piece)

    def _after_header(self, header: bytearray, piece: bytes) -> bytes:
        known = len(header)
        header += piece[: _MOST_HEADER + 1 - known]
        end = header.find(_END_OF_HEADER)
        if header.startswith((b" ", b"\t")) or (end < 0 and len(header) > _MOST_HEADER):
            raise _unparsable_form(f"A part has more than {_MOST_HEADER} bytes of headers, or a padded boundary.")
        if end < 0:
            return b""
        self._header = None
        return piece[end + len(_END_OF_HEADER) - known :]

    def _after_delimiter(self, piece: bytes) -> bytes:
        window = self._end + piece
        at = window.find(self._delimiter)
        if at < 0:
            self._end = window[1 - len(self._delimiter) :]
            return b""
        self._found += 1
        if self._found > _MOST_DELIMITERS:
            raise _unparsable_form(f"Its boundary stands in it more than {_MOST_DELIMITERS} times.")
        self._header, self._end = bytearray(), b""
        return window[at + len(self._delimiter) :]


def _boundary(scope: Scope) -> bytes | None:
    """Return the boundary of a multipart request, None for a request without a form.

    Raises:
        Problem: 415, when its form has another charset or another encoding than the service's forms.
    """
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    if len(types) > 1 or any(len(value) > _MOST_CONTENT_TYPE for value in types):
        raise _unsupported_form(f"Send one Content-Type of at most {_MOST_CONTENT_TYPE} bytes.")
    # The parser's own reading of the header decides, so that both see the same parameters.
    media_type, parameters = parse_options_header(types[0] if types else b"")
    if media_type == _URL_ENCODED:
        raise _unsupported_form("Send the fields as multipart/form-data.")
    if media_type != _MULTIPART:
        return None
    if parameters.get(b"charset", b"utf-8").lower() not in _UTF8:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-charset",
            "The form has another charset than UTF-8",
            "Send its fields in UTF-8, and no charset or charset=utf-8.",
        )
    return parameters.get(b"boundary", b"")


def _unsupported_form(detail: str) -> Problem:
    return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-form", "The form cannot be taken", detail)


def _unparsable_form(detail: str) -> Problem:
    headers = {"Connection": "close"}
    return Problem(HTTPStatus.BAD_REQUEST, "unsupported-form", "The form cannot be taken", detail, headers=headers)
