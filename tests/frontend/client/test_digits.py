"""What the page of digits asks, and what it makes of the answers."""

import pytest

from frontend.client.digits import DIGITS, NOTHING, DigitReading
from frontend.digits.bars import _bars, _chips
from frontend.digits.texts import DIGIT_TEXTS


@pytest.fixture
def reading() -> DigitReading:
    return DigitReading.model_validate(
        {
            "id": "an-id",
            "text": "7",
            "confidence": 0.9,
            "candidates": [{"text": "1", "confidence": 0.06}, {"text": "", "confidence": 0.03}],
            "model": {"name": "digits-1", "version": "1.0"},
        }
    )


def test_every_digit_has_a_probability(reading: DigitReading) -> None:
    probabilities = reading.probabilities
    assert list(probabilities) == [*DIGITS, NOTHING]
    assert (probabilities["7"], probabilities["1"], probabilities[NOTHING], probabilities["4"]) == (0.9, 0.06, 0.03, 0)


def test_three_chips_and_the_highest_bar_is_marked(reading: DigitReading) -> None:
    texts = DIGIT_TEXTS["en"]
    chips, bars = _chips(reading, texts), _bars(reading, texts)
    assert chips.count("<li>") == 3 and chips.index("<b>7</b>") < chips.index("<b>1</b>") < chips.index("not a digit")
    assert bars.count("<tr") == 11 and bars.count('class="highest"') == 1
    marked = bars[bars.index('class="highest"') :]
    assert marked.index(">7<") < marked.index("highest</span>") < marked.index("</tr>")
