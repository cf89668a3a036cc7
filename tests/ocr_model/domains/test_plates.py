"""Two readings of a plate are the same where letters, digits and syllables are."""

import pytest

from ocr_model.codes.verdict import VerdictError
from ocr_model.domains.plates import PLATES


@pytest.mark.parametrize("typed", ["12가 3456", "12가3456", "１２가-3456"])
def test_the_syllable_counts_and_the_spacing_does_not(typed: str) -> None:
    assert PLATES.key(typed) == PLATES.group(typed) == "12가3456"
    assert PLATES.key(typed) != PLATES.key("12나 3456")
    assert PLATES.matches(typed)[0].brand == "Korea"


def test_a_syllable_that_no_plate_has_is_refused() -> None:
    with pytest.raises(VerdictError, match="cannot be on a number plate: '뷁'"):
        PLATES.typed("12뷁 3456")
