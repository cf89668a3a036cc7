import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_model.reading.calibration import Calibration
from ocr_model.reading.hypotheses import Hypothesis
from ocr_model.reading.second_opinion import SecondOpinion, joint_readings


def texts(*names: str) -> list[Hypothesis]:
    return [Hypothesis(name, math.log(0.5), (0.0,) * len(name), math.log(0.5)) for name in names]


def logs(*probabilities: float) -> list[float]:
    return [math.log(probability) if probability else -math.inf for probability in probabilities]


def joint(names: tuple[str, ...], ours: list[float], second: list[float], weight: float = 0.5) -> dict[str, float]:
    readings = joint_readings(texts(*names), ours, second, weight, 40)
    return {reading.text: math.exp(reading.log_probability) for reading in readings}


def test_a_text_that_both_believe_is_surer_than_either_alone() -> None:
    found = joint(("GW2871", "GW2B71"), logs(0.8, 0.1), logs(0.8, 0.1))
    assert list(found) == ["GW2871", "GW2B71"]
    assert found["GW2871"] > 0.8
    apart = joint(("GW2871", "GW2B71", "6W2871"), logs(0.6, 0.39, 0.001), logs(0.6, 0.001, 0.39))
    assert apart["GW2871"] > 0.9


def test_two_sure_readers_that_differ_leave_both_texts_with_little() -> None:
    found = joint(("1012046", "1012048"), logs(0.99, 0.01), logs(0.01, 0.99))
    assert found == pytest.approx({"1012046": 0.5, "1012048": 0.5}, abs=0.01)


def test_texts_that_differ_in_separators_are_one() -> None:
    found = joint(("CW2288-111", "CW2288111", "CW22B8-111"), logs(0.4, 0.2, 0.3), logs(0.1, 0.5, 0.3))
    assert len(found) == 2
    assert next(iter(found)) == "CW2288111"
    sure = joint(("CW2288-111", "CW2288111", "CW22B8-111"), logs(0.6, 0.1, 0.2), logs(0.2, 0.4, 0.3))
    assert next(iter(sure)) == "CW2288-111"


def test_the_weight_decides_whom_to_believe() -> None:
    ours, second = logs(0.9, 0.05), logs(0.05, 0.9)
    assert next(iter(joint(("A1", "B1"), ours, second, 0.9))) == "A1"
    assert next(iter(joint(("A1", "B1"), ours, second, 0.1))) == "B1"


def test_a_text_that_a_reader_cannot_write_is_no_veto() -> None:
    found = joint(("A1", "B1"), logs(0.0, 0.02), logs(0.999, 1e-12))
    assert all(math.isfinite(probability) for probability in found.values())


@given(
    st.lists(st.tuples(st.floats(-40, 0), st.floats(-40, 0)), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_joint_probabilities_are_at_most_one_together(scores: list[tuple[float, float]], weight: float) -> None:
    names = tuple(f"A{number}" for number in range(len(scores)))
    found = joint(names, [ours for ours, _ in scores], [second for _, second in scores], weight)
    assert sum(found.values()) <= 1.0 + 1e-6
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_what_is_written_is_read_again() -> None:
    opinion = SecondOpinion(0.6, 0.4, 0.8, 0.95, 0.99, 0.5, Calibration(1.5, 0.9, 0.2))
    stored = {**opinion.description(), "calibration": {"temperature": 1.5, "accept_threshold": 0.9, "bias": 0.2}}
    assert SecondOpinion.from_description({"second_reader": stored}) == opinion
    assert SecondOpinion.from_description({}) is None


@pytest.mark.parametrize(
    ("text", "probability", "is_wanted"),
    [
        ("CW2288-111", 0.89, True),
        ("CW2288-111", 0.91, False),
        ("XQ123-ZZ", 0.97, True),
        ("XQ123-ZZ", 0.991, False),
        ("1012048", 0.9999, True),
        ("250", 0.995, False),
        ("MADE IN VIETNAM", 0.79, True),
        ("MADE IN VIETNAM", 0.81, False),
        ("", 1.0, True),
    ],
)
def test_a_number_is_in_doubt_longer_than_a_code_with_letters(text: str, probability: float, is_wanted: bool) -> None:
    assert SecondOpinion().is_wanted(text, probability) == is_wanted


def test_ours_weighs_more_for_the_print_that_it_knows() -> None:
    opinion = SecondOpinion()
    for by_second in (0.5, 0.9):
        of_code = opinion.weight_of("CW2288-111", by_second)
        assert of_code > opinion.weight_of("XQ123-ZZ", by_second) == opinion.weight_of("11822006", by_second)


def test_a_sure_second_reader_weighs_more_for_print_that_ours_was_not_trained_for() -> None:
    opinion = SecondOpinion(sure=0.7, weight_where_sure=0.2)
    assert opinion.weight_of("MADE IN VIETNAM", 0.69) == opinion.weight_without_format
    assert opinion.weight_of("MADE IN VIETNAM", 0.71) == 0.2
    assert opinion.weight_of("CW2288-111", 0.71) == opinion.weight


def test_a_description_without_that_rule_weighs_as_it_was_calibrated() -> None:
    fields = SecondOpinion().description()
    del fields["sure"], fields["weight_where_sure"]
    opinion = SecondOpinion.from_description({"second_reader": fields})
    assert opinion is not None
    assert opinion.weight_of("250", 1.0) == opinion.weight_of("250", 0.1) == opinion.weight_without_format


def test_a_weight_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="weight_without_format of the second reader is between 0 and 1"):
        SecondOpinion(weight_without_format=1.5)


def test_other_views_are_read_of_codes_in_doubt_and_hardly_of_words() -> None:
    opinion = SecondOpinion(second_look=0.6, second_look_of_words=0.02)
    assert opinion.is_still_in_doubt("1012046", 0.5)
    assert not opinion.is_still_in_doubt("1012046", 0.7)
    assert opinion.is_still_in_doubt("COTTON", 0.01)
    assert not opinion.is_still_in_doubt("COTTON", 0.5)
    assert not opinion.is_still_in_doubt("", 0.001)


def test_a_description_without_second_looks_has_the_usual_ones() -> None:
    fields = SecondOpinion(0.5).description()
    del fields["second_look"], fields["second_look_of_words"]
    assert SecondOpinion.from_description({"second_reader": fields}) == SecondOpinion(0.5)
