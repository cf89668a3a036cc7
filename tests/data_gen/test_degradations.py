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
    "eroded": lambda rng, ink: degrade.eroded(rng, ink, 30),
    "dot_matrix": lambda rng, ink: degrade.dot_matrix(rng, ink, 30),
    "fax": lambda rng, ink: degrade.fax(rng, ink, 30),
    "thermal": lambda rng, ink: degrade.thermal(rng, ink, 30),
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
    "glare_on_a_part": lambda rng, picture: degrade.glare_on_a_part(rng, picture, 30),
    "overexposed": lambda rng, picture: degrade.overexposed(rng, picture, 30),
    "scanned": lambda rng, picture: degrade.scanned(rng, picture, 30),
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


@pytest.mark.parametrize(
    "name", [*OF_INK, "motion_blur", "defocus", "jpeg", "exposure", "underexposed", "overexposed", "scanned"]
)
def test_what_cannot_overshoot_stays_between_black_and_white(name: str) -> None:
    for seed in range(20):
        done = ALL[name](rng(seed), ink())
        assert done.min() >= -1e-6 and done.max() <= 1 + 1e-6


@pytest.mark.parametrize("name", ["worn_print", "streaks", "dots", "woven", "eroded", "dot_matrix", "thermal"])
def test_print_never_appears_where_there_was_no_ink(name: str) -> None:
    for seed in range(20):
        assert not OF_INK[name](rng(seed), np.zeros_like(ink())).any()


def test_worn_eroded_and_streaked_print_only_loses_ink() -> None:
    for damage in (degrade.worn_print, degrade.streaks, OF_INK["eroded"]):
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


def test_eroded_print_keeps_most_of_every_stroke_but_not_all_of_it() -> None:
    kept = [float(OF_INK["eroded"](rng(seed), ink()).sum() / ink().sum()) for seed in range(40)]
    assert 0.5 < np.median(kept) < 0.98
    assert min(kept) > 0.3


def test_dot_matrix_print_leaves_gaps_within_solid_strokes() -> None:
    solid = np.ones((48, 200), np.float32)
    done = [degrade.dot_matrix(rng(seed), solid, 60) for seed in range(20)]
    assert np.median([(picture < 0.7).mean() for picture in done]) > 0.05
    assert min((picture > 0.7).mean() for picture in done) > 0.2


def test_a_fax_is_black_and_white() -> None:
    done = degrade.fax(rng(), ink(), 30)
    assert set(np.unique(done)) == {0.0, 1.0}


def test_too_much_light_makes_the_ground_white_and_strokes_paler() -> None:
    picture = 0.9 - 0.7 * ink()
    for seed in range(20):
        done = degrade.overexposed(rng(seed), picture, 30)
        assert done[:5].min() > 0.99
        assert done.min() > picture.min()


def test_a_scanner_app_evens_out_the_light() -> None:
    shade = np.linspace(1.0, 0.5, 200, dtype=np.float32)[None]
    shown = (0.95 - 0.75 * ink()) * shade
    done = degrade.scanned(rng(), shown, 30)
    difference = np.median(shown[:5, :20]) - np.median(shown[:5, -20:])
    assert np.median(done[:5, :20]) - np.median(done[:5, -20:]) < 0.25 * difference
    assert np.percentile(done, 5) < 0.1


def test_glare_on_a_part_leaves_the_rest_as_it_was() -> None:
    wide = np.tile(ink(), (1, 4))
    for seed in range(20):
        done = OF_THE_CAMERA["glare_on_a_part"](rng(seed), wide)
        changed = np.abs(done - wide).max(axis=0) > 0.1
        assert 0.02 < changed.mean() < 0.5
