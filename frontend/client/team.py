"""The team's requests to the backend, one method per request of `/v1/team`."""

from __future__ import annotations

import uuid
from typing import Final
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.team_answers import (
    Activity,
    Canary,
    Card,
    Overview,
    Requested,
    Review,
    Shadow,
)

# Pictures asked for at once: more than people give in one sitting.
MOST_WAITING: Final = 20


class TeamClient:
    """Requests of the team over one connection.

    Every method raises `BackendError` when there is no answer: among them `BackendRefusedError` with status 403 while
    the team's pages are switched off, 401 for a wrong token, and 429 after too many.

    Args:
        connection: To the backend.
        token: The team's; None asks without one.
    """

    def __init__(self, connection: Connection, token: str | None) -> None:
        self._connection = connection if token is None else connection.with_token(token)

    def overview(self) -> Overview:
        """Everything at a glance."""
        return self._connection.ask(Overview, "GET", "/v1/team/overview")

    def card(self, version: str) -> Card:
        """The card of a version."""
        return self._connection.ask(Card, "GET", f"/v1/team/versions/{quote(version, safe='')}")

    def sheet(self, version: str) -> bytes:
        """The contact sheet of a version, PNG."""
        return self._connection.fetch(f"/v1/team/versions/{quote(version, safe='')}/sheet.png")

    def report(self, cycle: str) -> bytes:
        """The report of a finished cycle, HTML."""
        return self._connection.fetch(f"/v1/team/cycles/{quote(cycle, safe='')}/report.html")

    def activity(self) -> Activity:
        """What workers do."""
        return self._connection.ask(Activity, "GET", "/v1/team/cycles")

    def request_cycle(self, version: str | None, why: str) -> Requested:
        """Ask the worker for a cycle on a version, or on the next one made from the labels."""
        # The key makes a request that is sent again on a broken connection the same request.
        fields = {"version": version or "", "why": why, "key": uuid.uuid4().hex}
        return self._connection.ask(Requested, "POST", "/v1/team/cycles", fields=fields)

    def withdraw_cycle(self, cycle: str) -> None:
        """Take back a request that no worker has begun with."""
        self._connection.ask(Requested, "DELETE", f"/v1/team/cycles/{quote(cycle, safe='')}")

    def review(self) -> Review:
        """Pictures that wait for a second look."""
        return self._connection.ask(Review, "GET", "/v1/team/review", params={"most": str(MOST_WAITING)})

    def shadow(self) -> Shadow:
        """The challenger that reads in shadow, if there is one."""
        return self._connection.ask(Shadow, "GET", "/v1/shadow")

    def canary(self) -> Canary:
        """The challenger that answers a share of requests, if there is one."""
        return self._connection.ask(Canary, "GET", "/v1/canary")
