"""Tables of labels: of every kind, and with every fault."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from datasets.uploads.manifest import Row, read_table
from datasets.uploads.outcome import FaultError, FileFault
from ocr_model.domains.tags import TAGS
from tests.datasets.uploads_in_hand import table

MARK, UTF = b"\xef\xbb\xbf", "utf-16"
ROW = Row("CW2288-111", False, ("blurry", "very dark"), {"shelf": "A3", "season": "autumn"})
OBJECT = {"file": "a.png", "label": "cw2288-111", "tags": ["Blurry", "very  dark"], "metadata": ROW.values}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("labels.tsv", table("file|label|tags|metadata", "a.png|cw2288-111|Blurry, very dark|shelf=A3; season=autumn")),
        ("labels.csv", b'file,label,tags,metadata\na.png,cw2288-111,"blurry, very dark",shelf=A3;season=autumn\n'),
        (
            "labels.csv",
            b"\xef\xbb\xbfFile;Text;Tags;meta.shelf;meta.season\r\na.png;CW2288-111;blurry,very dark;A3;autumn",
        ),
        (
            "labels.csv",
            "file,label,tags,metadata\na.png,CW2288-111,blurry;very dark,shelf=A3;season=autumn".encode("utf-16"),
        ),
        ("labels.json", json.dumps([OBJECT]).encode()),
        ("labels.json", json.dumps({"labels": [OBJECT]}).encode()),
        ("labels.jsonl", (json.dumps(OBJECT) + "\n\n").encode()),
    ],
)
def test_a_table_of_each_kind_says_the_same(name: str, data: bytes) -> None:
    (row,) = read_table(name, data)
    assert row.file == "a.png"
    assert row.checked(TAGS) == ROW


def test_a_row_may_say_less() -> None:
    data = table("file|text|status|model", "a\\b.png|||x", "c.png|anything|unreadable|x", "", "'=d.png|GW2871||x")
    rows = read_table("labels.tsv", data)
    assert [row.file for row in rows] == ["a/b.png", "c.png", "=d.png"]
    assert [row.checked(TAGS) for row in rows] == [Row(), Row(None, True), Row("GW2871")]
    assert [row.checked(TAGS).has_label for row in rows] == [False, True, True]
    (row,) = read_table("labels.json", b'{"a.png": "GW2871"}')
    assert (row.file, row.checked(TAGS)) == ("a.png", Row("GW2871"))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"label": "품번"}, "bad-text"),
        ({"label": "A" * 65}, "bad-text"),
        ({"label": 5}, "bad-text"),
        ({"tags": ['say "x"']}, "bad-tag"),
        ({"tags": "a" * 65}, "bad-tag"),
        ({"metadata": "no equals sign"}, "bad-metadata"),
        ({"metadata": "Bad Key=1"}, "bad-metadata"),
        ({"metadata": {"shelf": ""}}, "bad-metadata"),
        ({"metadata": [1]}, "bad-metadata"),
        ({"tags": [f"t{number}" for number in range(13)]}, "bad-metadata"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(cells: dict[str, object], fault: FileFault) -> None:
    (row,) = read_table("labels.json", json.dumps([{"file": "a.png", **cells}]).encode())
    with pytest.raises(FaultError) as error:
        row.checked(TAGS)
    assert error.value.kind == fault


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("labels.tsv", b"picture\tlabel\na.png\tX1\n"),
        ("labels.tsv", b""),
        ("labels.tsv", b"\xff\xfe\xff"),
        ("labels.csv", b'file,label\na.png,"' + b"x" * 200_000 + b'"\n'),
        ("labels.json", b"{"),
        ("labels.json", b"5"),
        ("labels.json", b"[" * 100_000),
        ("labels.jsonl", b'{"file": "a.png"}\nnothing'),
    ],
)
def test_what_is_no_table_is_said_to_be_none(name: str, data: bytes) -> None:
    with pytest.raises(FaultError) as error:
        read_table(name, data)
    assert error.value.kind == "bad-table"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("labels.csv", b"file\n" + b"a\n" * 1_000_000),
        ("labels.json", b"[" + b"{}," * 3_000_000 + b"{}]"),
        ("labels.jsonl", b"1\n" * 3_100_000),
    ],
)
def test_a_table_with_far_too_many_rows_is_refused_before_it_is_in_memory(name: str, data: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FaultError, match="at most 50000 rows"):
        read_table(name, data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100 << 20


def test_an_entry_that_is_no_object_names_no_file() -> None:
    assert [row.file for row in read_table("labels.json", b'[5, {"file": 7}, {"file": "a.png"}]')] == ["", "", "a.png"]
