"""Transformation stage: straighten the text line before features are extracted."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class GridMean(nn.Module):
    """Averages a picture (N, C, h, w) over the cells of a grid, to (N, C, rows, columns), as `AdaptiveAvgPool2d` does.

    ONNX has no pooling over cells that share pixels, so there it is two products of matrices.
    """

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.rows, self.columns = rows, columns

    def forward(self, picture: Tensor) -> Tensor:
        height, width = int(picture.shape[2]), int(picture.shape[3])
        if height % self.rows == 0 and width % self.columns == 0:
            return F.adaptive_avg_pool2d(picture, (self.rows, self.columns))
        over_rows = _cell_means(height, self.rows).to(picture)
        over_columns = _cell_means(width, self.columns).to(picture)
        return over_rows @ picture @ over_columns.T


def _cell_means(size: int, cells: int) -> Tensor:
    """The matrix (cells, size) that averages `size` values over cells of which neighbours may share a value."""
    rows = []
    for cell in range(cells):
        first, end = cell * size // cells, -(-(cell + 1) * size // cells)
        rows.append([1 / (end - first) if first <= at < end else 0.0 for at in range(size)])
    return torch.tensor(rows)


class LocalizationNetwork(nn.Module):
    """Predicts where the upper and lower border of the text line run.

    Maps a small picture of shape (N, C, h, w), values in [-1, 1], to fiducial points of shape (N, F, 2) as (x, y) in
    the same normalised coordinates that `grid_sample` uses. It starts at RARE's initialisation (Shi et al., CVPR 2016):
    two straight lines along the upper and the lower edge.
    """

    def __init__(self, channels: int, fiducial_points: int) -> None:
        super().__init__()
        self.fiducial_points = fiducial_points
        self.convolutions = nn.Sequential(
            _convolution(channels, 16, stride=2),
            _convolution(16, 32),
            nn.MaxPool2d(2),
            _convolution(32, 64),
            nn.MaxPool2d(2),
            _convolution(64, 128),
            GridMean(2, 8),
        )
        self.hidden = nn.Linear(128 * 16, 128)
        self.points = nn.Linear(128, fiducial_points * 2)
        nn.init.zeros_(self.points.weight)
        with torch.no_grad():
            self.points.bias.copy_(base_fiducial_points(fiducial_points).flatten())

    def forward(self, picture: Tensor) -> Tensor:
        features = self.convolutions(picture).flatten(1)
        points: Tensor = self.points(F.relu(self.hidden(features))).float()
        return points.view(-1, self.fiducial_points, 2)


def base_fiducial_points(count: int) -> Tensor:
    """Points on the upper and lower edge of the straightened line, shape (count, 2), (x, y) in [-1, 1]."""
    if count < 4 or count % 2:
        raise ValueError(f"fiducial_points must be an even number of at least 4, not {count}")
    x = torch.linspace(-1.0, 1.0, count // 2)
    upper = torch.stack([x, -torch.ones_like(x)], dim=1)
    return torch.cat([upper, upper * torch.tensor([1.0, -1.0])])


class ThinPlateSpline(nn.Module):
    """Thin-plate-spline sampling grid from fiducial points (Bookstein 1989; RARE, Shi et al., CVPR 2016).

    Maps fiducial points (N, F, 2) to a sampling grid (N, height, width, 2) for `grid_sample(align_corners=False)`.
    The inverse of the spline matrix is a constant, so a batch costs two small matrix products.
    """

    base_to_spline: Tensor
    pixel_basis: Tensor

    def __init__(self, fiducial_points: int, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width
        base = base_fiducial_points(fiducial_points).double()
        spline = torch.zeros(fiducial_points + 3, fiducial_points + 3, dtype=torch.float64)
        spline[:fiducial_points, 0] = 1
        spline[:fiducial_points, 1:3] = base
        spline[:fiducial_points, 3:] = _radial_basis(torch.cdist(base, base))
        spline[fiducial_points : fiducial_points + 2, 3:] = base.T
        spline[fiducial_points + 2, 3:] = 1
        y, x = torch.meshgrid(
            (torch.arange(height, dtype=torch.float64) * 2 + 1) / height - 1,
            (torch.arange(width, dtype=torch.float64) * 2 + 1) / width - 1,
            indexing="ij",
        )
        pixels = torch.stack([x.flatten(), y.flatten()], dim=1)
        basis = torch.cat(
            [torch.ones(len(pixels), 1, dtype=torch.float64), pixels, _radial_basis(torch.cdist(pixels, base))], dim=1
        )
        # Only the first F columns meet a non-zero right-hand side (the last three equations are homogeneous).
        self.register_buffer("base_to_spline", torch.linalg.inv(spline)[:, :fiducial_points].float(), persistent=False)
        self.register_buffer("pixel_basis", basis.float(), persistent=False)

    def forward(self, points: Tensor) -> Tensor:
        weights = self.base_to_spline @ points
        return (self.pixel_basis @ weights).view(-1, self.height, self.width, 2)


def _radial_basis(distance: Tensor) -> Tensor:
    return distance.square() * torch.log(distance + 1e-6)


class TPS(nn.Module):
    """Locates the line on a small picture and samples it from the larger one.

    Input (N, C, H, W) in [-1, 1]; output (N, C, height, width). Locating needs no detail, so it runs on the picture
    averaged down to the output size; sampling reads the full input, so a tilted code that fills a third of the height
    keeps its pixels. `shrink` = (rows, columns) says how much larger the input is than the output. The grid is clamped
    to the picture's border.
    """

    def __init__(self, channels: int, fiducial_points: int, height: int, width: int, shrink: tuple[int, int]) -> None:
        super().__init__()
        self.shrink = shrink
        self.localization = LocalizationNetwork(channels, fiducial_points)
        self.spline = ThinPlateSpline(fiducial_points, height, width)

    def forward(self, picture: Tensor) -> Tensor:
        points = self.localization(F.avg_pool2d(picture, self.shrink))
        with torch.autocast(picture.device.type, enabled=False):
            grid = self.spline(points.float())
            return F.grid_sample(picture.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)


class Downscale(nn.Module):
    """The stage `None`: averages the picture (N, C, H, W) down by `shrink` = (rows, columns)."""

    def __init__(self, shrink: tuple[int, int]) -> None:
        super().__init__()
        self.shrink = shrink

    def forward(self, picture: Tensor) -> Tensor:
        return F.avg_pool2d(picture, self.shrink)
