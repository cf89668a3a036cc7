"""A second look: other views of a doubtful crop, pooled."""

import math

import numpy as np
import pytest
from PIL import Image

from ocr_model.reading.hypotheses import Hypothesis
from ocr_model.reading.second_look import other_views, pool_looks


def reading(text: str, probability: float) -> Hypothesis:
    log = math.log(probability)
    return Hypothesis(text, log, (log / max(1, len(text)),) * len(text), log)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (300, 1), (160, 40), (20_000, 30), (900, 900)])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_views_of_any_crop_have_pixels_and_a_bounded_size(size: tuple[int, int], mode: str) -> None:
    for view in other_views(Image.new(mode, size, "white")):
        assert view.mode == "L"
        assert 1 <= view.width <= 1024 + 64 and 1 <= view.height <= 256


def test_the_views_differ_from_the_picture_and_from_each_other() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 160), dtype=np.uint8)
    views = other_views(Image.fromarray(noise))
    assert len({(view.size, view.tobytes()) for view in views} | {((160, 40), noise.tobytes())}) == 4
    assert np.array_equal(255 - np.asarray(views[2]), noise)


def test_looks_that_agree_beat_a_look_that_stands_alone() -> None:
    looks = [
        [reading("GW2B71", 0.5), reading("GW2871", 0.4)],
        [reading("GW2871", 0.7), reading("GW287I", 0.1)],
        [reading("GW2871", 0.4), reading("GW2B71", 0.3)],
    ]
    pooled = pool_looks(looks, 6)
    assert [one.text for one in pooled] == ["GW2871", "GW2B71", "GW287I"]
    assert math.exp(pooled[0].log_probability) == pytest.approx(0.5)
    assert math.fsum(math.exp(one.log_probability) for one in pooled) <= 1.0


def test_spacings_are_one_reading_shown_as_the_first_look_saw_it() -> None:
    pooled = pool_looks([[reading("ART CP9448", 0.4)], [reading("ARTCP9448", 0.6)]], 6)
    assert [one.text for one in pooled] == ["ART CP9448"]
    assert math.exp(pooled[0].log_probability) == pytest.approx(0.5)


def test_one_look_alone_stays_as_it_is_and_the_count_bounds_the_list() -> None:
    look = [reading(text, 0.1) for text in ("A", "B", "C", "")]
    assert pool_looks([look], 6) == look
    assert len(pool_looks([look, look], 2)) == 2


def test_an_impossible_reading_stays_impossible() -> None:
    impossible = Hypothesis("A", -math.inf, (-math.inf,), -math.inf)
    assert pool_looks([[impossible], [impossible]], 3)[0].log_probability == -math.inf
