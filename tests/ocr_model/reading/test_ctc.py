import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_model.reading.ctc import ctc_beam_search, ctc_every_text, ctc_score, join_with_ctc
from ocr_model.reading.hypotheses import Hypothesis, merge_spacings

CHARSET = "AB "


def hypothesis(text: str, probability: float) -> Hypothesis:
    log_probability = math.log(probability)
    return Hypothesis(text, log_probability, tuple(-float(at) for at in range(len(text))), log_probability)


def columns(rows: list[list[float]]) -> NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        return np.log(np.array(rows)).astype(np.float32)


def collapsed(path: tuple[int, ...], charset: str) -> str:
    return "".join(charset[c - 1] for at, c in enumerate(path) if c and (at == 0 or path[at - 1] != c))


def test_ctc_sums_over_alignments() -> None:
    # A-, -A and AA all say "A": 0.6 * 0.4 + 0.4 * 0.6 + 0.6 * 0.6 = 0.84, more than any single path.
    (best, none) = ctc_beam_search(columns([[0.4, 0.6], [0.4, 0.6]]), charset="A")
    assert (best.text, none.text) == ("A", "")
    assert math.exp(best.log_probability) == pytest.approx(0.84)
    assert math.exp(none.log_probability) == pytest.approx(0.16)


def test_ctc_reads_doubles_only_across_a_blank() -> None:
    sure = 0.98
    a, blank = [0.01, sure, 0.01], [sure, 0.01, 0.01]
    assert ctc_beam_search(columns([a, a, blank]), charset="AB")[0].text == "A"
    assert ctc_beam_search(columns([a, blank, a]), charset="AB")[0].text == "AA"


def test_ctc_characters_carry_the_probability_of_their_columns() -> None:
    rows = [[0.1, 0.8, 0.1], [0.05, 0.9, 0.05], [0.9, 0.05, 0.05], [0.3, 0.0, 0.7]]
    best = ctc_beam_search(columns(rows), charset="AB")[0]
    assert best.text == "AB"
    assert [math.exp(one) for one in best.character_log_probabilities] == pytest.approx([0.9, 0.7])


def test_ctc_without_text() -> None:
    best = ctc_beam_search(columns([[0.99, 0.01]] * 5), charset="A")[0]
    assert (best.text, best.character_log_probabilities) == ("", ())
    assert math.exp(best.log_probability) == pytest.approx(0.99**5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3), min_size=1, max_size=4))
def test_ctc_finds_the_best_of_all_texts(weights: list[list[float]]) -> None:
    rows = [[value / sum(row) for value in row] for row in weights]
    exact: dict[str, float] = {}
    for path in product(range(3), repeat=len(rows)):
        text = collapsed(path, "AB")
        exact[text] = exact.get(text, 0.0) + math.prod(row[c] for row, c in zip(rows, path, strict=True))
    best = ctc_beam_search(columns(rows), charset="AB", beam=40)[0]
    assert math.exp(best.log_probability) == pytest.approx(max(exact.values()), rel=1e-4)
    assert exact[best.text] == pytest.approx(max(exact.values()), rel=1e-4)
    assert len(best.character_log_probabilities) == len(best.text)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3), min_size=1, max_size=4))
def test_ctc_score_sums_over_all_alignments(weights: list[list[float]]) -> None:
    rows = [[value / sum(row) for value in row] for row in weights]
    exact: dict[str, float] = {}
    for path in product(range(3), repeat=len(rows)):
        text = collapsed(path, "AB")
        exact[text] = exact.get(text, 0.0) + math.prod(row[c] for row, c in zip(rows, path, strict=True))
    # Beside another crop of the batch, and beside a longer text.
    batch = np.stack([columns([[1.0, 0.0, 0.0]] * len(rows)), columns(rows)])
    scores = ctc_score(batch, [1] * len(exact) + [0, 1], [*exact, "", "ABABAB"], charset="AB")
    assert np.exp(scores[:-2]) == pytest.approx(list(exact.values()), rel=1e-4)
    assert scores[-2] == pytest.approx(0.0)
    assert scores[-1] < -600  # does not fit into the columns


def test_ctc_score_of_nothing() -> None:
    assert ctc_score(np.zeros((1, 2, 3), dtype=np.float32), [], [], charset="AB").shape == (0,)
    assert ctc_score(columns([[0.9, 0.1]] * 2)[None], [0], [""], charset="A") == pytest.approx([math.log(0.81)])


def test_without_weight_ctc_changes_nothing() -> None:
    some = [hypothesis("AB", 0.5), hypothesis("A B", 0.2), hypothesis("AA", 0.2)]
    joined, merged = join_with_ctc(some, [-9.0, -math.inf, -0.1], 0.0, 6), merge_spacings(some, 6)
    assert [one.text for one in joined] == [one.text for one in merged]
    assert [one.log_probability for one in joined] == pytest.approx([one.log_probability for one in merged])


def test_both_opinions_are_pooled_over_the_readings_and_all_other_texts() -> None:
    some = [hypothesis("AB", 0.5), hypothesis("AA", 0.4)]  # 0.1 for all others
    joined = join_with_ctc(some, [math.log(0.1), math.log(0.6)], 0.5, 6)  # 0.3 for all others
    assert [one.text for one in joined] == ["AA", "AB"]
    scores = [math.sqrt(0.4 * 0.6), math.sqrt(0.5 * 0.1), math.sqrt(0.1 * 0.3)]
    expected = [score / sum(scores) for score in scores[:2]]
    assert [math.exp(one.log_probability) for one in joined] == pytest.approx(expected)


def test_ctc_alone_decides_at_full_weight() -> None:
    some = [hypothesis("AB", 0.9), hypothesis("A B", 0.05), hypothesis("B", 0.05)]
    joined = join_with_ctc(some, [math.log(0.1), math.log(0.2), math.log(0.6)], 1.0, 1)
    assert [(one.text, math.exp(one.log_probability)) for one in joined] == [("B", pytest.approx(0.6))]


def test_impossible_readings_stay_in_order_without_an_error() -> None:
    (first, *_) = join_with_ctc([hypothesis("A", 1.0)], [-math.inf], 0.5, 6)
    assert (first.text, first.log_probability) == ("A", -math.inf)


def test_blanks_in_a_row_do_not_change_what_is_read() -> None:
    a, b, blank = [0.1, 0.8, 0.1], [0.2, 0.1, 0.7], [1.0, 1e-9, 1e-9]
    short = ctc_beam_search(columns([blank, a, blank, a, b, blank]), charset="AB")
    long = ctc_beam_search(columns([blank] * 5 + [a] + [blank] * 9 + [a, b] + [blank] * 30), charset="AB")
    assert [one.text for one in long] == [one.text for one in short]
    assert long[0].text == "AAB"
    for one, other in zip(long, short, strict=True):
        assert one.log_probability == pytest.approx(other.log_probability, abs=1e-4)
        assert one.character_log_probabilities == pytest.approx(other.character_log_probabilities, abs=1e-4)


def test_every_text_has_its_probability_where_there_are_few() -> None:
    charset, columns = "012", 5
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (4, columns, 1 + len(charset)))
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    texts = ("", *charset)
    found = ctc_every_text(logs.astype(np.float32), texts, charset=charset)
    for crop, readings in enumerate(found):
        assert {reading.text for reading in readings} == set(texts)
        shares = [math.exp(reading.log_probability) for reading in readings]
        assert sum(shares) == pytest.approx(1.0) and shares == sorted(shares, reverse=True)
        for reading in readings:
            if reading.text:
                (alone,) = ctc_score(logs[crop : crop + 1].astype(np.float32), [0], [reading.text], charset=charset)
                assert reading.log_probability == pytest.approx(float(alone), abs=1e-4)
