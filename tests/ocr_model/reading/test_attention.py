import math
from collections.abc import Mapping

import numpy as np
import pytest

from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.attention import DecoderStep, attention_beam_search, attention_score

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


# --- The format prior ---


def test_given_texts_get_the_probability_that_the_search_gives_them() -> None:
    first = {"": {"A": 0.9, "B": 0.1}, "A": {"end": 0.8, "B": 0.2}}
    second = {"": {"B": 1.0}, "B": {"end": 0.3, "A": 0.7}}
    step = step_of(first, second)
    texts = ["A", "AB", "B", "B", "BA", "AA", "A?", ""]
    scores = attention_score(step, [0, 0, 0, 1, 1, 1, 0, 1], texts, hidden_size=1, charset=CHARSET, max_length=6)
    expected = [0.72, 0.18, 0.1, 0.3, 0.7, 0.0, 0.0, 0.0]
    assert [math.exp(score) for score in scores] == pytest.approx(expected, rel=1e-5)


def test_a_text_beyond_the_greatest_length_is_judged_by_its_beginning() -> None:
    step = step_of({"": {"A": 0.5, "B": 0.5}, "A": {"B": 0.6, "end": 0.4}, "AB": {"end": 0.9, "A": 0.1}})
    scores = attention_score(step, [0, 0], ["AB", "ABBB"], hidden_size=1, charset=CHARSET, max_length=2)
    assert [math.exp(score) for score in scores] == pytest.approx([0.27, 0.3], rel=1e-5)


def test_texts_of_one_crop_that_begin_alike_are_judged_once_until_they_differ() -> None:
    seen: list[int] = []
    network = {"": {"A": 0.9, "B": 0.1}, "A": {"A": 1.0}, "AA": {"A": 0.5, "B": 0.3, "end": 0.2}}
    step = step_of(network, network, seen=seen)
    texts = ["AAA", "AAB", "AA", "AAA"]
    scores = attention_score(step, [0, 0, 0, 1], texts, hidden_size=1, charset=CHARSET, max_length=6)
    assert [math.exp(score) for score in scores] == pytest.approx([0.45, 0.27, 0.18, 0.45], rel=1e-5)
    assert seen == [2, 2, 2, 3]
