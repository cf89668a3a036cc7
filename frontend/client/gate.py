"""The requests about the gate, one method per request."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.gate_answers import (
    Forgotten,
    Passage,
    Passages,
    SeenFrame,
    Vehicle,
    Vehicles,
    Visits,
    WayAsked,
)

_GATE: Final = "/v1/team/gate"
_PATIENCE: Final = 60.0  # seconds for a frame


class GateClient:
    """Requests over one connection.

    Every method raises `BackendError` when there is no answer.

    Args:
        connection: To what reads plates.
        token: The session's or the team's; None asks without one.
        name: Who asks; "" for the team.
    """

    def __init__(self, connection: Connection, token: str | None, name: str = "") -> None:
        self._connection = connection if token is None else connection.with_token(token)
        self._by = {"by": name} if name else {}

    def see(
        self,
        photo: bytes,
        *,
        camera: str,
        direction: WayAsked,
        stream: str = "",
        seconds: float = 0.0,
        last: bool = False,
    ) -> SeenFrame:
        """Have the plates on a photo or a frame read and logged."""
        fields = {"camera": camera, "direction": direction, "stream": stream, "seconds": f"{seconds:.3f}"}
        fields["last"] = str(last).lower()
        patient = self._connection.patient(_PATIENCE)
        return patient.ask(SeenFrame, "POST", f"{_GATE}/frames", fields=fields, photo=photo)

    def passages(self, *, search: str = "", direction: str = "", unknown: bool = False, after: int = 0) -> Passages:
        """Passages, the latest first."""
        params = {"search": search, "direction": direction, "unknown": str(unknown).lower(), "after": str(after)}
        return self._connection.ask(Passages, "GET", f"{_GATE}/passages", params=params | {"size": "20"})

    def picture(self, passage: str) -> bytes:
        """The cut-out of a plate, PNG."""
        return self._connection.fetch(f"{_GATE}/passages/{passage}.png")

    def table(self) -> bytes:
        """All passages, as CSV."""
        return self._connection.fetch(f"{_GATE}/passages.csv")

    def visits(self) -> Visits:
        """Who came and went."""
        return self._connection.ask(Visits, "GET", f"{_GATE}/visits")

    def vehicles(self) -> tuple[Vehicle, ...]:
        """The known vehicles."""
        return self._connection.ask(Vehicles, "GET", f"{_GATE}/vehicles").items

    def check(self, passage: str, text: str) -> Passage:
        """Confirm or correct a plate."""
        return self._connection.ask(Passage, "POST", f"{_GATE}/passages/{passage}", fields={"text": text} | self._by)

    def know(self, text: str, name: str) -> Vehicle:
        """Make a vehicle known."""
        fields = {"text": text, "name": name} | self._by
        return self._connection.ask(Vehicle, "POST", f"{_GATE}/vehicles", fields=fields)

    def forget(self, text: str) -> Forgotten:
        """Delete everything about a plate."""
        return self._connection.ask(Forgotten, "DELETE", f"{_GATE}/plates/{quote(text, safe='')}")
