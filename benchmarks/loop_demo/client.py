"""Talks to the backend as a shopper's browser does, and keeps a journal of every request and its answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests

from benchmarks.loop_demo.shoppers import Verdict

_PATIENCE = 30.0  # seconds that anybody waits for an answer
_OK = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer to a photo."""

    id: str
    text: str
    model_version: str
    seconds: float  # until it was there


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer to a verdict."""

    status: str
    text: str  # as kept


class Journal:
    """Every request: how many in each second, and all that failed. Safe to use from several threads."""

    def __init__(self, saved: Mapping[str, Any] | None = None) -> None:
        saved = saved or {"by_second": {}, "failed": []}
        self._guard = threading.Lock()
        self._by_second = Counter({int(second): count for second, count in saved["by_second"].items()})
        self._failed: list[dict[str, Any]] = list(saved["failed"])

    def note(self, what: str, status: int, detail: str = "") -> None:
        """Write a request down; status 0 is no answer at all."""
        now = time.time()
        with self._guard:
            self._by_second[int(now)] += 1
            if status != _OK:
                self._failed.append({"at": now, "what": what, "status": status, "detail": detail[:200]})

    @property
    def count(self) -> int:
        """Requests in all."""
        with self._guard:
            return self._by_second.total()

    @property
    def failed(self) -> tuple[dict[str, Any], ...]:
        """Those that were not answered with 200: when, what, status, and what was said."""
        with self._guard:
            return tuple(self._failed)

    def between(self, start: float, end: float) -> int:
        """Requests answered from `start` to `end`, seconds since 1970."""
        with self._guard:
            return sum(count for second, count in self._by_second.items() if start - 1 < second <= end)

    def saved(self) -> dict[str, Any]:
        """As plain values."""
        with self._guard:
            return {"by_second": {str(key): value for key, value in self._by_second.items()}, "failed": self._failed}


class Client:
    """One browser; not for several threads. A context manager."""

    def __init__(self, url: str, journal: Journal) -> None:
        self._url, self._journal = url, journal
        self._session = requests.Session()
        self._session.trust_env = False  # nobody's proxy stands between this machine and itself

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def read(self, png: bytes) -> Reading | None:
        """Have a photo read; None if that failed."""
        sent = time.monotonic()
        body = self._ask("read", "POST", "/v1/predictions", files={"image": ("tag.png", png, "image/png")})
        if body is None:
            return None
        return Reading(body["id"], body["text"], body["model"]["version"], time.monotonic() - sent)

    def keep(self, prediction: str, verdict: Verdict, client: str) -> Kept | None:
        """Send a verdict; None if that failed."""
        form = {"status": verdict.status, "client": client}
        if verdict.text is not None:
            form["text"] = verdict.text
        body = self._ask("label", "POST", f"/v1/predictions/{prediction}/label", data=form)
        return None if body is None else Kept(body["status"], body["text"])

    def model(self) -> dict[str, Any] | None:
        """Which model serves; None if that failed."""
        return self._ask("model", "GET", "/v1/model")

    def _ask(self, what: str, method: str, path: str, **content: Any) -> dict[str, Any] | None:
        try:
            answer = self._session.request(method, self._url + path, timeout=_PATIENCE, **content)
            body: dict[str, Any] = answer.json() if answer.status_code == _OK else {}
        except (requests.RequestException, ValueError) as error:
            self._journal.note(what, 0, str(error))
            return None
        self._journal.note(what, answer.status_code, answer.text if answer.status_code != _OK else "")
        return body if answer.status_code == _OK else None
