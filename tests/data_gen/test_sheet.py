"""Contact sheets: groups side by side, every crop within its cell."""

import numpy as np
from data_gen.sheet import CAPTION, CELL, contact_sheet


def test_groups_stand_side_by_side_in_rows() -> None:
    crop = np.zeros((30, 100), np.uint8)
    one = contact_sheet([[(crop, "A1")] * 4])
    two = contact_sheet([[(crop, "A1")] * 4, [(crop, "B2")]])
    assert two.width > 2 * one.width
    assert one.height == two.height == 2 * (CELL[1] + CAPTION + 4)


def test_large_crops_are_made_to_fit() -> None:
    sheet = np.asarray(contact_sheet([[(np.zeros((900, 2000), np.uint8), "")]], per_row=1))
    dark = np.argwhere(sheet.max(axis=2) < 50)
    assert dark.max(axis=0).tolist() < [CELL[1], CELL[0]]
