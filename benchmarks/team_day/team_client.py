"""The requests of a team, over HTTP as a script sends them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from datasets.uploads.job import PART_BYTES

_PATIENCE = 120.0  # seconds until a request is given up
_NAMED = 60  # crops asked for at once


class DayError(RuntimeError):
    """The day cannot go on: the backend refuses a request, or does not get ready."""


class TeamClient:
    """One person of the team, or a script with its token.

    Args:
        url: Address of the backend.
        token: The team's, or a person's.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None, **content: Any) -> Any:
        """Return the body of a good answer.

        Args:
            method: Of the request.
            path: Below `/v1/team/`.
            fields: Of a form.
            **content: As in `requests`.

        Raises:
            DayError: The answer is not a good one.
        """
        if fields is not None:
            content["files"] = {name: (None, value) for name, value in fields.items()} | content.get("files", {})
        answer = self._session.request(method, f"{self._url}/v1/team/{path}", timeout=_PATIENCE, **content)
        if not answer.ok:
            raise DayError(f"{method} {path}: {answer.status_code}: {answer.text[:500]}")
        return answer.json()

    def status(self, method: str, path: str) -> int:
        """Return the status of the answer to a request without a body."""
        return self._session.request(method, f"{self._url}{path}", timeout=_PATIENCE).status_code

    def touching_routes(self) -> list[tuple[str, str]]:
        """Method and path of all routes of the team that change something, or take a form."""
        paths = self._session.get(f"{self._url}/openapi.json", timeout=_PATIENCE).json()["paths"]
        return [
            (method.upper(), path)
            for path, methods in paths.items()
            for method in methods
            if path.startswith("/v1/team/") and method in ("post", "put", "patch", "delete")
        ]

    def upload(self, name: str, data: bytes, fields: Mapping[str, str]) -> str:
        """Send a file as an upload of its own, and start it; return the upload's name."""
        upload = str(self.ask("POST", "uploads", fields)["id"])
        for at in range(0, len(data), PART_BYTES):
            part = {"name": name, "at": str(at), "size": str(len(data))}
            files = {"part": (name, data[at : at + PART_BYTES])}
            self.ask("POST", f"uploads/{upload}/files", part, files=files)
        self.ask("POST", f"uploads/{upload}/start")
        return upload

    def outcomes(self, upload: str) -> list[Any]:
        """What became of all files of an upload."""
        found: list[Any] = []
        while True:
            page = self.ask("GET", f"uploads/{upload}/files", params={"after": len(found), "size": 100})
            found += page["items"]
            if not page["items"]:
                return found

    def found(self, where: str, order: str) -> Iterator[Any]:
        """All labels that a search finds, in an order, page after page."""
        params = {"where": where, "order": order, "size": str(_NAMED)}
        while True:
            page = self.ask("GET", "samples", params=params)
            yield from page["items"]
            if page["after"] is None:
                return
            params["after"] = page["after"]

    def named(self, crops: Sequence[str]) -> list[Any]:
        """The labels of crops, in their order."""
        parts = (crops[start : start + _NAMED] for start in range(0, len(crops), _NAMED))
        return [
            label for part in parts for label in self.ask("POST", "samples/named", {"samples": " ".join(part)})["items"]
        ]

    def wait(self, what: str, path: str, key: str, wanted: Sequence[object], seconds: float) -> Any:
        """Wait until a field of an answer has one of some values; return the answer.

        Raises:
            DayError: It has none in time.
        """
        until = time.monotonic() + seconds
        while (body := self.ask("GET", path))[key] not in wanted:
            if time.monotonic() > until:
                raise DayError(f"{what}: {key} is {body[key]} after {seconds:.0f} s")
            time.sleep(0.5)
        return body

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
