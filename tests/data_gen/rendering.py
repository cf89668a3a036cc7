"""Recipes that draw the same on every machine, and their renderers."""

import dataclasses
from typing import Any

from data_gen.crop import CropRenderer
from data_gen.fonts import load_fonts
from data_gen.recipe import Recipe, load_recipe


def renderer(recipe: Recipe, seed: int = 0) -> CropRenderer:
    return CropRenderer(recipe, load_fonts(recipe.fonts), seed)


def trdg_tags(**changes: Any) -> Recipe:
    """Our recipe with the faces that TRDG ships, which every machine has."""
    return dataclasses.replace(load_recipe("tags-1"), fonts=load_recipe("v2.0").fonts, **changes)
