"""A signature holds for one value, one purpose and one key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.objects.store_key import SHORTEST, StoreKey

KEY = StoreKey.parse("k" * SHORTEST)
VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5
)


@given(VALUES, VALUES)
def test_a_signature_is_of_one_value(signed: Any, shown: Any) -> None:
    assert KEY.matches("reading", shown, KEY.sign("reading", signed)) == (shown == signed)


def test_a_signature_is_for_one_purpose_by_one_key() -> None:
    signature = KEY.sign("reading", "A1")
    assert len(signature) == 43
    assert not KEY.matches("champion", "A1", signature)
    assert not StoreKey.parse("K" * SHORTEST).matches("reading", "A1", signature)
    assert StoreKey.parse("k" * SHORTEST).matches("reading", "A1", signature)


@pytest.mark.parametrize("signature", ["", "x", "ü" * 43, "\udcff" * 43, "A" * 100_000])
def test_what_is_no_signature_does_not_match(signature: str) -> None:
    assert not KEY.matches("reading", "A1", signature)
    assert not KEY.matches("reading", "A1", KEY.sign("reading", "A1")[:-1])


@pytest.mark.parametrize("text", ["", "k" * (SHORTEST - 1), "k" * SHORTEST + " ", "k" * SHORTEST + "é"])
def test_a_weak_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match="32 or more printable") as refused:
        StoreKey.parse(text)
    assert "kkk" not in str(refused.value)
    assert "kkk" not in repr(KEY)


def test_drawn_keys_differ() -> None:
    drawn = {StoreKey.draw() for _ in range(10)}
    assert len(drawn) == 10
    for text in drawn:
        StoreKey.parse(text)
