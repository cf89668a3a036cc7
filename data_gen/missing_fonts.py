"""Says which fonts of a recipe this machine lacks: without them the crops look less varied, and nothing else tells."""

from __future__ import annotations

import logging
from functools import cache

from data_gen.fonts import DEBIAN_PACKAGES, FontsMissingError, load_fonts
from data_gen.recipe import RecipeError, load_recipe

_LOG = logging.getLogger(__name__)

PACKAGES = (*DEBIAN_PACKAGES, "fonts-liberation")
"""Debian packages with the fonts of recipes. The last has LiberationSansNarrow; it stands here, because an edit of
`data_gen.fonts` would give every recipe another digest."""


def how_to_fetch() -> tuple[str, ...]:
    """The commands that bring the recipes' fonts, one a line."""
    return (
        f"on Debian: apt-get install {' '.join(PACKAGES)}",
        "from npm: python -m data_gen fonts --fetch",
    )


@cache
def warn_of_missing_fonts(recipe: str) -> None:
    """Log which patterns of a recipe's and its parents' fonts match no file here; once a process for each recipe.

    A recipe that cannot be drawn at all is left to whoever draws it.

    Args:
        recipe: name, or path of a .toml file.
    """
    missing: dict[str, None] = {}
    name: str | None = recipe
    try:
        while name is not None:
            found = load_recipe(name)
            missing |= dict.fromkeys(load_fonts(found.fonts).missing)
            name = found.parent
    except (RecipeError, FontsMissingError):
        return
    if missing:
        _LOG.warning(
            "recipe %s is drawn without fonts that this machine lacks: %s\n%s",
            recipe,
            ", ".join(missing),
            "\n".join(how_to_fetch()),
        )
