"""Every kind of plate is lettered as the formats say, in characters that the recognizer has."""

import random

import pytest

from data_gen.plates.kinds import KINDS, PlateKind, PlateText, choose_kind
from ocr_model.domains.plates import PLATES

LOOSE = {"any", "letters and digits"}  # of no country


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_lettered_as_a_format_says(kind: PlateKind) -> None:
    words = random.Random(kind.name)
    for _ in range(200):
        whole = kind.text(words).whole
        assert set(whole) <= set(PLATES.charset)
        assert kind.name in LOOSE or PLATES.matches(whole), whole


def test_a_row_is_read_without_gaps_and_a_stacked_region_from_top_to_bottom() -> None:
    text = PlateText((("서|울", "32바", "1234"),))
    assert text.label(0) == text.whole == "서울32바1234"
    two = PlateText((("서울", "12"), ("가", "3456")))
    assert (two.label(0), two.label(1), two.whole) == ("서울12", "가3456", "서울12가3456")


def test_families_come_by_their_shares() -> None:
    words = random.Random(3)
    drawn = [choose_kind(words, 0.5, 0.3).family for _ in range(2000)]
    shares = {family: drawn.count(family) / len(drawn) for family in ("korean", "european", "other")}
    assert shares == pytest.approx({"korean": 0.5, "european": 0.3, "other": 0.2}, abs=0.05)
