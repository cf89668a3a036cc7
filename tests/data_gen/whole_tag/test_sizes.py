"""Sizes: the units of a row belong together."""

import random

from data_gen.whole_tag.sizes import choose_sizes


def rows(brand: str) -> list[tuple[str, dict[str, str]]]:
    words = random.Random(0)
    return [choose_sizes(brand, words) for _ in range(600)]


def test_a_mans_265_is_42_in_europe() -> None:
    found = [sizes for wearer, sizes in rows("Nike") if wearer == "MEN" and sizes["KR"] == "265"]
    assert found and all(sizes == {"KR": "265", "CM": "26.5", "US": "8.5", "UK": "7.5", "EU": "42"} for sizes in found)


def test_centimetres_are_tenths_of_millimetres_and_units_grow_together() -> None:
    for brand in ("Nike", "adidas"):
        by_wearer: dict[str, dict[int, dict[str, str]]] = {}
        for wearer, sizes in rows(brand):
            assert float(sizes["CM"]) * 10 == int(sizes["KR"])
            by_wearer.setdefault(wearer, {})[int(sizes["KR"])] = sizes
        for table in by_wearer.values():
            european = [float(table[korean]["EU"].split(" ")[0]) for korean in sorted(table)]
            assert european == sorted(european)


def test_adidas_counts_europe_in_thirds() -> None:
    assert any("2/3" in sizes["EU"] for _, sizes in rows("adidas"))
    assert not any("/" in sizes["EU"] for _, sizes in rows("Nike"))
