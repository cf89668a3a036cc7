"""When one share is surely above another."""

import pytest

from backend.reading.band import Share, least_difference, leaves_band


def test_wilsons_interval_as_in_the_literature() -> None:
    # Newcombe (1998), table I: 81 of 263, 95 %.
    assert Share(81, 263).interval(1.959964) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    assert Share(0, 0).interval() == (0.0, 1.0)
    assert Share(0, 30).interval()[0] == 0.0


def test_newcombes_difference_as_in_the_literature() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 less 48/80, method 10: 0.0524 to 0.3339.
    assert least_difference(Share(56, 70), Share(48, 80), 1.959964) == pytest.approx(0.0524, abs=0.0001)


@pytest.mark.parametrize(
    ("one", "other", "leaves"),
    [
        (Share(19, 19), Share(0, 400), False),  # too few
        (Share(20, 20), Share(0, 19), False),
        (Share(20, 20), Share(0, 20), True),
        (Share(5, 24), Share(20, 400), False),  # may be chance
        (Share(14, 30), Share(20, 400), True),
        (Share(50, 1000), Share(50, 1000), False),
        (Share(0, 1000), Share(500, 1000), False),  # better is never outside
    ],
)
def test_only_what_is_surely_above_leaves_the_band(one: Share, other: Share, leaves: bool) -> None:
    assert leaves_band(one, other, 0.02) is leaves


def test_a_wider_band_takes_more_to_leave() -> None:
    assert leaves_band(Share(30, 100), Share(20, 400), 0.05)
    assert not leaves_band(Share(30, 100), Share(20, 400), 0.2)
