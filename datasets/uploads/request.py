"""What is asked of an upload, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from datasets.objects.record import Record, UtcTime
from datasets.uploads.outcome import FileResult

PictureKind = Literal["auto", "crops", "photos"]
LinesKept = Literal["codes", "all"]
Phase = Literal["receiving", "waiting", "working", "finished", "cancelled"]


class UploadRequest(Record):
    """What was asked for."""

    by: str  # who brings the files in
    at: UtcTime
    tags: tuple[str, ...] = ()  # for every crop, in their usual spelling
    values: Mapping[str, str] = {}  # metadata for every crop
    pictures: PictureKind = "auto"  # whether they are crops of a line, or whole photos to be cut into lines
    lines: LinesKept = "codes"  # which lines of a photo without a label are kept
    features: str = "own"  # name of the feature vectors that come with it
    project: str = ""  # id of the project that every crop joins; "" for none
    title: str = ""  # what people call it
    sources: tuple[str, ...] = ()  # files and folders of this machine; () where files are sent
    labels: str = ""  # a table of labels of this machine beside them; "" for none


class UploadProgress(Record):
    """How far an upload is."""

    total: int = 0  # files, and rows that name none
    done: int = 0
    results: Mapping[FileResult, int] = {}
    crops: int = 0  # that were kept, to be found by `meta.upload`
