"""The tables of an upload put together: which rows and which feature vectors belong to which file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from datasets.uploads.manifest import MOST_ROWS, MOST_TABLE_BYTES, TABLE_NAMES, Row, TableRow, read_table
from datasets.uploads.outcome import FaultError, FileOutcome, refused
from datasets.uploads.sources import UploadFile
from datasets.uploads.vectors import (
    MOST_VECTOR_BYTES,
    MOST_VECTORS,
    NAME_LISTS,
    VECTOR_FILES,
    NamedVectors,
    read_names,
    read_parquet,
    read_vectors,
)
from ocr_model.domains.domain import Domain


@dataclass(slots=True)
class UploadTables:
    """What was said about pictures, and what became of the tables themselves."""

    pictures: list[UploadFile] = field(default_factory=list)  # all files but tables
    rows: dict[str, Row | FaultError] = field(default_factory=dict)  # by file
    vectors: dict[str, NDArray[np.float32] | FaultError] = field(default_factory=dict)  # by file, of length 1
    outcomes: list[FileOutcome] = field(default_factory=list)  # of tables, and of rows whose file is not there
    rows_left: int = MOST_ROWS  # that further tables may have; each may become an outcome
    vectors_left: int = MOST_VECTORS  # likewise


def read_tables(files: Sequence[UploadFile], domain: Domain) -> UploadTables:
    """Read the tables among some files; every fault is an outcome or stands for its file."""
    found = UploadTables()
    tables = list[UploadFile]()
    lists = dict[str, UploadFile]()  # of names, by folder
    vectors = list[UploadFile]()
    for file in files:
        folder, name = _split(file.name)
        if name in TABLE_NAMES:
            tables.append(file)
        elif name in VECTOR_FILES:
            vectors.append(file)
        elif name in NAME_LISTS:
            lists[folder] = file
        else:
            found.pictures.append(file)
    names = _Names([file.name for file in found.pictures])
    order: dict[str, list[str]] = {}  # files in the order of the rows, by the folder of the table
    for table in tables:
        order[_split(table.name)[0]] = _read_rows(table, names, found, domain)
    for file in vectors:
        _read_features(file, lists.pop(_split(file.name)[0], None), order, names, found)
    # Those with labels first: the same picture without one then adds nothing.
    found.pictures.sort(key=lambda file: not _is_labelled(found.rows.get(file.name)))
    for left in lists.values():
        found.outcomes.append(refused(left.name, FaultError("bad-features", "there is no features.npy beside it")))
    return found


def _is_labelled(row: Row | FaultError | None) -> bool:
    return isinstance(row, Row) and row.has_label


class _Names:
    """Finds the file that a table means: beside the table, or the only one whose path ends so."""

    def __init__(self, names: Sequence[str]) -> None:
        self._exact = set(names)
        self._by_ending: dict[str, list[str]] = {}
        for name in names:
            self._by_ending.setdefault(name.rpartition("/")[2], []).append(name)

    def find(self, folder: str, file: str) -> str | None:
        beside = f"{folder}/{file}" if folder else file
        if beside in self._exact:
            return beside
        named = self._by_ending.get(file.rpartition("/")[2], ())
        ending = [name for name in named if name == file or name.endswith(f"/{file}")]
        return ending[0] if len(ending) == 1 else None


def _split(path: str) -> tuple[str, str]:
    folder, _, name = path.rpartition("/")
    return folder, name.lower()


def _read_rows(table: UploadFile, names: _Names, found: UploadTables, domain: Domain) -> list[str]:
    """Take in the rows of a table; returns their files in order, "" where there is none."""
    folder, name = _split(table.name)
    try:
        rows = read_table(name, table.read(MOST_TABLE_BYTES + 1), found.rows_left)
    except FaultError as error:
        found.outcomes.append(refused(table.name, error))
        return []
    found.rows_left -= len(rows)
    order = []
    for row in rows:
        file = names.find(folder, row.file) if row.file else None
        order.append(file or "")
        if file is None:
            fault = (
                FaultError("no-such-file", row.file[:200]) if row.file else FaultError("bad-row", "it names no file")
            )
            found.outcomes.append(refused(f"{table.name}: {row.where}", fault))
        else:
            _take_row(file, row, found, domain)
    found.outcomes.append(FileOutcome(file=table.name, result="table", detail=f"{len(rows)} rows"))
    return order


def _take_row(file: str, row: TableRow, found: UploadTables, domain: Domain) -> None:
    try:
        said: Row | FaultError = row.checked(domain)
    except FaultError as error:
        said = FaultError(error.kind, f"{row.where}: {error.detail}")
    known = found.rows.get(file)
    if known is None or isinstance(known, FaultError) or said == known:
        found.rows[file] = said if known is None or said == known else known
    else:
        found.rows[file] = FaultError("listed-twice", f"{row.where} says something else than a row before")


def _read_features(
    file: UploadFile, name_list: UploadFile | None, order: dict[str, list[str]], names: _Names, found: UploadTables
) -> None:
    folder, name = _split(file.name)
    try:
        data = file.read(MOST_VECTOR_BYTES + 1)
        if name.endswith(".parquet"):
            vectors = read_parquet(data)
        else:
            rows = read_vectors(data)
            if name_list is not None:
                vectors = NamedVectors(read_names(name_list.read(MOST_TABLE_BYTES + 1)), rows)
            else:
                vectors = NamedVectors(order.get(folder, []), rows)
        if len(vectors.names) != len(vectors.rows):
            said = f"{len(vectors.rows)} vectors for {len(vectors.names)} names"
            raise FaultError("bad-features", f"{said}; features.txt names one file a line, else labels.tsv does")
        if len(vectors.names) > found.vectors_left:
            raise FaultError("bad-features", f"an upload has at most {MOST_VECTORS} vectors")
    except FaultError as error:
        found.outcomes.append(refused(file.name, error))
        return
    if name_list is not None:
        found.outcomes.append(FileOutcome(file=name_list.name, result="table", detail=f"{len(vectors.names)} names"))
    found.vectors_left -= len(vectors.names)
    taken = 0
    for written, vector in zip(vectors.names, vectors.rows, strict=True):
        picture = names.find(folder, written) if written else None
        if picture is None:
            if written:
                missing = FaultError("no-such-file", written[:200])
                found.outcomes.append(refused(f"{file.name}: {written[:200]}", missing))
            continue
        length = float(np.linalg.norm(vector.astype(np.float64)))
        if np.isfinite(length) and length > 0:
            found.vectors[picture] = (vector / length).astype(np.float32)
            taken += 1
        else:
            found.vectors[picture] = FaultError("bad-features", "its vector is zero, or not of numbers")
    found.outcomes.append(FileOutcome(file=file.name, result="table", detail=f"{taken} vectors"))
