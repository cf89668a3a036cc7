import pytest

from benchmarks.loop_demo.glyphs import COLUMNS, PRINTABLE, ROWS, dots_of
from ocr_model.codes.text import CHARSET


def test_every_character_has_dots_of_its_own() -> None:
    seen = {dots_of(character).tobytes() for character in PRINTABLE}
    assert len(seen) == len(PRINTABLE)
    assert dots_of("A1").shape == (ROWS, 2 * COLUMNS + 1)
    assert set(PRINTABLE) <= set(CHARSET)


def test_a_character_without_dots_is_refused() -> None:
    with pytest.raises(KeyError):
        dots_of("É")
