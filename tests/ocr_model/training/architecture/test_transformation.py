"""The straightened line: where it is sampled, and from which picture."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (`make test-setup`)")

from ocr_model.training.architecture.transformation import (
    TPS,
    Downscale,
    GridMean,
    ThinPlateSpline,
    base_fiducial_points,
)


def test_the_spline_of_the_base_points_is_the_identity() -> None:
    grid = ThinPlateSpline(20, 32, 128)(base_fiducial_points(20)[None])
    x = (torch.arange(128) * 2 + 1) / 128 - 1
    y = (torch.arange(32) * 2 + 1) / 32 - 1
    assert torch.allclose(grid[0, 5, :, 0], x, atol=1e-4)
    assert torch.allclose(grid[0, :, 9, 1], y, atol=1e-4)


def test_the_spline_follows_a_shift_of_its_points() -> None:
    points = base_fiducial_points(20)[None] * 0.5 + torch.tensor([0.2, -0.1])
    grid = ThinPlateSpline(20, 32, 128)(points)
    assert torch.allclose(grid[0, 16, 64], torch.tensor([0.2 + 0.5 / 128, -0.1 + 0.5 / 32]), atol=1e-3)


def test_tps_samples_from_the_larger_picture() -> None:
    """A one-pixel detail of the large picture survives where averaging it down first would halve it."""
    tps = TPS(1, 20, 32, 128, (2, 2)).eval()
    with torch.no_grad():
        tps.localization.points.bias.copy_((base_fiducial_points(20) * 0.5).flatten())
    picture = torch.zeros(1, 1, 64, 256)
    picture[0, 0, :, 127:129:2] = 1.0
    assert tps(picture).max() > 0.9
    assert torch.nn.functional.avg_pool2d(picture, 2).max() < 0.6


def test_without_tps_the_picture_is_averaged_down() -> None:
    picture = torch.arange(8.0).view(1, 1, 2, 4)
    assert Downscale((2, 2))(picture).tolist() == [[[[2.5, 4.5]]]]


@pytest.mark.parametrize("count", [2, 7])
def test_fiducial_points_come_in_pairs(count: int) -> None:
    with pytest.raises(ValueError, match="an even number of at least 4"):
        base_fiducial_points(count)


@pytest.mark.parametrize(("height", "width"), [(4, 16), (5, 20), (3, 10), (1, 3), (6, 24)])
def test_cells_that_share_pixels_are_averaged_as_torch_does(height: int, width: int) -> None:
    picture = torch.randn(2, 3, height, width)
    expected = torch.nn.functional.adaptive_avg_pool2d(picture, (2, 8))
    assert torch.allclose(GridMean(2, 8)(picture), expected, atol=1e-6)
