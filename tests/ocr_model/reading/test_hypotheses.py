import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.reading.hypotheses import Hypothesis, add_bonuses, merge_spacings, picture_reading


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
