"""The plan of a dataset: how many crops of which recipe, and which recipe draws the crop at a number."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.recipe import Recipe, load_recipe


@dataclass(frozen=True)
class Plan:
    """The crops of a dataset: those of the recipe's parents first, then its own."""

    recipe: str
    seed: int
    parts: tuple[tuple[str, int], ...]  # (recipe, crops)

    @property
    def count(self) -> int:
        """Crops in all."""
        return sum(count for _, count in self.parts)

    def locate(self, number: int) -> tuple[str, int]:
        """Recipe and index in it of the crop with this number."""
        for name, count in self.parts:
            if number < count:
                return name, number
            number -= count
        raise IndexError(number)


def plan_dataset(recipe: Recipe, name: str, *, count: int | None = None, seed: int = 0) -> Plan:
    """The plan of a recipe: the crops of its parents and its own, or `count` crops in the same proportions."""
    parts = [(name, recipe.count)]
    parent = recipe.parent
    while parent:
        ancestor = load_recipe(parent)
        parts.append((parent, ancestor.count))
        parent = ancestor.parent
    parts.reverse()
    if count is not None:
        whole, ends, reached = sum(share for _, share in parts), [0], 0
        for _, share in parts:
            reached += share
            ends.append(round(count * reached / whole))
        parts = [(part, end - start) for (part, _), start, end in zip(parts, ends, ends[1:], strict=False)]
    return Plan(name, seed, tuple(parts))
