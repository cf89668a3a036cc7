from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.samples.sample import Sample
from datasets.samples.search.filters import Filter
from datasets.samples.search.parser import FilterError, parse_filter
from ocr_model.domains.tags import TAGS
from tests.datasets.making import label


def sample(text: str = "CW2288-111", **changes: Any) -> Sample:
    return Sample("0" * 64, label("p", text, **changes), 80, 20, "events/x", 1, datetime(2026, 5, 4, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "all",
        "ALL",
        "status = accepted",
        "status == Accepted AND confidence < 0.9",
        "confidence<0.9",
        "confidence >= .875",
        "not status = corrected",
        "status in (corrected, accepted)",
        "status not in (corrected, unreadable)",
        'text = "cw2288 - 111"',
        "text = CW2288–111",
        "text contains 2288",
        "brand = nike",
        "brand in (Puma, Jordan, Nike)",
        "brand != 'Dr. Martens'",
        "code = CW2288-111 and length = 10",
        "client = c1 or client = nobody and status = corrected",
        "(client = c1 or client = nobody) and not (status = corrected)",
        "at >= 2026-05-01 and at < 2026-05-04T21:30:01+09:00",
        "turn = 0 and width > 79 and height <= 20",
        "model != other and model_version = 1 and source = app",
        "read_text contains ''",
    ],
)
def test_filters_that_take_the_label(text: str) -> None:
    assert parse_filter(text).matches(sample(), TAGS)


@pytest.mark.parametrize(
    "text",
    [
        "status = corrected",
        "not turn = 1 and turn = 1",
        "confidence < 0.875",
        "text = CW2288-112",
        "brand = Puma",
        "brand != Nike",
        "(client = c1 or client = nobody) and status = corrected",
        "at >= 2026-05-04T21:30:01+09:00",
        "client = '; DROP TABLE events; --'",
        "source = 'x or 1=1'",
    ],
)
def test_filters_that_do_not(text: str) -> None:
    assert not parse_filter(text).matches(sample(), TAGS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("statsu = corrected", "did you mean 'status'"),
        ("__class__ = x", "unknown field"),
        ("status", "expected an operator"),
        ("status =", "expected a value"),
        ("status = and", "expected a value"),
        ("status = wrong", "unknown status 'wrong'"),
        ("status < corrected", "compares with = != in only"),
        ("confidence contains 0.9", "compares with"),
        ("confidence < high", "is a number, not 'high'"),
        ("confidence < nan", "is a number"),
        ("confidence < '0.9'", "is a number"),
        ("at > yesterday", "is a date"),
        ("status = corrected confidence < 1", "expected `and`, `or` or the end"),
        ("(status = corrected", "bracket is not closed"),
        ("status = corrected)", "expected `and`"),
        ("status in corrected", "expected `(`"),
        ("status in (corrected", "expected `,` or `)`"),
        ("status in ()", "expected a value"),
        ("status not corrected", "expected `in`"),
        ("text = 'open", "quote is not closed"),
        ("status = corected", "did you mean 'corrected'?"),
        ("status = corrected adn turn = 1", "did you mean `and`?"),
        ("text contain 22", "did you mean `contains`?"),
        ("tag = ''", "a tag has 1 to 64"),
        ("tag contains blur", "compares with = != in only"),
        ("tags = blurry", "did you mean 'tag'?"),
        ("all and status = corrected", "expected a field"),
        ("status = corrected; import os", "unknown status"),
        ("exec('x')", "unknown field"),
        ('client = "\'＂"', "quotes of one kind"),
        ("turn ! 3", "unexpected character"),
        ("(" * 3000, "at most 2000 characters"),
        ("(" * 1000, "more than 40 brackets"),
        ("not " * 400 + "turn = 1", "more than 40 brackets"),
    ],
)
def test_errors_say_what_is_wrong_and_where(text: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_points_at_the_place() -> None:
    with pytest.raises(FilterError, match=r"character 25: expected an operator.*confidence ▸~ 0\.9"):
        parse_filter("turn = 0 and confidence ~ 0.9")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("tag = Blurry", 'tag = "blurry"'),
        ("NOT tag=Done", 'not (tag = "done")'),
        ("tag in (a, 'To  Do')", 'tag in ("a", "to do")'),
        ("tag = a AND (tag = b or not status = accepted)", 'tag = "a" and (tag = "b" or not (status = "accepted"))'),
    ],
)
def test_tags_have_one_spelling(text: str, spelled: str) -> None:
    assert str(parse_filter(text)) == spelled
    assert str(parse_filter(spelled)) == spelled


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("META.Shelf = A3", 'meta.shelf = "A3"'),
        ("meta.shelf in (A3, ' b 4 ')", 'meta.shelf in ("A3", "b 4")'),
        ("meta.a-b_c.d contains x", 'meta.a-b_c.d contains "x"'),
    ],
)
def test_keys_of_metadata_are_fields(text: str, spelled: str) -> None:
    assert str(parse_filter(text)) == spelled
    assert parse_filter(spelled) == parse_filter(text)


@pytest.mark.parametrize("text", ["meta = A3", "meta. = A3", "meta.ä = A3", f"meta.{'a' * 65} = A3", "meta.shelf < 3"])
def test_other_names_are_no_keys(text: str) -> None:
    with pytest.raises(FilterError):
        parse_filter(text)


def test_filters_take_crops_by_metadata() -> None:
    marked = replace(sample(), metadata=frozenset({("shelf", "A3"), ("box", "7")}))
    for text in ("meta.shelf = A3", "meta.shelf contains A", "meta.box in (6, 7)", "meta.none != x", "meta.box != A3"):
        assert parse_filter(text).matches(marked, TAGS)
    for text in ("meta.shelf = a3", "meta.none contains x", "meta.box = A3", "not meta.shelf contains 3"):
        assert not parse_filter(text).matches(marked, TAGS)


def test_filters_take_crops_by_tag() -> None:
    tagged = replace(sample(), tags=frozenset({"blurry", "to do"}))
    for text in ("tag = BLURRY", "tag = 'to do' and not tag = done", "tag in (done, blurry)", "tag != done"):
        assert parse_filter(text).matches(tagged, TAGS)
    for text in ("tag = done", "not tag = blurry", "tag != blurry", "tag not in (blurry)"):
        assert not parse_filter(text).matches(tagged, TAGS)
    assert not parse_filter("tag = blurry").matches(sample(), TAGS)


WORDS = st.text("abcXYZ019-./ '&", max_size=8).map(lambda text: f'"{text}"')
COMPARISONS = st.one_of(
    st.tuples(st.sampled_from(["text", "client", "code", "brand"]), st.sampled_from(["=", "!="]), WORDS),
    st.tuples(
        st.sampled_from(["confidence", "turn", "length"]),
        st.sampled_from(["<", "<=", "==", ">"]),
        st.decimals(-9, 9, places=12).map(lambda number: format(number, "f")),
    ),
    st.tuples(st.just("at"), st.just("<"), st.datetimes().map(datetime.isoformat)),
    st.tuples(st.just("status"), st.just("not in"), st.just("(corrected, Unreadable)")),
).map(" ".join)
FILTERS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.lists(inner, min_size=2, max_size=3).map(" and ".join),
        st.lists(inner, min_size=2, max_size=3).map(" OR ".join),
    ),
    max_leaves=6,
)


@given(FILTERS)
def test_the_canonical_spelling_means_the_same(text: str) -> None:
    parsed = parse_filter(text)
    again = parse_filter(str(parsed))
    assert again == parsed
    assert str(again) == str(parsed)
    assert again.matches(sample(), TAGS) == parsed.matches(sample(), TAGS)


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    with contextlib.suppress(FilterError):
        assert isinstance(parse_filter(text), Filter)


def test_equal_filters_are_spelled_the_same() -> None:
    assert str(parse_filter("STATUS==corrected   and confidence<0.90")) == str(
        parse_filter("(status = 'corrected') and (confidence < .9)")
    )
