"""A connection to one backend: sends a request, reads the answer into its model, and says what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final, TypeVar

import requests
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import ReadTimeoutError

from frontend.client.failures import BackendRefusedError, BackendSlowError, BackendUnreachableError, refusal
from frontend.client.spans import request_span

DEFAULT_URL: Final = "http://127.0.0.1:8000"
CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 12.0

A = TypeVar("A", bound=BaseModel)
# A part of a form: a file's name, or None for a plain field; its content; a file's media type.
Fields = Mapping[str, str | Sequence[str]]
_Part = tuple[None, str] | tuple[str, bytes, str]


@dataclass(frozen=True)
class Part:
    """A line of an answer that arrives bit by bit."""

    content: bytes
    status: int

    def read(self, answer: type[A]) -> A:
        """The line as a model.

        Raises:
            BackendRefusedError: It is not as documented.
        """
        return _validated(answer, self.content, self.status)


class Connection:
    """Sends requests to one backend; may be shared by threads."""

    def __init__(self, base_url: str = DEFAULT_URL, *, read_seconds: float = READ_SECONDS) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self._headers: dict[str, str] = {}
        self._session = requests.Session()
        # The backend is our own neighbour: a proxy from the environment must not see the pictures.
        self._session.trust_env = False

    def on_behalf_of(self, address: str | None) -> Connection:
        """The same connection with the shopper's address.

        Without it the backend's limit per client would count all shoppers as one client; it believes the header only
        if it is told to trust this machine.
        """
        return self._with_header("X-Forwarded-For", address) if address else self

    def with_token(self, token: str) -> Connection:
        """The same connection with the team's token; characters that no header may carry become question marks."""
        sent = "".join(sign if "!" <= sign <= "~" else "?" for sign in token)
        return self._with_header("Authorization", f"Bearer {sent}")

    def below(self, path: str) -> Connection:
        """The same connection to what answers below a path of the backend: `/domains/digits`."""
        connection = copy(self)
        connection._base_url = self._base_url + path
        return connection

    def patient(self, seconds: float) -> Connection:
        """The same connection, for answers that may take so many seconds."""
        connection = copy(self)
        connection._timeout = (CONNECT_SECONDS, seconds)
        return connection

    def ask(
        self,
        answer: type[A],
        method: str,
        path: str,
        *,
        fields: Fields | None = None,
        photo: bytes | None = None,
        photo_field: str = "image",
        params: Mapping[str, str] | None = None,
    ) -> A:
        """Send a request, which must be one that may be repeated safely.

        Args:
            answer: The model of the answer.
            method: The HTTP method.
            path: Path below the backend's address.
            fields: Fields of the form; one with several values is sent several times.
            photo: The file that goes with it, whatever its format.
            photo_field: Name of that file's field.
            params: Parameters of the query.

        Raises:
            BackendError: The backend refused the request, or its answer is not as documented.
        """
        response = self._send(method, path, _parts(fields, photo, photo_field), params)
        return _validated(answer, response.content, response.status_code)

    def stream(self, path: str, *, fields: Mapping[str, str], photo: bytes, seconds: float) -> Iterator[Part]:
        """Post a photo, and yield the lines of the answer (application/x-ndjson) as they arrive.

        Args:
            path: Path below the backend's address.
            fields: Fields of the form.
            photo: The file that goes with it, whatever its format.
            seconds: Time that the backend has for each line.

        Raises:
            BackendError: The backend refused the request, or the answer broke off.
        """
        connection = self._with_header("Accept", "application/x-ndjson").patient(seconds)
        with connection._send("POST", path, _parts(fields, photo), None, stream=True) as response:
            try:
                yield from (Part(line, response.status_code) for line in response.iter_lines() if line)
            except requests.RequestException as error:
                # requests calls a time-out while it reads a body a broken connection.
                is_slow = any(isinstance(cause, ReadTimeoutError) for cause in error.args)
                raise (BackendSlowError if is_slow else BackendUnreachableError)(str(error)) from error

    def fetch(self, path: str, *, fields: Fields | None = None) -> bytes:
        """Get a file; one that is made of the fields of a form, if there are any.

        Raises:
            BackendError: There is no such file, or no answer.
        """
        return self._send("GET" if fields is None else "POST", path, _parts(fields, None), None).content

    def delete(self, path: str) -> None:
        """Delete what the path names.

        Raises:
            BackendError: It was not deleted, or there is no answer.
        """
        self._send("DELETE", path, [], None)

    def _with_header(self, name: str, value: str) -> Connection:
        connection = copy(self)
        connection._headers = self._headers | {name: value}
        return connection

    def _send(
        self,
        method: str,
        path: str,
        parts: Sequence[tuple[str, _Part]],
        params: Mapping[str, str] | None,
        *,
        stream: bool = False,
    ) -> requests.Response:
        with request_span(method, path, self._headers) as (span, headers):
            response = self._answer(method, path, parts, params, headers, stream=stream)
            span.set_attribute("http.response.status_code", response.status_code)
            if not response.ok:
                raise refusal(response.status_code, response.content, response.headers.get("Retry-After"))
            return response

    def _answer(
        self,
        method: str,
        path: str,
        parts: Sequence[tuple[str, _Part]],
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        *,
        stream: bool,
    ) -> requests.Response:
        def send() -> requests.Response:
            return self._session.request(
                method,
                self._base_url + path,
                files=parts or None,
                params=params,
                headers=headers,
                timeout=self._timeout,
                stream=stream,
            )

        try:
            try:
                return send()
            except requests.Timeout:
                raise
            except requests.ConnectionError:
                # An idle connection may die under the request. Every request here may be repeated safely.
                return send()
        except requests.Timeout as error:
            raise BackendSlowError(str(error)) from error
        except requests.RequestException as error:
            raise BackendUnreachableError(str(error)) from error


def _parts(fields: Fields | None, photo: bytes | None, photo_field: str = "image") -> list[tuple[str, _Part]]:
    # Multipart even without a file, as the API documents it: a part without a file name is a plain field.
    parts: list[tuple[str, _Part]] = [
        (name, (None, value))
        for name, values in (fields or {}).items()
        for value in ((values,) if isinstance(values, str) else values)
    ]
    if photo is not None:
        parts.append((photo_field, ("photo", photo, "application/octet-stream")))
    return parts


def _validated(answer: type[A], content: bytes, status: int) -> A:
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        raise BackendRefusedError(status, "", f"the answer is not as documented: {error}") from error
