from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_model.export.proportion import Proportion


# Ends of Clopper-Pearson intervals as R's binom.test gives them.
@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.3084971),
        (10, 10, 0.6915029, 1.0),
        (46, 51, 0.7858550, 0.9673935),
        (43, 43, 0.9177889, 1.0),
        (7, 6000, 0.0004691852, 0.002402293),
    ],
)
def test_clopper_pearson(count: int, total: int, low: float, high: float) -> None:
    assert Proportion(count, total).interval() == pytest.approx((low, high), rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40)  # 60 intervals are many on a busy machine
@given(st.integers(1, 60), st.data(), st.floats(0.02, 0.98))
def test_the_interval_covers_the_share_as_often_as_it_says(total: int, data: st.DataObject, share: float) -> None:
    def inside(count: int) -> bool:
        low, high = Proportion(count, total).interval()
        return low <= share <= high

    covered = sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1) if inside(k))
    assert covered >= 0.95 - 1e-9
    count = data.draw(st.integers(0, total))
    low, high = Proportion(count, total).interval()
    mirrored = Proportion(total - count, total).interval()
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3)])
def test_no_proportion(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        Proportion(count, total)
