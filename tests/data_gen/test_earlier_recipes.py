"""Recipes that have been trained on draw the same crops for ever: `earlier_recipes.tsv` was written before `tags-7`."""

import csv
import dataclasses
from itertools import groupby
from pathlib import Path

import pytest

pytest.importorskip("trdg", reason="TRDG is not installed (`make test-setup`)")

from data_gen.recipe import load_recipe
from tests.data_gen.rendering import renderer

TABLE = Path(__file__).with_name("earlier_recipes.tsv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
BY_RECIPE = {name: list(rows) for name, rows in groupby(ROWS, key=lambda row: row["recipe"])}


@pytest.mark.parametrize("name", BY_RECIPE)
def test_an_earlier_recipe_draws_what_it_drew(name: str) -> None:
    # The faces of TRDG are the same on every machine; releases of FreeType and OpenCV differ by a pixel or a grey.
    one = renderer(dataclasses.replace(load_recipe(name), fonts=load_recipe("v2.0").fonts), seed=11)
    for row in BY_RECIPE[name]:
        crop = one.render(int(row["index"]))
        assert (crop.text, crop.font) == (row["text"], row["font"])
        assert crop.image.shape == pytest.approx((int(row["height"]), int(row["width"])), abs=2)
        assert crop.image.mean() == pytest.approx(float(row["mean"]), abs=1.5)
        assert crop.image.std() == pytest.approx(float(row["deviation"]), abs=1.5)
