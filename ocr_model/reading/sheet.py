"""Contact sheets: groups of crops and their labels beside each other on one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

CELL, CAPTION = (220, 78), 14


def contact_sheet(columns: Sequence[Sequence[tuple[NDArray[np.uint8], str]]], *, per_row: int = 3) -> Image.Image:
    """Draw groups side by side, `per_row` crops of each group in a row, labels below.

    Args:
        columns: groups of (grey crop (H, W), caption).
        per_row: crops of one group in a row.
    """
    rows = max((len(group) + per_row - 1) // per_row for group in columns)
    width, height = CELL[0] + 6, CELL[1] + CAPTION + 4
    sheet = Image.new("RGB", (width * per_row * len(columns) + 12 * (len(columns) - 1), rows * height), "white")
    draw = ImageDraw.Draw(sheet)
    for g, group in enumerate(columns):
        for i, (image, caption) in enumerate(group):
            x = g * (width * per_row + 12) + (i % per_row) * width
            y = (i // per_row) * height
            scale = min(CELL[0] / image.shape[1], CELL[1] / image.shape[0])
            size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
            sheet.paste(Image.fromarray(image).resize(size), (x, y))
            draw.text((x, y + CELL[1]), caption, fill=(180, 0, 0))
    return sheet
