"""Sizes of shoes that belong together, as size tables of sporting brands have them."""

from __future__ import annotations

import random

SizeRow = dict[str, str]
"""Unit (KR in millimetres, CM, US, UK, EU) to the printed size."""

_MEN = """
240 6 5 38.5|245 6.5 5.5 39|250 7 6 40|255 7.5 6.5 40.5|260 8 7 41|265 8.5 7.5 42|270 9 8 42.5|275 9.5 8.5 43
280 10 9 44|285 10.5 9.5 44.5|290 11 10 45|295 11.5 10.5 45.5|300 12 11 46
"""
_WOMEN = """
220 5 2.5 35.5|225 5.5 3 36|230 6 3.5 36.5|235 6.5 4 37.5|240 7 4.5 38|245 7.5 5 38.5|250 8 5.5 39|255 8.5 6 40
260 9 6.5 40.5|265 9.5 7 41
"""
_CHILDREN = """
160 10C 9.5 27|165 10.5C 10 27.5|170 11C 10.5 28|175 11.5C 11 28.5|180 12C 11.5 29.5|185 12.5C 12 30|190 13C 12.5 31
195 13.5C 13 31.5|200 1Y 13.5 32|205 1.5Y 1 33|210 2Y 1.5 33.5|215 2.5Y 2 34|220 3Y 2.5 35
"""
# adidas counts European sizes in thirds, and British ones half a size below American ones.
_THIRDS = """
240 6 5.5 38 2/3|245 6.5 6 39 1/3|250 7 6.5 40|255 7.5 7 40 2/3|260 8 7.5 41 1/3|265 8.5 8 42|270 9 8.5 42 2/3
275 9.5 9 43 1/3|280 10 9.5 44|285 10.5 10 44 2/3|290 11 10.5 45 1/3
"""
_WEARERS = {"MEN": _MEN, "WOMEN": _WOMEN, "KIDS": _CHILDREN}
_OF_BRANDS = {"adidas": _THIRDS, "Reebok": _THIRDS}


def _rows(table: str) -> list[SizeRow]:
    rows = []
    for row in table.replace("\n", "|").split("|"):
        if row:
            korean, american, british, european = row.split(" ", 3)
            centimetres = f"{int(korean) / 10:g}"
            rows.append({"KR": korean, "CM": centimetres, "US": american, "UK": british, "EU": european})
    return rows


def choose_sizes(brand: str, words: random.Random) -> tuple[str, SizeRow]:
    """Who wears the shoe (MEN, WOMEN, KIDS), and one row of the table for them."""
    wearer = words.choices(tuple(_WEARERS), weights=(5, 4, 1))[0]
    table = _OF_BRANDS.get(brand, _MEN) if wearer == "MEN" else _WEARERS[wearer]
    return wearer, words.choice(_rows(table))
