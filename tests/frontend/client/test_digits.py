"""What the page of digits asks, and what it makes of the answers."""

import pytest

from benchmarks.drivers.tag_picture import draw_tag, encode
from frontend.client.connection import Connection
from frontend.client.digits import DIGITS, NOTHING, DigitReading, DigitsClient
from frontend.client.failures import BackendRefusedError
from frontend.digits.bars import _bars, _chips
from frontend.digits.texts import DIGIT_TEXTS
from tests.frontend.fake_backend import FakeBackend


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


def test_drawings_are_read_and_kept_where_digits_are_served(fake: FakeBackend) -> None:
    drawing = encode(draw_tag("7"))
    fake.reading = {"text": "7", "confidence": 0.9, "model": {"name": "digits-1", "version": "1.0"}, "proof": "p"}
    first = DigitsClient(Connection(fake.url), "")
    read = first.read(drawing)
    assert read.text == "7" and first.keep(read, "accepted", "7", drawing).text == "7"
    with pytest.raises(BackendRefusedError) as refused:
        DigitsClient(Connection(fake.url), "/domains/digits").read(drawing)
    assert refused.value.status == 404
