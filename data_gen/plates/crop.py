"""One crop of a plate: a row of its characters, as a detector cuts it out or a person draws a box around it.

Rows are read one by one: a plate of two rows is cut into them first, so that a crop shows one row, and of the other no
more than a box that fits badly leaves.
"""

from __future__ import annotations

import random

from data_gen import degradations as degrade
from data_gen.camera import photograph
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook
from data_gen.marks import Line, add_arcs, add_rules, add_shapes
from data_gen.plates.kinds import choose_kind
from data_gen.plates.plate import PlatePrinter, dirty, mount
from data_gen.recipe import Recipe
from data_gen.tag import Tag
from data_gen.trdg_adapter import UndrawableError
from data_gen.view import View, choose_view, take

DAMAGES = (
    *("dirt", "dirt", "dirt", "worn", "eroded", "spread"),
    *("faint", "dark", "dark", "glare", "glare_on_a_part", "hazy", "overexposed"),
    *("defocus", "defocus", "motion", "motion", "motion", "small", "small", "small", "jpeg", "jpeg"),
    *("noise", "noise", "recompressed"),
)
_ALTERNATIVES = (
    frozenset({"small", "jpeg", "recompressed", "hazy"}),
    frozenset({"defocus", "motion", "hazy"}),
    frozenset({"dark", "faint", "hazy", "overexposed", "noise"}),
    frozenset({"glare", "glare_on_a_part", "overexposed", "dirt"}),
    frozenset({"overexposed", "eroded", "worn", "dirt"}),
)
_SEEN_OF_OTHER = 0.4  # of the height of a plate's other row: a box that shows more of it is drawn anew


class PlateCrops:
    """Draws crops of plates.

    Args:
        recipe: of the crops.
        fonts: from `load_fonts(recipe.fonts)`.
        excluded: match keys of plates that are never drawn.
    """

    def __init__(self, recipe: Recipe, fonts: FontBook, excluded: frozenset[str]) -> None:
        self._recipe, self._printer, self._excluded = recipe, PlatePrinter(fonts), excluded

    def draw(
        self, rng: Generator, words: random.Random, hard: float, *, is_blank: bool
    ) -> tuple[Picture, str, str, float, frozenset[str]]:
        """A crop.

        Returns:
            Grey picture (H, W) about 0..1, its text without spaces, the font's path, tilt in degrees, damages and kind.

        Raises:
            UndrawableError: this attempt gives no crop; another may.
        """
        recipe = self._recipe
        kind = choose_kind(words, recipe.korean, recipe.european)
        plate = self._printer.press(kind, words)
        if plate.text.whole.replace("-", "").replace(".", "") in self._excluded:
            raise UndrawableError("the plate is excluded")
        row = words.randrange(len(plate.rows))
        damages = _choose_damages(recipe, words, hard)
        h = plate.rows[row][3] - plate.rows[row][1]
        ink, margin = mount(plate, rng, words, round(2.6 * h))
        x0, y0, x1, y1 = plate.rows[row]
        line: Line = (x0 + margin, y0 + margin, x1 + margin, y1 + margin)
        text = "" if is_blank else plate.text.label(row)
        if is_blank:
            _wipe(ink, [(a + margin, b + margin, c + margin, d + margin) for a, b, c, d in plate.rows], words)
        tag = Tag(_press(ink, h, rng, words, damages), line, plate.font, max(1, len(text)))
        view = choose_view(tag, recipe, words, hard)
        if len(plate.rows) > 1 and not is_blank and _shows_other(view, plate.rows, row):
            raise UndrawableError("the box shows much of the other row")
        seen, height = take(tag, view, words, waving=False)
        width = (x1 - x0) / (y1 - y0) / tag.characters
        picture = photograph(seen, height, width, recipe, rng, words, damages)
        traits = view.traits(tag) | {kind.family, kind.name}
        return picture, text, plate.font, view.tilt, damages | traits if text else frozenset({"no text"})


def _choose_damages(recipe: Recipe, words: random.Random, hard: float) -> frozenset[str]:
    count = words.choices(range(len(recipe.damage_weights)), weights=recipe.damage_weights)[0]
    chosen: set[str] = set()
    for damage in words.sample(DAMAGES, count):
        if words.random() < hard and not any(damage in group and chosen & group for group in _ALTERNATIVES):
            chosen.add(damage)
    return frozenset(chosen)


def _press(ink: Picture, h: float, rng: Generator, words: random.Random, damages: frozenset[str]) -> Picture:
    if words.random() < 0.3:
        ink = degrade.weight_of_strokes(rng, ink)
    if "eroded" in damages:
        ink = degrade.eroded(rng, ink, h)
    if "spread" in damages:
        ink = degrade.ink_spread(rng, ink)
    if "worn" in damages:
        ink = degrade.worn_print(rng, ink)
    if "dirt" in damages:
        ink = dirty(rng, ink, words)
    return ink


def _wipe(ink: Picture, rows: list[Line], words: random.Random) -> None:
    """No characters: the bare plate, the paint beside it, or shapes in their place."""
    for left, top, right, bottom in rows:
        reach = max(1, round(0.05 * (bottom - top)))
        ink[top - reach : bottom + reach, left - reach : right + reach] = ink[max(0, top - reach - 1), left]
    kind = words.random()
    if kind < 0.25:
        add_shapes(ink, rows[0], words)
    elif kind < 0.4:
        add_rules(ink, rows[0], words)
    elif kind < 0.5:
        add_arcs(ink, rows[0], words)


def _shows_other(view: View, rows: tuple[Line, ...], row: int) -> bool:
    """Whether the box shows much of another row of the plate."""
    _, top, _, bottom = rows[row]
    middle = (top + bottom) / 2
    above, below = middle + view.box[1], middle + view.box[3]
    for number, (_, y0, _, y1) in enumerate(rows):
        seen = min(y1, below) - max(y0, above)
        if number != row and seen > _SEEN_OF_OTHER * (y1 - y0):
            return True
    return False
