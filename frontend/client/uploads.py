"""The requests about uploads, one method per request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.upload_answers import Arrived, FileOutcomes, ResultFilter, Upload, Uploads

PART_BYTES: Final = 4 << 20  # of a file that are sent together
_PART_SECONDS: Final = 60.0  # for a part to be on the backend's disk


class UploadsClient:
    """Requests of the team over one connection.

    Every method raises `BackendError` when there is no answer.

    Args:
        connection: To the backend.
        token: The team's; None asks without one.
        name: Who asks; "" for the team.
    """

    def __init__(self, connection: Connection, token: str | None, name: str = "") -> None:
        self._connection = connection if token is None else connection.with_token(token)
        self._name = name

    def all(self) -> tuple[Upload, ...]:
        """The latest uploads, the latest first."""
        return self._connection.ask(Uploads, "GET", "/v1/team/uploads").items

    def get(self, upload: str) -> Upload:
        """One upload."""
        return self._connection.ask(Upload, "GET", _path(upload))

    def begin(self, fields: Mapping[str, str]) -> Upload:
        """Begin an upload.

        Args:
            fields: `title`, `tags`, `pictures`, `lines`.
        """
        by = {"by": self._name} if self._name else {}
        return self._connection.ask(Upload, "POST", "/v1/team/uploads", fields={**fields, **by})

    def send(self, upload: str, name: str, at: int, size: int, part: bytes) -> int:
        """Send a part of a file; returns the bytes of it that have arrived."""
        fields = {"name": name, "at": str(at), "size": str(size)}
        patient = self._connection.patient(_PART_SECONDS)
        path = f"{_path(upload)}/files"
        return patient.ask(Arrived, "POST", path, fields=fields, photo=part, photo_field="part").arrived

    def start(self, upload: str) -> Upload:
        """Say that every file was sent."""
        return self._connection.ask(Upload, "POST", f"{_path(upload)}/start")

    def cancel(self, upload: str) -> Upload:
        """Keep nothing more of an upload."""
        return self._connection.ask(Upload, "DELETE", _path(upload))

    def outcomes(self, upload: str, result: ResultFilter, after: int, size: int) -> FileOutcomes:
        """What became of files; `after` of them are passed over."""
        params = {"result": result, "after": str(after), "size": str(size)}
        return self._connection.ask(FileOutcomes, "GET", f"{_path(upload)}/files", params=params)

    def table(self, upload: str) -> bytes:
        """What became of all files, as CSV."""
        return self._connection.fetch(f"{_path(upload)}/results.csv")


def _path(upload: str) -> str:
    return f"/v1/team/uploads/{quote(upload, safe='')}"
