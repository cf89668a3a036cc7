import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ocr_model.errors import ModelError
from ocr_model.reading.hypotheses import Hypothesis
from ocr_model.reading.turns import (
    TurnedReading,
    TurnHead,
    believe_turns,
    doubt_turn,
    first_turns,
    fit_turn_head,
    further_turns,
    pool_context,
)


def reading(text: str, confidence: float, upside_down: float = 0.0) -> TurnedReading:
    log_probability = math.log(confidence)
    return TurnedReading((Hypothesis(text, log_probability, (), log_probability),), text, confidence, upside_down)


@pytest.mark.parametrize(
    ("width", "height", "turns"),
    [(120, 30, (0,)), (30, 30, (0,)), (30, 36, (0,)), (30, 40, (1, 3)), (1, 20_000, (1, 3)), (20_000, 1, (0,))],
)
def test_a_tall_crop_is_read_on_both_sides_first(width: int, height: int, turns: tuple[int, ...]) -> None:
    assert first_turns(width, height) == turns


@pytest.mark.parametrize(
    ("upright", "turns"),
    [
        (reading("CW2288-111", 0.2, upside_down=-5.0), ()),
        (reading("CW2288-111", 0.99, upside_down=3.0), (2,)),
        (reading("CW2288-111", 0.99, upside_down=-1.0), (2,)),
        (reading("", 0.9, upside_down=-5.0), ()),
    ],
)
def test_with_a_head_a_wide_crop_is_read_again_where_that_is_in_doubt(
    upright: TurnedReading, turns: tuple[int, ...]
) -> None:
    assert further_turns(120, 30, {0: upright}, has_head=True) == turns


@pytest.mark.parametrize(
    ("upright", "turns"),
    [(reading("CW2288-111", 0.95), ()), (reading("CW2288-111", 0.6), (2,)), (reading("", 0.99), (2,))],
)
def test_without_a_head_it_is_read_again_unless_it_is_sure(upright: TurnedReading, turns: tuple[int, ...]) -> None:
    assert further_turns(120, 30, {0: upright}, has_head=False) == turns


def test_a_nearly_square_crop_is_read_on_its_sides_as_well_where_upright_says_little() -> None:
    assert further_turns(30, 30, {0: reading("990", 0.4, -5.0)}, has_head=True) == (1, 3)
    assert further_turns(30, 30, {0: reading("", 0.99, 5.0)}, has_head=True) == (2, 1, 3)
    assert further_turns(30, 30, {0: reading("990", 0.8, -5.0)}, has_head=True) == ()


def test_a_tall_crop_without_text_on_its_sides_is_read_as_it_stands() -> None:
    sides = {1: reading("", 0.9), 3: reading("", 0.9)}
    assert further_turns(30, 60, sides, has_head=True) == (0,)
    assert further_turns(30, 60, {**sides, 3: reading("M990", 0.1)}, has_head=True) == ()


@pytest.mark.parametrize(
    ("readings", "turn"),
    [
        ({0: reading("A1", 0.7)}, 0),
        ({0: reading("A1", 0.1), 2: reading("1V", 0.9)}, 2),
        # Text that reads as another one upside down: the way it stands has the margin.
        ({0: reading("HN690", 0.9), 2: reading("069NH", 0.97)}, 0),
        ({0: reading("90989", 0.99, 1.0), 2: reading("68606", 0.999, -1.0)}, 0),
        # A sure head breaks the tie.
        ({0: reading("HN690", 0.9, 4.0), 2: reading("069NH", 0.9, -4.0)}, 2),
        # No text is no rival to a text, but hardly any text is none to it.
        ({0: reading("A1", 0.2), 2: reading("", 0.99)}, 0),
        ({0: reading("", 0.99), 2: reading("A1", 0.6)}, 2),
        ({0: reading("", 0.6), 2: reading("A1", 0.2)}, 0),
        ({0: reading("", 0.6), 2: reading("", 0.9)}, 0),
        ({1: reading("A1", 0.1), 3: reading("1V", 0.2)}, 3),
        ({1: reading("", 0.9), 3: reading("1V", 0.05)}, 3),
        ({1: reading("", 0.9), 3: reading("", 0.9), 0: reading("", 0.5)}, 0),
        ({1: reading("", 0.9), 3: reading("", 0.9), 0: reading("M990", 0.8)}, 0),
        ({0: reading("A1", 1.0), 2: reading("1V", 1.0)}, 0),
    ],
)
def test_the_turn_to_believe(readings: Mapping[int, TurnedReading], turn: int) -> None:
    beliefs = believe_turns(readings, (0,) if 1 not in readings else (1, 3))
    assert next(iter(beliefs)) == turn
    assert sum(map(math.exp, beliefs.values())) == pytest.approx(1.0)


def test_both_ways_up_are_candidates_where_the_turn_is_in_doubt() -> None:
    readings = {0: reading("90989", 0.98), 2: reading("68606", 0.98)}
    beliefs = believe_turns(readings, (0,))
    doubtful = doubt_turn(readings[0], beliefs, readings, 5)
    assert [hypothesis.text for hypothesis in doubtful.hypotheses] == ["90989", "68606"]
    first, second = (math.exp(hypothesis.log_probability) for hypothesis in doubtful.hypotheses)
    assert first == pytest.approx(0.98 * math.exp(4.0) / (math.exp(4.0) + 1))
    assert first + second == pytest.approx(0.98)
    assert doubtful.confidence == pytest.approx(first)
    assert [hypothesis.turn for hypothesis in doubtful.hypotheses] == [None, 2]


def test_the_same_text_at_two_turns_is_no_doubt() -> None:
    readings = {0: reading("8008", 0.6), 2: reading("8008", 0.6)}
    assert doubt_turn(readings[0], believe_turns(readings, (0,)), readings, 5) is readings[0]


def test_a_turn_beyond_doubt_changes_no_reading() -> None:
    readings = {0: reading("CW2288-111", 0.99, -3.0), 2: reading("LLL8822MC", 0.01, 3.0)}
    assert doubt_turn(readings[0], believe_turns(readings, (0,)), readings, 5) is readings[0]
    alone = {0: reading("CW2288-111", 0.99)}
    assert doubt_turn(alone[0], believe_turns(alone, (0,)), alone, 5) is alone[0]


def test_the_head_learns_to_tell(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    upright = random.normal(0.0, 1.0, (300, 6)).astype(np.float32)
    upside_down = random.normal(0.0, 1.0, (200, 6)).astype(np.float32)
    upside_down[:, 2] += 4.0
    upright[:, 5] = upside_down[:200, 5].mean()  # a feature that hardly changes does no harm
    head = fit_turn_head(upright[100:], upside_down[100:])
    assert (head.upside_down(upright[:100]) < 0).mean() > 0.9
    assert (head.upside_down(upside_down[:100]) > 0).mean() > 0.9
    file = tmp_path / "head.npy"
    file.write_bytes(head.to_bytes())
    again = TurnHead.load(file)
    assert again.upside_down(upright) == pytest.approx(head.upside_down(upright), abs=1e-5)


def test_features_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be told apart"):
        fit_turn_head(np.zeros((0, 3), dtype=np.float32), np.zeros((2, 3), dtype=np.float32))
    with pytest.raises(ModelError, match="expects 3 features, the encoder has 6"):
        TurnHead(np.ones(3, dtype=np.float32), 0.0).upside_down(np.ones((1, 6), dtype=np.float32))


@pytest.mark.parametrize("content", [b"", b"garbage", None])
def test_a_damaged_head_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "head.npy"
    if content is None:
        np.save(file, np.full((2, 2), np.nan, dtype=np.float32))
    else:
        file.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        TurnHead.load(file)
    assert "\n" not in str(caught.value)


def test_pooling_takes_mean_greatest_and_least() -> None:
    context = np.array([[[1.0, -2.0], [3.0, 4.0]]], dtype=np.float32)
    assert pool_context(context).tolist() == [[2.0, 1.0, 3.0, 4.0, 1.0, -2.0]]
