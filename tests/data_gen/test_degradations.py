"""Degradations: they repeat, keep shape, type and range, leave their input alone, and do what their name says."""

from collections.abc import Callable

import numpy as np
import pytest

pytest.importorskip("cv2", reason="OpenCV is not installed (`make test-setup`)")

from data_gen import degradations as degrade
from data_gen.degradations import Generator, Picture

OF_INK: dict[str, Callable[[Generator, Picture], Picture]] = {
    "weight_of_strokes": degrade.weight_of_strokes,
    "ink_spread": degrade.ink_spread,
    "worn_print": degrade.worn_print,
    "streaks": degrade.streaks,
    "dots": lambda rng, ink: degrade.dots(rng, ink, 30),
    "woven": lambda rng, ink: degrade.woven(rng, ink, 30),
}
OF_THE_CAMERA: dict[str, Callable[[Generator, Picture], Picture]] = {
    "lighting": degrade.lighting,
    "glare": lambda rng, picture: degrade.lighting(rng, picture, glare=True),
    "motion_blur": lambda rng, picture: degrade.motion_blur(rng, picture, 30),
    "defocus": lambda rng, picture: degrade.defocus(rng, picture, 30),
    "sensor_noise": lambda rng, picture: degrade.sensor_noise(rng, picture, 0.05),
    "jpeg": lambda rng, picture: degrade.jpeg(rng, picture, 10, 30),
    "exposure": degrade.exposure,
    "underexposed": degrade.underexposed,
    "sharpen": degrade.sharpen,
}
ALL = OF_INK | OF_THE_CAMERA


def ink() -> Picture:
    """Bars, 0..1."""
    picture = np.zeros((48, 200), np.float32)
    picture[9:39, 10:190] = np.tile(np.repeat(np.float32([0.9, 0.1]), 10), 9)
    return picture


def rng(seed: int = 0) -> Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", ALL)
def test_shape_and_type_stay_and_the_input_is_left_alone(name: str) -> None:
    for seed in range(20):
        picture = ink()
        done = ALL[name](rng(seed), picture)
        assert done.shape == picture.shape and done.dtype == np.float32
        assert np.isfinite(done).all()
        assert np.array_equal(picture, ink())
        assert np.array_equal(done, ALL[name](rng(seed), ink()))


@pytest.mark.parametrize("name", ALL)
def test_every_degradation_changes_the_picture(name: str) -> None:
    assert any(not np.array_equal(ALL[name](rng(seed), ink()), ink()) for seed in range(5))


@pytest.mark.parametrize("name", [*OF_INK, "motion_blur", "defocus", "jpeg", "exposure", "underexposed"])
def test_what_cannot_overshoot_stays_between_black_and_white(name: str) -> None:
    for seed in range(20):
        done = ALL[name](rng(seed), ink())
        assert done.min() >= -1e-6 and done.max() <= 1 + 1e-6


@pytest.mark.parametrize("name", ["worn_print", "streaks", "dots", "woven"])
def test_print_never_appears_where_there_was_no_ink(name: str) -> None:
    for seed in range(20):
        assert not OF_INK[name](rng(seed), np.zeros_like(ink())).any()


def test_worn_print_and_streaks_only_take_ink_away() -> None:
    for damage in (degrade.worn_print, degrade.streaks):
        done = damage(rng(1), ink())
        assert (done <= ink() + 1e-6).all() and done.sum() < ink().sum()


def test_blur_grows_with_the_text_height() -> None:
    def edges(done: Picture) -> float:
        return float(np.square(np.diff(done, axis=1)).sum())

    for blur in (degrade.defocus, degrade.motion_blur):
        small, large = (np.median([edges(blur(rng(seed), ink(), h)) for seed in range(20)]) for h in (10, 60))
        assert large < 0.8 * small


def test_low_resolution_keeps_the_proportions_and_never_enlarges() -> None:
    for seed in range(20):
        done = degrade.low_resolution(rng(seed), ink(), 12, 24)
        assert 12 <= done.shape[0] <= 24 and done.dtype == np.float32
        assert done.shape[1] / done.shape[0] == pytest.approx(200 / 48, rel=0.05)
    assert degrade.low_resolution(rng(), ink(), 60, 90).shape == ink().shape


def test_light_sensors_see_less_in_the_dark() -> None:
    done = degrade.underexposed(rng(), ink())
    assert np.ptp(done) <= 0.5
    assert np.allclose(done * 255, np.round(done * 255), atol=1e-3)  # whole steps of a camera


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    grey = np.full((200, 300), 0.5, np.float32)
    deviations = [float(degrade.sensor_noise(rng(seed), grey, 0.1).std()) for seed in range(20)]
    assert np.median(deviations) == pytest.approx(0.1, rel=0.15)
    assert degrade.fine_noise(rng(), (200, 300)).std() == pytest.approx(1.0, rel=0.02)


def test_surfaces_stay_about_one_in_height() -> None:
    for seed in range(20):
        cloth = degrade.weave(rng(seed), (60, 200), 30)
        assert cloth.shape == (60, 200) and cloth.dtype == np.float32
        assert 0.1 < cloth.std() < 1.2
        assert np.abs(degrade.low_frequency(rng(seed), (60, 200), (4, 9))).max() < 1.6
