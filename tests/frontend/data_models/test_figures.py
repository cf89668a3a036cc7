from __future__ import annotations

import pytest

from frontend.data_models.figures import age, interval, points, share
from frontend.data_models.texts import TEXTS

ENGLISH = TEXTS["en"]


def test_wilsons_interval() -> None:
    # Wilson (1927), as in Newcombe (1998), table I: 81 of 263.
    assert interval(81, 263) == pytest.approx((25.53, 36.62), abs=0.01)
    assert interval(0, 0) == (0.0, 100.0)
    assert interval(20, 20)[1] == pytest.approx(100.0)
    assert interval(0, 20)[0] == 0.0


def test_shares_and_differences() -> None:
    assert (share(1, 3), share(0, 0)) == ("33.3%", "–")
    assert points(0.1, -0.012, 0.2) == "+10.0 [−1.2, +20.0]"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (7300, "2 h"), (200_000, "2 days")]
)
def test_ages(seconds: float, told: str) -> None:
    assert age(seconds, ENGLISH.age_units) == told
