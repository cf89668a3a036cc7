from __future__ import annotations

import pytest

from datasets.errors import CropError, UnknownSampleError
from datasets.samples.damage import Damage, TooDamagedError, check_damage, crop_damage, event_damage

CROP = Damage("crops/22/" + "2" * 64 + ".png", ("2" * 64,), "the crop is damaged")


def test_a_crop_is_damaged_or_missing() -> None:
    assert crop_damage("2" * 64, CropError("the crop is damaged")) == CROP
    assert crop_damage("2" * 64, UnknownSampleError("there is none")).why == "it is missing"


def test_events_are_named_with_the_crops_that_they_were_about() -> None:
    behind = {"events/1": ["a", "b"], "events/2": []}
    assert event_damage({"events/2": "gone", "events/1": "rotten"}, behind.__getitem__) == (
        Damage("events/1", ("a", "b"), "rotten"),
        Damage("events/2", (), "gone"),
    )


def test_more_than_the_stated_share_is_refused_in_a_line() -> None:
    check_damage([CROP] * 4, 40, 0.1, "crops")
    check_damage([], 0, 0.0, "crops")
    with pytest.raises(
        TooDamagedError, match=r"5 of 40 confirmed crops are damaged or missing .* the 10 % that may be left"
    ) as e:
        check_damage([CROP] * 5, 40, 0.1, "crops")
    assert e.value.damaged == (CROP,) * 5
    assert CROP.name in str(e.value)
    assert "--most-damaged" in str(e.value)
    assert "\n" not in str(e.value)
    with pytest.raises(TooDamagedError):
        check_damage([CROP], 40, 0.0, "crops")
