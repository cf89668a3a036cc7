"""The requests by which the team explores its data, one method per request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.explorer_answers import (
    Change,
    Changed,
    Changes,
    Details,
    Found,
    FoundCount,
    FoundPage,
    Order,
    ReadingNow,
)

MOST_AT_ONCE: Final = 60  # labels of a page, and labels changed by one request


class ExplorerClient:
    """Requests of the team over one connection.

    Every method raises `BackendError` when there is no answer, as those of `TeamClient` do.

    Args:
        connection: To the backend.
        token: The team's; None asks without one.
        by: Who makes changes; "" is anybody of the team.
    """

    def __init__(self, connection: Connection, token: str | None, by: str = "") -> None:
        self._connection = connection if token is None else connection.with_token(token)
        self._by = by

    def page(self, search: str, order: Order, after: str | None) -> FoundPage:
        """A page of the labels that a search finds, with thumbnails."""
        params = {"where": search, "order": order, "size": str(MOST_AT_ONCE), "thumbnails": "true"}
        if after is not None:
            params["after"] = after
        return self._connection.ask(FoundPage, "GET", "/v1/team/samples", params=params)

    def count(self, search: str) -> FoundCount:
        """How many labels a search finds."""
        return self._connection.ask(FoundCount, "GET", "/v1/team/samples/count", params={"where": search})

    def details(self, prediction_id: str) -> Details:
        """Everything about a label and its crop."""
        return self._connection.ask(Details, "GET", f"/v1/team/labels/{quote(prediction_id, safe='')}")

    def crop(self, sample: str) -> bytes:
        """The picture of a sample, PNG."""
        return self._connection.fetch(f"/v1/team/samples/{quote(sample, safe='')}.png")

    def reading_now(self, sample: str) -> ReadingNow:
        """How the model that serves now reads a sample."""
        return self._connection.ask(ReadingNow, "GET", f"/v1/team/samples/{quote(sample, safe='')}/reading")

    def change(self, change: Change, labels: Sequence[Found], text: str = "") -> tuple[Changed, ...]:
        """Change labels; says of each what became of it. Asking again is safe.

        Args:
            change: What to do.
            labels: As they were seen; asked for `MOST_AT_ONCE` at a time.
            text: The right line; for `fix` only.
        """
        changed: list[Changed] = []
        for start in range(0, len(labels), MOST_AT_ONCE):
            lines = "\n".join(f"{label.prediction_id} {label.event}" for label in labels[start : start + MOST_AT_ONCE])
            fields = {"change": change, "labels": lines, "text": text, "by": self._by}
            changed += self._connection.ask(Changes, "POST", "/v1/team/labels", fields=fields).items
        return tuple(changed)
