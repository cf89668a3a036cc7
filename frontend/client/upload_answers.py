"""The backend's answers about uploads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Phase = Literal["receiving", "waiting", "working", "finished", "cancelled"]
FileResult = Literal["kept", "to-review", "duplicate", "repeated", "table", "refused"]
ResultFilter = Literal["all", "kept", "to-review", "duplicate", "repeated", "table", "refused"]
PictureKind = Literal["auto", "crops", "photos"]
LinesKept = Literal["codes", "all"]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Upload(_Answer):
    """An upload and how far it is."""

    id: str
    phase: Phase
    is_stuck: bool
    title: str
    project: str = ""  # id of the project that its crops join
    by: str
    at: datetime
    files: int
    done: int
    results: Mapping[FileResult, int]
    crops: int

    @property
    def has_ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self.phase in ("finished", "cancelled")

    @property
    def is_worked_on(self) -> bool:
        """Whether its files were sent, and not all have a result."""
        return self.phase in ("waiting", "working")


class Uploads(_Answer):
    """The latest uploads, the latest first."""

    items: tuple[Upload, ...]


class Arrived(_Answer):
    """How much of a file has arrived."""

    arrived: int  # bytes


class FileOutcome(_Answer):
    """What became of a file."""

    file: str
    result: FileResult
    fault: str | None
    detail: str
    text: str
    lines: int


class FileOutcomes(_Answer):
    """What became of some files."""

    items: tuple[FileOutcome, ...]
    found: int
