"""How an unfinished search can go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from datasets.samples.index import SampleIndex
from datasets.samples.search.completion import gap_at, quoted
from datasets.samples.search.parser import parse_filter
from tests.datasets.samples.search.test_search_index import events


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ("field", "", "", 0)),
        ("con", ("field", "", "con", 0)),
        ("not (con", ("field", "", "con", 5)),
        ("confidence ", ("operator", "confidence", "", 11)),
        ("text cont", ("operator", "text", "cont", 5)),
        ("tag = ", ("value", "tag", "", 6)),
        ("tag = 'to d", ("value", "tag", "to d", 6)),
        ("tag = 'to do'", ("word", "", "", 13)),
        ("brand in (nike, va", ("value", "brand", "va", 16)),
        ("brand not in (", ("value", "brand", "", 14)),
        ("tag = a ", ("word", "", "", 8)),
        ("tag = a an", ("word", "", "an", 8)),
        ("brand in (nike) and sta", ("field", "", "sta", 20)),
    ],
)
def test_what_is_expected_follows_from_what_stands_before(line: str, expected: tuple[str, str, str, int]) -> None:
    gap = gap_at(line, len(line))
    assert (gap.expected, gap.field, gap.begun, gap.start) == expected


@pytest.fixture(params=["sqlite", "postgresql"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SampleIndex]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres")
    with closing(SampleIndex(url)) as found:
        found.add(events(150))
        yield found


def completed(index: SampleIndex, line: str) -> list[str]:
    return index.completions.of(gap_at(line, len(line)), 8)


def test_values_are_those_that_labels_have(index: SampleIndex) -> None:
    assert completed(index, "conf") == ["confidence"]
    assert completed(index, "sharp") == ["sharpness"]
    assert completed(index, "confidense") == ["confidence"]
    assert completed(index, "status ") == ["=", "!=", "in"]
    assert completed(index, "status = un") == ["unreadable"]
    assert completed(index, "model = ") == ["other", "trba"]
    assert set(completed(index, "client = ")) == {"c1", "C1", '"it\'s"'}
    assert completed(index, "client = it") == ['"it\'s"']
    assert completed(index, "code = cw") == ["CW2288-111"]
    assert completed(index, "brand = ni") == ["nike"]
    assert completed(index, "tag in (a, t") == ['"to do"']
    assert completed(index, "turn = ") == []
    assert completed(index, "tag = a ") == ["and", "or"]


def test_every_suggested_value_can_be_searched_for(index: SampleIndex) -> None:
    for field in ("status", "text", "code", "brand", "read_text", "model", "model_version", "client", "source", "tag"):
        for value in completed(index, f"{field} = "):
            assert index.search.count(parse_filter(f"{field} = {value}")).labels > 0


def test_values_are_quoted_where_they_must_be() -> None:
    assert [quoted(value) for value in ("nike", "to do", "it's", 'a"b', "and", "CW2288-111")] == [
        "nike",
        '"to do"',
        '"it\'s"',
        "'a\"b'",
        '"and"',
        "CW2288-111",
    ]
