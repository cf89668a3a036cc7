"""The bodies of requests and answers about uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from fastapi import UploadFile
from pydantic import BaseModel, Field

from backend.team.author import TEAM, Author
from datasets.uploads.job import MOST_FILE_BYTES, PART_BYTES
from datasets.uploads.outcome import FileFault, FileResult
from datasets.uploads.request import LinesKept, Phase, PictureKind
from datasets.uploads.sources import LONGEST_NAME

MOST_PART: Final = PART_BYTES


class UploadForm(BaseModel):
    """An upload that begins."""

    title: str = Field(default="", max_length=200, description="What people call it.")
    tags: str = Field(default="", max_length=1000, description="For every crop, one a line.", examples=["autumn"])
    values: str = Field(default="", max_length=4000, description="Metadata for every crop, key=value, one a line.")
    pictures: PictureKind = Field(
        default="auto", description="crops: of one line each; photos: to be cut into lines; auto: found out."
    )
    lines: LinesKept = Field(default="codes", description="Which lines of a photo without a label are kept.")
    project: str = Field(default="", max_length=100, description='Id of the project that every crop joins; none: "".')
    features: str = Field(default="own", max_length=40, description="Name of feature vectors that come with it.")
    by: Author = TEAM


class PartForm(BaseModel):
    """A part of a file."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="Of the file, with its folders.")
    at: int = Field(default=0, ge=0, le=MOST_FILE_BYTES, description="Byte at which the part begins.")
    size: int = Field(ge=0, le=MOST_FILE_BYTES, description="Bytes of the whole file.")
    part: UploadFile = Field(description=f"At most {MOST_PART} bytes.")


class ArrivedBody(BaseModel):
    """How much of a file has arrived, and is on the disk."""

    name: str
    arrived: int = Field(description="Bytes.")


class UploadBody(BaseModel):
    """An upload and how far it is."""

    id: str = Field(description="Crops that came in are found by the search `meta.upload = ID`.")
    phase: Phase
    is_stuck: bool = Field(description="Whether the last attempt has failed; it is tried again.")
    title: str
    project: str = Field(description="Id of the project that its crops join; empty for none.")
    by: str
    at: datetime
    ended_at: datetime | None
    tags: list[str]
    values: dict[str, str]
    pictures: PictureKind
    lines: LinesKept
    files: int = Field(description="That were sent, while files are sent; then files and faults altogether.")
    done: int = Field(description="Files that have a result.")
    results: dict[FileResult, int]
    crops: int = Field(description="That came in.")


class UploadsBody(BaseModel):
    """The latest uploads."""

    items: list[UploadBody]


class OutcomeBody(BaseModel):
    """What became of a file."""

    file: str
    result: FileResult
    fault: FileFault | None = Field(description="Why it is refused.")
    detail: str
    samples: list[str] = Field(description="Names of its crops.")
    text: str = Field(description="Of its label, or as read; of a photo one line each.")
    lines: int = Field(description="That a whole photo was cut into; 0 for a crop.")


class OutcomesBody(BaseModel):
    """What became of some files."""

    items: list[OutcomeBody]
    found: int = Field(description="Files with such a result.")


ResultFilter = Literal["all", "kept", "to-review", "duplicate", "repeated", "table", "refused"]
