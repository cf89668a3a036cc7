"""A client of the backend, like a shopper's browser; every request goes into a journal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests

from benchmarks.loop_demo.journal import OK, Journal
from benchmarks.loop_demo.shoppers import Verdict

_PATIENCE = 30.0  # seconds until a request is given up


@dataclass(frozen=True, slots=True)
class TagReading:
    """The backend's answer to a photo."""

    id: str
    text: str
    model_version: str
    seconds: float  # from request to answer


@dataclass(frozen=True, slots=True)
class KeptLabel:
    """The backend's answer to a verdict."""

    status: str
    text: str  # as kept


class Client:
    """A browser, used by one thread. A context manager."""

    def __init__(self, url: str, journal: Journal) -> None:
        self._url, self._journal = url, journal
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between this machine and itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def read(self, png: bytes) -> TagReading | None:
        """Send a photo to be read; None if that failed."""
        sent = time.monotonic()
        body = self._ask("read", "POST", "/v1/predictions", files={"image": ("tag.png", png, "image/png")})
        if body is None:
            return None
        return TagReading(body["id"], body["text"], body["model"]["version"], time.monotonic() - sent)

    def keep(self, prediction: str, verdict: Verdict, client: str) -> KeptLabel | None:
        """Send a verdict; None if that failed."""
        # A part without a file name is a plain field.
        form = {"status": (None, verdict.status), "client": (None, client)}
        if verdict.text is not None:
            form["text"] = (None, verdict.text)
        body = self._ask("label", "POST", f"/v1/predictions/{prediction}/label", files=form)
        return None if body is None else KeptLabel(body["status"], body["text"])

    def model(self) -> dict[str, Any] | None:
        """The model that serves, as the API describes it; None if the request failed."""
        return self._ask("model", "GET", "/v1/model")

    def _ask(self, request: str, method: str, path: str, **content: Any) -> dict[str, Any] | None:
        try:
            answer = self._session.request(method, self._url + path, timeout=_PATIENCE, **content)
            body: dict[str, Any] = answer.json() if answer.status_code == OK else {}
        except (requests.RequestException, ValueError) as error:
            self._journal.note(request, 0, str(error))
            return None
        self._journal.note(request, answer.status_code, answer.text if answer.status_code != OK else "")
        return body if answer.status_code == OK else None
