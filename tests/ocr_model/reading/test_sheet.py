from __future__ import annotations

import numpy as np

from ocr_model.reading.sheet import CAPTION, CELL, contact_sheet


def test_groups_lie_side_by_side_with_their_crops_scaled_to_the_cells() -> None:
    dark, light = (np.full((20, 100), level, np.uint8) for level in (40, 200))
    sheet = contact_sheet([[(dark, "one"), (dark, "two")], [(light, "other")]], per_row=1).convert("L")
    width, height = CELL[0] + 6, CELL[1] + CAPTION + 4
    assert sheet.size == (2 * width + 12, 2 * height)
    assert sheet.getpixel((10, 10)) == sheet.getpixel((10, height + 10)) == 40
    assert sheet.getpixel((width + 12 + 10, 10)) == 200
    assert sheet.getpixel((width + 12 + 10, height + 10)) == 255  # the second group has one crop only


def test_large_crops_are_made_to_fit() -> None:
    sheet = np.asarray(contact_sheet([[(np.zeros((900, 2000), np.uint8), "")]], per_row=1))
    dark = np.argwhere(sheet.max(axis=2) < 50)
    assert dark.max(axis=0).tolist() < [CELL[1], CELL[0]]
