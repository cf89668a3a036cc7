"""What the backend reads: shoe tags, and what it serves beside them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from frontend.client.connection import Connection


class ServedDomain(BaseModel):
    """One of the things that are read."""

    name: str
    path: str  # before `/v1`; empty for the first
    longest: int  # characters of a text
    reads: bool  # whether its model is loaded


class _Served(BaseModel):
    domains: tuple[ServedDomain, ...]


def served_domains(connection: Connection) -> Sequence[ServedDomain]:
    """All that are served, the first one first.

    Raises:
        BackendError: The backend does not answer, or is older than that question.
    """
    return connection.ask(_Served, "GET", "/v1/domains").domains
