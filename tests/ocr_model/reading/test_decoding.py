import math
from collections.abc import Mapping
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_model.reading.decoding import (
    DecoderStep,
    Floats,
    Hypothesis,
    Integers,
    add_bonuses,
    attention_beam_search,
    ctc_beam_search,
    ctc_score,
    join_with_ctc,
    merge_spacings,
    picture_reading,
)

CHARSET = "AB "
CLASSES = {"end": 1, "A": 2, "B": 3, " ": 4}


def step_of(*crops: Mapping[str, Mapping[str, float]], seen: list[int] | None = None) -> DecoderStep:
    """A network that knows what follows each beginning; the hidden state carries it as a number."""

    def step(owner: Integers, tokens: Integers, hidden: Floats, cell: Floats) -> tuple[Floats, Floats, Floats]:
        if seen is not None:
            seen.append(len(owner))
        log_probabilities = np.full((len(owner), 2 + len(CHARSET)), -np.inf, dtype=np.float32)
        following = np.zeros_like(hidden)
        for row, (crop, token) in enumerate(zip(owner, tokens, strict=True)):
            code = int(hidden[row, 0]) * 5 + int(token)
            following[row, 0] = code
            text = ""
            while code:
                code, last = divmod(code, 5)
                text = (CHARSET[last - 2] if last else "") + text
            for character, probability in crops[crop].get(text, {"end": 1.0}).items():
                log_probabilities[row, CLASSES[character]] = math.log(probability)
        return log_probabilities, following, cell

    return step


def search(step: DecoderStep, *, crops: int = 1, max_length: int = 6, beam: int = 5) -> list[dict[str, float]]:
    found = attention_beam_search(step, crops=crops, hidden_size=1, charset=CHARSET, max_length=max_length, beam=beam)
    return [{one.text: math.exp(one.log_probability) for one in hypotheses} for hypotheses in found]


def test_the_end_counts() -> None:
    found = search(step_of({"": {"A": 0.9, "B": 0.1}, "A": {"end": 0.8, "B": 0.2}}))[0]
    assert list(found) == ["A", "AB", "B"]
    assert found == pytest.approx({"A": 0.72, "AB": 0.18, "B": 0.1})


def test_characters_carry_their_own_probability() -> None:
    (hypotheses,) = attention_beam_search(
        step_of({"": {"A": 0.9, "B": 0.1}, "A": {"B": 0.8, "end": 0.2}, "AB": {"end": 0.5, "A": 0.5}}),
        crops=1,
        hidden_size=1,
        charset=CHARSET,
        max_length=6,
    )
    best = hypotheses[0]
    assert best.text in ("AB", "ABA")
    assert [math.exp(one) for one in best.character_log_probabilities[:2]] == pytest.approx([0.9, 0.8])


def test_beam_finds_what_greedy_misses() -> None:
    # The likelier first character leads to a spread, the other one to certainty.
    network = step_of(
        {
            "": {"A": 0.55, "B": 0.45},
            "A": {"A": 0.4, "B": 0.3, "end": 0.3},
            "B": {"end": 1.0},
            "AA": {"end": 1.0},
        }
    )
    assert next(iter(search(network, beam=1)[0])) != "B"
    assert next(iter(search(network, beam=5)[0])) == "B"


def test_no_text() -> None:
    found = search(step_of({"": {"end": 0.99, "A": 0.01}}))[0]
    assert found == pytest.approx({"": 0.99, "A": 0.01})


@pytest.mark.parametrize("end", [0.0, 1e-6])
def test_without_an_end_the_last_character_stays(end: float) -> None:
    endless = {"A" * length: {"A": 1.0 - end, **({"end": end} if end else {})} for length in range(6)}
    found = search(step_of(endless), max_length=4)[0]
    assert next(iter(found)) == "AAAA"
    assert found["AAAA"] == pytest.approx(end, abs=1e-9)


def test_it_stops_as_soon_as_nothing_can_get_better() -> None:
    seen: list[int] = []
    sure = {"": {"A": 1.0 - 1e-6, "B": 1e-6}, "A": {"end": 1.0 - 1e-6, "B": 1e-6}}
    assert list(search(step_of(sure, seen=seen), max_length=24)[0]) == ["A"]
    assert seen == [1, 1]


def test_crops_do_not_disturb_each_other() -> None:
    one = {"": {"A": 0.9, "B": 0.1}, "A": {"end": 0.8, "B": 0.2}}
    two = {"": {"end": 1.0}}
    three = {"": {"B": 1.0}, "B": {"B": 0.6, "A": 0.4}, "BB": {"A": 1.0}}
    together = search(step_of(one, two, three), crops=3)
    apart = [search(step_of(crop))[0] for crop in (one, two, three)]
    assert together == apart
    assert together[2] == pytest.approx({"BBA": 0.6, "BA": 0.4})


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


def hypothesis(text: str, probability: float) -> Hypothesis:
    log_probability = math.log(probability)
    return Hypothesis(text, log_probability, tuple(-float(at) for at in range(len(text))), log_probability)


def test_texts_that_differ_only_in_spaces_are_one() -> None:
    merged = merge_spacings([hypothesis("AB", 0.35), hypothesis("A B", 0.3), hypothesis("AA", 0.34)], 6)
    assert [one.text for one in merged] == ["AB", "AA"]
    assert math.exp(merged[0].log_probability) == pytest.approx(0.65)


def test_needless_spaces_go_with_their_characters() -> None:
    (merged,) = merge_spacings([hypothesis(" A  B ", 0.5)], 6)
    assert merged.text == "A B"
    assert merged.character_log_probabilities == (-1.0, -3.0, -4.0)


def test_merging_never_exceeds_certainty_and_keeps_the_count() -> None:
    assert (
        merge_spacings([hypothesis("A", 0.7), hypothesis(" A", 0.3), hypothesis("A ", 0.1)], 6)[0].log_probability == 0
    )
    many = [hypothesis("A" * length, 0.5**length) for length in range(1, 10)]
    assert [one.text for one in merge_spacings(many, 3)] == ["A", "AA", "AAA"]


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


# --- The format prior ---


def readings_of(**probabilities: float) -> list[Hypothesis]:
    """By falling probability."""
    return [
        Hypothesis(text, math.log(one), (math.log(one), *[0.0] * (len(text) - 1)), math.log(one))
        for text, one in sorted(probabilities.items(), key=lambda item: -item[1])
    ]


def test_bonuses_multiply_the_odds() -> None:
    weighed = add_bonuses(readings_of(A=0.5, B=0.3), [0.0, math.log(2.0)], 6)
    # A : B : any other text = 0.5 : 0.6 : 0.2
    assert [one.text for one in weighed] == ["B", "A"]
    assert [math.exp(one.log_probability) for one in weighed] == pytest.approx([0.6 / 1.3, 0.5 / 1.3])
    assert picture_reading(weighed).text == "A"
    assert [one.character_log_probabilities[0] for one in weighed] == [math.log(0.3), math.log(0.5)]


def test_without_a_bonus_nothing_changes() -> None:
    readings = readings_of(A=0.5, B=0.3, AB=0.1)
    assert add_bonuses(readings, [0.0] * 3, 6) == readings
    assert add_bonuses(readings, [0.0] * 3, 2) == readings[:2]
    assert picture_reading(readings) is readings[0]


def test_what_the_picture_says_is_kept_among_the_candidates() -> None:
    weighed = add_bonuses(readings_of(A=0.3, B=0.25, AA=0.2, AB=0.15), [0.0, *[math.log(4.0)] * 3], 3)
    assert [one.text for one in weighed] == ["B", "AA", "A"]
    assert picture_reading(weighed).text == "A"


def test_a_text_that_was_cut_off_keeps_its_place_before_the_others() -> None:
    # Its end counts against its probability, not against its rank, which a bonus may lift above 0.
    cut = Hypothesis("AB", math.log(0.01), (0.0, math.log(0.9)), math.log(0.9))
    other = Hypothesis("B", math.log(0.05), (math.log(0.05),), math.log(0.05))
    weighed = add_bonuses([cut, other], [math.log(4.0), 0.0], 6)
    assert [one.text for one in weighed] == ["AB", "B"]
    assert picture_reading(weighed).text == "AB"


def test_bonuses_of_readings_without_any_probability() -> None:
    impossible = Hypothesis("A", -math.inf, (-math.inf,), -math.inf)
    assert [one.text for one in add_bonuses([impossible], [1.0], 6)] == ["A"]


@given(
    st.lists(st.floats(1e-4, 1.0), min_size=2, max_size=8, unique=True),
    st.lists(st.floats(0.0, math.log(4.0)), min_size=8, max_size=8),
)
def test_clear_readings_are_not_overruled_and_overruled_ones_not_sure(parts: list[float], bonuses: list[float]) -> None:
    total = sum(parts) * 1.1
    readings = readings_of(**{"A" * (at + 1): part / total for at, part in enumerate(parts)})
    weighed = add_bonuses(readings, bonuses[: len(readings)], 6)
    assert sum(math.exp(one.log_probability) for one in weighed) <= 1.0 + 1e-9
    assert picture_reading(weighed).text == readings[0].text
    if readings[0].log_probability - readings[1].log_probability > math.log(4.0) + 1e-9:
        assert weighed[0].text == readings[0].text
    if weighed[0].text != readings[0].text:
        assert math.exp(weighed[0].log_probability) <= 0.8 + 1e-9
