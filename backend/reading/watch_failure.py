"""Why a pointer of the store could not be followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from backend.reading.self_check import SelfCheckError
from datasets.errors import (
    ChampionError,
    ChampionUnsignedError,
    ObjectMissingError,
    StoreError,
    StoreFullError,
    UnknownModelError,
)
from ocr_model.errors import ModelError

Role = Literal["champion", "challenger", "canary"]
FailureKind = Literal[
    "store-unavailable", "missing", "damaged", "unsigned", "no-room", "misreads", "same-name", "unexpected"
]

_REASONS: dict[FailureKind, str] = {
    "store-unavailable": "the store does not answer",
    "missing": "the store does not hold it, or not all of it",
    "damaged": "its files are damaged, or do not load",
    "unsigned": "it is not signed with the store's key",
    "no-room": "there is no room for its files here",
    "misreads": "it does not read what is plainly printed",
    "same-name": "it has the name and version of the champion, so no label would tell them apart",
    "unexpected": "something unexpected happened; the log says what",
}


class SameNameError(Exception):
    """A challenger has name and version of the champion."""


@dataclass(frozen=True)
class WatchFailure:
    """An entry of the store's champions, challengers in shadow or canaries that does not read here."""

    role: Role  # whose pointer named it
    number: int | None  # of the entry; None when the pointer itself could not be read
    kind: FailureKind
    at: datetime  # when it was noticed first, with a time zone
    resolved: bool = False  # whether the pointer has been followed since

    @property
    def message(self) -> str:
        """One sentence without paths and addresses."""
        entry = "The store's entry" if self.number is None else f"Number {self.number}"
        return f"{entry} for the {self.role} could not be taken: {_REASONS[self.kind]}."


def failure_kind(error: Exception) -> FailureKind:
    """Return the kind of failure that an exception stands for."""
    match error:
        case UnknownModelError() | ObjectMissingError():
            return "missing"
        case StoreFullError():
            return "no-room"
        case ChampionUnsignedError():
            return "unsigned"
        case ChampionError() | ModelError():
            return "damaged"
        case StoreError():
            return "store-unavailable"
        case SelfCheckError():
            return "misreads"
        case SameNameError():
            return "same-name"
    return "unexpected"
