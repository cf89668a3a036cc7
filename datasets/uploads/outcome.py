"""What becomes of each file of an upload: plain records, whose kinds pages word in their language."""

from __future__ import annotations

from typing import Literal, get_args

from datasets.objects.record import Record

FileResult = Literal["kept", "to-review", "duplicate", "repeated", "table", "refused"]
"""`kept`: with the label that came with it; `to-review`: as it was read, to be confirmed by the team; `duplicate`: the
store had it; `repeated`: the same upload had it; `table`: no picture, but labels or features; `refused`: see
`FileFault`."""
FILE_RESULTS: tuple[FileResult, ...] = get_args(FileResult)

FileFault = Literal[
    # The picture, as `ImageError` says.
    "empty",
    "too-large",
    "too-many-pixels",
    "unsupported-format",
    "truncated",
    "too-small",
    "too-complex",
    # The file
    "unreadable-file",  # the system does not let it be read
    "bad-name",  # too long, or with characters that cannot be printed
    "link",  # it stands for another file
    "same-name",  # another file has its name
    "archive",  # packed by another program than zip
    "too-many",  # the upload has more files than are taken
    # The zip
    "zip-damaged",
    "zip-encrypted",
    "zip-method",
    "zip-empty",
    "zip-large",  # unpacked it would be larger than is taken
    "zip-bomb",  # it unpacks to hundreds of times its size
    "zip-inside",  # a zip in a zip
    "zip-outside",  # its name leads out of the folder that it would be unpacked to
    # The tables
    "bad-table",
    "bad-row",
    "no-such-file",  # a row names a file that is not there
    "listed-twice",  # two rows name a file and say different things
    "bad-text",
    "bad-tag",
    "bad-metadata",
    "bad-features",
    "no-parquet",  # the library that reads Parquet is not installed
    # Reading
    "no-text",  # no line was found on a photo
    "text-not-found",  # no line of a photo says what its label says
    "cannot-keep",  # the store refuses the crop or its label
    "crashed",  # the program ended while it worked on this file, several times
    "failed",  # something else, which is logged
]
FILE_FAULTS: tuple[FileFault, ...] = get_args(FileFault)


class FileOutcome(Record):
    """What became of a file, or of a row that names none."""

    file: str  # with slashes; of a zip's file with the zip's name before it
    result: FileResult
    fault: FileFault | None = None  # of a file that is refused
    detail: str = ""  # in English; pages word the kind
    samples: tuple[str, ...] = ()  # digests of its crops; of a duplicate those that the store has
    text: str = ""  # of its label, or as it was read; of a photo the lines', with line ends between them
    lines: int = 0  # that a whole photo was cut into; 0 for a crop


class FaultError(Exception):
    """A file, or a row of a table, is of no use; `kind` says why."""

    def __init__(self, kind: FileFault, detail: str = "") -> None:
        super().__init__(detail or kind)
        self.kind: FileFault = kind
        self.detail = detail


def refused(file: str, error: FaultError) -> FileOutcome:
    """The outcome of a file that is of no use."""
    return FileOutcome(file=file, result="refused", fault=error.kind, detail=error.detail)
