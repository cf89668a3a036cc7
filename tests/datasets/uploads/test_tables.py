"""Which rows and vectors belong to which file."""

from __future__ import annotations

import io
import resource
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datasets.uploads.manifest import Row
from datasets.uploads.outcome import FaultError
from datasets.uploads.sources import UploadFile
from datasets.uploads.tables import UploadTables, read_tables
from datasets.uploads.vectors import read_vectors
from ocr_model.domains.tags import TAGS
from tests.datasets.uploads_in_hand import npy, table


def read(files: Mapping[str, bytes]) -> UploadTables:
    return read_tables([UploadFile(name, lambda most, data=data: data[:most]) for name, data in files.items()], TAGS)


def faults(found: UploadTables) -> dict[str, str | None]:
    return {outcome.file: outcome.fault for outcome in found.outcomes if outcome.result == "refused"}


def test_a_table_means_the_file_beside_it_or_the_only_one_of_that_name() -> None:
    rows = ("file|label", "a.png|A1", "sub/b.png|B1", "c.png|C1", "d.png|D1", "|X1")
    files = dict.fromkeys(("x.zip/a.png", "x.zip/sub/b.png", "y.zip/c.png", "y.zip/d.png", "z.zip/d.png", "a.png"), b"")
    found = read({**files, "x.zip/labels.tsv": table(*rows)})
    assert found.rows == {"x.zip/a.png": Row("A1"), "x.zip/sub/b.png": Row("B1"), "y.zip/c.png": Row("C1")}
    assert faults(found) == {"x.zip/labels.tsv: line 5": "no-such-file", "x.zip/labels.tsv: line 6": "bad-row"}
    assert [file.name for file in found.pictures][:3] == ["x.zip/a.png", "x.zip/sub/b.png", "y.zip/c.png"]
    assert len(found.pictures) == 6


def test_a_bad_row_is_its_files_fault_and_two_that_differ_are_too() -> None:
    rows = ("file|label", "a.png|품번", "b.png|B1", "b.png|B2", "c.png|C1", "c.png|C1", "d.png|D1")
    found = read({**dict.fromkeys(("a.png", "b.png", "c.png", "d.png"), b""), "labels.tsv": table(*rows)})
    kinds = {name: row.kind if isinstance(row, FaultError) else row.label for name, row in found.rows.items()}
    assert kinds == {"a.png": "bad-text", "b.png": "listed-twice", "c.png": "C1", "d.png": "D1"}


def test_a_table_of_no_use_costs_no_other() -> None:
    found = read({"a.png": b"", "labels.tsv": b"nothing", "labels.json": b'{"a.png": "A1"}'})
    assert found.rows == {"a.png": Row("A1")}
    assert faults(found) == {"labels.tsv": "bad-table"}


@pytest.mark.parametrize(
    "names", [{"features.txt": b"b.png\na.png\n"}, {"labels.tsv": table("file", "b.png", "a.png")}]
)
def test_vectors_follow_their_list_of_names_or_the_table_of_labels(names: dict[str, bytes]) -> None:
    rows = np.array([[3, 4], [0, -2]], np.int32)
    found = read({"a.png": b"", "b.png": b"", "features.npy": npy(rows), **names})
    assert found.vectors.keys() == {"a.png", "b.png"}
    assert list(found.vectors["b.png"]) == pytest.approx([0.6, 0.8])
    assert list(found.vectors["a.png"]) == [0.0, -1.0]
    assert faults(found) == {}


def test_a_vector_that_is_none_is_its_files_fault() -> None:
    rows = np.array([[np.nan, 1], [0, 0], [1, 0]], np.float32)
    files = dict.fromkeys(("a.png", "b.png", "c.png"), b"")
    found = read({**files, "features.npy": npy(rows), "features.txt": b"a.png\nb.png\nc.png"})
    assert {name: isinstance(vector, FaultError) for name, vector in found.vectors.items()} == {
        "a.png": True,
        "b.png": True,
        "c.png": False,
    }


def test_vectors_come_as_parquet_too() -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow (requirements.txt, by streamlit)")
    import pyarrow.parquet as parquet

    stream = io.BytesIO()
    parquet.write_table(pyarrow.table({"file": ["a.png", "gone.png"], "vector": [[1.0, 0.0], [0.0, 1.0]]}), stream)
    found = read({"a.png": b"", "features.parquet": stream.getvalue()})
    assert {name: list(vector) for name, vector in found.vectors.items()} == {"a.png": [1.0, 0.0]}
    assert faults(found) == {"features.parquet: gone.png": "no-such-file"}
    assert faults(read({"features.parquet": b"PAR1 nothing"})) == {"features.parquet": "bad-features"}
    other = io.BytesIO()
    parquet.write_table(pyarrow.table({"file": ["a.png"], "other": [1]}), other)
    assert faults(read({"features.parquet": other.getvalue()})) == {"features.parquet": "bad-features"}


def parquet_of(lists: Any, files: Any) -> bytes:
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow (requirements.txt, by streamlit)")
    import pyarrow.parquet as parquet

    stream = io.BytesIO()
    table = pyarrow.table({"file": files, "vector": lists})
    parquet.write_table(table, stream, compression="zstd", data_page_size=1 << 30)
    return stream.getvalue()


def bomb_of_names() -> bytes:
    """A name of a megabyte, 4000 times: a kilobyte that says it is a megabyte, and unpacks to four gigabytes."""
    import pyarrow

    names = pyarrow.DictionaryArray.from_arrays(
        pyarrow.array([0] * 4000, pyarrow.int32()), pyarrow.array(["x" * 2**20])
    )
    return parquet_of([[1.0]] * 4000, names)


def bomb_of_numbers() -> bytes:
    """One vector of 100 million zeros: less than a kilobyte."""
    import pyarrow

    size = 100_000_000
    zeros = pyarrow.array(np.zeros(size, np.float32))
    return parquet_of(pyarrow.ListArray.from_arrays(pyarrow.array([0, size], pyarrow.int32()), zeros), ["a.png"])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("make", [bomb_of_names, bomb_of_numbers])
def test_parquet_that_unpacks_to_gigabytes_is_refused(make: Callable[[], bytes]) -> None:
    data = make()
    assert len(data) < 2000
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert faults(read({"a.png": b"", "features.parquet": data})) == {"features.parquet": "bad-features"}
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize(
    "lists", [[[1.0], [1.0, 2.0]], [[1.0], None], [[1.0], [None]], [["a"], ["b"]], [1.0, 2.0], [[], []]]
)
def test_parquet_without_a_vector_of_numbers_for_each_is_refused(lists: Any) -> None:
    data = parquet_of(lists, ["a.png", "b.png"])
    assert faults(read({"a.png": b"", "features.parquet": data})) == {"features.parquet": "bad-features"}


def test_parquet_may_hold_lists_of_a_fixed_size() -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow (requirements.txt, by streamlit)")
    lists = pyarrow.array([[0.0, 2.0]], pyarrow.list_(pyarrow.float16(), 2))
    found = read({"a.png": b"", "features.parquet": parquet_of(lists, ["a.png"])})
    assert list(found.vectors["a.png"]) == [0.0, 1.0]


def test_all_tables_of_an_upload_share_the_rows_that_it_may_have() -> None:
    many = b"file\n" + b"gone.png\n" * 30_000
    found = read({f"{n}/labels.csv": many for n in range(5)})
    refused = {name: kind for name, kind in faults(found).items() if kind == "bad-table"}
    assert sorted(refused) == [f"{n}/labels.csv" for n in range(1, 5)]


def test_vectors_without_names_for_each_are_refused() -> None:
    data = npy(np.ones((3, 2), np.float32))
    assert faults(read({"a.png": b"", "features.npy": data})) == {"features.npy": "bad-features"}
    assert faults(read({"a.png": b"", "features.txt": b"a.png"})) == {"features.txt": "bad-features"}


def objects() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([[{"a": 1}]], object), allow_pickle=True)
    return stream.getvalue()


def header(text: str) -> bytes:
    """A NPY file whose header is no array's: the parser runs out of memory or depth, or raises something else."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no numbers",
        objects(),
        npy(np.ones(5)),
        npy(np.ones((2, 0))),
        npy(np.ones((2, 5000), np.float16)),
        npy(np.array([["text"]])),
        npy(np.ones((4, 4)))[:-1],
        npy(np.ones((4, 4))).replace(b"(4, 4)", b"(4, 9)"),
        npy(np.ones((4, 4))).replace(b"(4, 4), ", b"(9**9,), "),
        header("-" * 9000 + "1"),
        header("(" * 9000),
        header("1" + "+1" * 4000),
    ],
    ids=[
        *("empty", "text", "objects", "a row", "nothing", "too long", "strings", "cut off", "lying", "code"),
        *("signs", "brackets", "a sum"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused(data: bytes) -> None:
    with pytest.raises(FaultError) as error:
        read_vectors(data)
    assert error.value.kind == "bad-features"


def test_vectors_are_read_in_either_order() -> None:
    rows = np.arange(6, dtype=np.float64).reshape(2, 3)
    assert read_vectors(npy(rows)).tolist() == read_vectors(npy(np.asfortranarray(rows))).tolist() == rows.tolist()
