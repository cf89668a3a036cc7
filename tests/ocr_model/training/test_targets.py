"""Texts to training targets and back."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.prediction import END, START
from ocr_model.training.targets import IGNORED, Targets

TARGETS = Targets("AB1-", max_length=6)


def test_attention_targets_shift_by_one_and_end() -> None:
    inputs, wanted = TARGETS.attention(["A1", "", "B-A"])
    assert inputs.tolist() == [[START, 2, 4, END], [START, END, END, END], [START, 3, 5, 2]]
    assert wanted.tolist() == [[2, 4, END, IGNORED], [END, IGNORED, IGNORED, IGNORED], [3, 5, 2, END]]


def test_text_comes_back_and_a_missing_end_drops_nothing() -> None:
    assert TARGETS.text([2, 4, END, 3]) == "A1"
    assert TARGETS.text([2, 4]) == "A1"
    assert TARGETS.text([END]) == ""


def test_ctc_merges_repeats_and_keeps_doubles_apart() -> None:
    assert TARGETS.ctc_text([0, 1, 1, 0, 1, 3, 3]) == "AA1"
    flat, lengths = TARGETS.ctc(["A1", "", "B"])
    assert (flat.tolist(), lengths.tolist()) == ([1, 3, 2], [2, 0, 1])


def test_what_cannot_be_encoded_is_named() -> None:
    with pytest.raises(ValueError, match="'x'"):
        TARGETS.numbers("Ax")
    with pytest.raises(ValueError, match="more than 6"):
        TARGETS.numbers("A" * 7)
