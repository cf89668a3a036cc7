"""Render one crop: a piece of a tag with one line to read, photographed.

The steps follow the light: ink on paper or cloth (a flat tag), the view of it (tilt, perspective, curve, the box that a
shopper draws), then what a camera adds. All geometry is done in one resampling.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from data_gen import degradations as degrade
from data_gen import texts
from data_gen.degradations import Generator, Picture
from data_gen.fonts import FontBook, can_draw, digit_like_letters
from data_gen.recipe import Recipe
from data_gen.trdg_adapter import draw_line

POOL = 400  # neighbouring lines drawn once per process and used again

# What makes a crop hard. A crop gets a few of them, never all: what no person can read teaches only to guess.
CAMERA_DAMAGES = ("defocus", "defocus", "motion", "motion", "small", "small", "small", "jpeg", "jpeg", "noise")
DAMAGES = (
    *("dots", "woven", "woven", "spread", "worn", "streaks", "emboss"),
    *("cloth", "cloth", "cloth", "wave"),
    *("faint", "dark", "glare"),
    *CAMERA_DAMAGES,
)
# Characters whose visible half is no 1 or I: no bare stem.
CUT_ON_THE_RIGHT = "023456789" * 2 + "ACGJOQSTVWXYZ"
CUT_ON_THE_LEFT = "02356789" * 2 + "ABCDEFGKLOPQRSTVWXYZ"
PRINT_DAMAGES = frozenset({"dots", "woven", "spread", "worn", "streaks", "emboss"})


@dataclass(frozen=True)
class Crop:
    """A rendered crop and everything that is known about it."""

    image: NDArray[np.uint8]  # (H, W) grey
    text: str  # what the line says, spaces kept; "" if there is nothing to read
    font: str  # file name
    tilt: float  # degrees, counter-clockwise
    quarter_turns: int  # clockwise


@dataclass
class _Tag:
    """A flat piece of a tag: how much ink is where, and where the line to read lies."""

    ink: Picture
    line: tuple[float, float, float, float]  # left, top, right, bottom of the line to read, pixels
    fonts: list[str] = field(default_factory=list)
    characters: int = 1  # of the line to read
    between_lines: bool = False  # nothing to read: of the lines above and below less than half is in the box
    cut: tuple[float, float] | None = None  # pixels of a further character that the box leaves, left and right


class CropRenderer:
    """Renders the crops of a recipe; crop `index` is the same in any process and any order.

    Args:
        recipe: how the crops look.
        fonts: from `load_fonts(recipe.fonts)`.
        seed: another seed gives other crops.
        excluded: match keys of codes that are never printed, as `texts.line_text` takes them.
    """

    def __init__(
        self, recipe: Recipe, fonts: FontBook, seed: int = 0, *, excluded: frozenset[str] = frozenset()
    ) -> None:
        self.recipe, self.fonts, self.seed, self.excluded = recipe, fonts, seed, excluded
        self._weights = np.array([weight for weight, _ in fonts.groups])
        self._weights /= self._weights.sum()
        self._neighbour = lru_cache(maxsize=POOL)(self._draw_neighbour)

    def render(self, index: int, hardness: float | None = None) -> Crop:
        """The crop with this index. `hardness` overrides the recipe's (0 clean, 1 everything)."""
        # The attempt is part of the seed: a line that a font cannot draw is drawn anew, not skipped.
        for attempt in range(100):
            rng = np.random.default_rng((self.seed, index, attempt))
            words = random.Random(f"{self.seed}/{index}/{attempt}")
            hard = self.recipe.hardness if hardness is None else hardness
            if self.recipe.style == "plain":
                crop = self._plain(rng, words)
            elif words.random() < self.recipe.no_text:
                crop = self._without_text(rng, words, hard)
            else:
                crop = self._tag_crop(rng, words, hard)
            if crop is not None:
                return crop
        raise RuntimeError(f"recipe {self.recipe.name}: crop {index} could not be drawn in 100 attempts")

    # -- flat tags -----------------------------------------------------------------------------------------------

    def _font(self, words: random.Random) -> str:
        group = words.choices(self.fonts.groups, weights=list(self._weights))[0]
        return words.choice(group[1])

    def _draw(self, text: str, font: str, rng: Generator, words: random.Random, height: int) -> Picture:
        """Ink of one line, (about `height`, width), 0..1."""
        tracking = 0 if words.random() < 0.5 else round(height * words.uniform(-0.04, 0.16))
        space = words.uniform(0.6, 1.6)
        stroke = 1 if words.random() < 0.08 else 0
        ink = draw_line(text, font, round(height * 1.35), tracking=tracking, space_width=space, stroke=stroke)
        kind = words.random()
        stretch = 1.0 if kind < 0.4 else (words.uniform(0.6, 1.0) if kind < 0.85 else words.uniform(1.0, 1.35))
        if stretch != 1.0:
            ink = cv2.resize(ink, (max(2, round(ink.shape[1] * stretch)), ink.shape[0]), interpolation=cv2.INTER_AREA)
        if words.random() < 0.07:  # slanted by the printer
            shear = words.uniform(-0.25, 0.3)
            extra = int(abs(shear) * ink.shape[0]) + 1
            matrix = np.array([[1, -shear, max(0.0, shear) * ink.shape[0]], [0, 1, 0]])
            ink = cv2.warpAffine(ink, matrix, (ink.shape[1] + extra, ink.shape[0]))
        return ink.astype(np.float32) / np.float32(255)

    def _draw_neighbour(self, slot: int) -> Picture:
        rng, words = np.random.default_rng((self.seed, 7, slot)), random.Random(f"{self.seed}/neighbour/{slot}")
        for _ in range(20):
            if words.random() < 0.6:
                text = texts.neighbour_text(words)
            else:
                text = texts.line_text(words, excluded=self.excluded)
            try:
                return self._draw(text, self._font(words), rng, words, 34)
            except ValueError:
                continue
        raise RuntimeError("no font draws a neighbouring line")

    def _damages(self, words: random.Random, hard: float) -> frozenset[str]:
        if self.recipe.stitched and words.random() < self.recipe.stitched * hard:
            return frozenset({"woven", "cloth", "sewn"} | set(words.sample(("defocus", "motion", "small", "jpeg"), 1)))
        weights = self.recipe.damage_weights
        count = words.choices(range(len(weights)), weights=weights)[0]
        chosen: set[str] = set()
        for damage in words.sample(DAMAGES + CAMERA_DAMAGES * (self.recipe.camera - 1), count):
            if words.random() < hard and not (damage in PRINT_DAMAGES and chosen & PRINT_DAMAGES):
                chosen.add(damage)
        return frozenset(chosen)

    def _tag(
        self, text: str, rng: Generator, words: random.Random, hard: float, damages: frozenset[str]
    ) -> _Tag | None:
        height = words.randint(30, 42)
        font = self._font(words)
        if not self.recipe.same_shapes and digit_like_letters(font) & set(text):
            return None
        if text != text.upper() and not can_draw(font, text):
            return None
        try:
            if self.recipe.cut_off and words.random() < self.recipe.cut_off:
                line, before, after, cut = self._draw_longer(text, font, rng, words, height)
            else:
                line, before, after, cut = self._draw(text, font, rng, words, height), 0, 0, None
        except ValueError:
            return None
        if not 8 <= line.shape[0] <= 90:
            return None
        h, w = line.shape[0], line.shape[1] - before - after
        margin_x, margin_y = int(h * 3.2), int(h * 3.0)
        ink = np.zeros((h + 2 * margin_y, w + 2 * margin_x), np.float32)
        left, top = margin_x, margin_y
        _paste(ink, line, left - before, top)
        if words.random() < 0.75 * hard + 0.1:
            self._add_neighbours(ink, (left, top, left + w, top + h), words)
        if words.random() < 0.35 * hard:
            self._add_rules(ink, (left, top, left + w, top + h), words)
        if words.random() < 0.06 * hard:
            self._add_barcode(ink, (left, top, left + w, top + h), words)
        printed = self._printing(ink, h, rng, words, damages)
        return _Tag(printed, (left, top, left + w, top + h), [font], len(text), cut=cut)

    def _draw_longer(
        self, text: str, font: str, rng: Generator, words: random.Random, height: int
    ) -> tuple[Picture, int, int, tuple[float, float]]:
        """A line that goes on beyond the shopper's box, which leaves less than half of a further character.

        Returns its ink, how many pixels of it stand before and after `text`, and how many of those the box leaves.
        """
        on_the_right = words.random() < 0.7
        further = words.choice(CUT_ON_THE_RIGHT if on_the_right else CUT_ON_THE_LEFT)
        # The same draws for both: the longer line is the shorter one and a character.
        state, noise = words.getstate(), rng.bit_generator.state
        line = self._draw(text, font, rng, words, height)
        words.setstate(state)
        rng.bit_generator.state = noise
        longer = self._draw(text + further if on_the_right else further + text, font, rng, words, height)
        extra = max(0, longer.shape[1] - line.shape[1])
        left = extra * words.uniform(0.08, 0.42)  # of the character and the gap before it
        return (longer, 0, extra, (0.0, left)) if on_the_right else (longer, extra, 0, (left, 0.0))

    def _add_neighbours(self, ink: Picture, line: tuple[int, int, int, int], words: random.Random) -> None:
        left, top, right, bottom = line
        h = bottom - top
        gap = words.uniform(0.18, 0.95)  # between lines, in text heights
        size = words.choice((1.0, 1.0, words.uniform(0.6, 1.5)))
        for side in (-1, 1):
            if words.random() < 0.22:
                continue
            edge = top if side < 0 else bottom
            for _ in range(3):
                neighbour = self._neighbour(words.randrange(POOL))
                wanted = max(6, round(h * size))
                neighbour = cv2.resize(
                    neighbour,
                    (max(4, round(neighbour.shape[1] * wanted / neighbour.shape[0])), wanted),
                    interpolation=cv2.INTER_AREA,
                )
                y = round(edge + side * gap * h) - (wanted if side < 0 else 0)
                if y < 0 or y + wanted > ink.shape[0]:
                    break
                x = left + round(words.choice((0.0, 0.0, words.uniform(-2, 2))) * h)
                while x < ink.shape[1] - 4:
                    _paste(ink, neighbour, x, y)
                    x += neighbour.shape[1] + round(words.uniform(0.6, 3) * h)
                    if words.random() < 0.5:
                        break
                edge = y if side < 0 else y + wanted
        # Words on the same line, at a distance: the box may cut into them, and they are not part of the text.
        for side in (-1, 1):
            if words.random() < 0.22:
                neighbour = self._neighbour(words.randrange(POOL))
                wanted = h
                neighbour = cv2.resize(
                    neighbour,
                    (max(4, round(neighbour.shape[1] * wanted / neighbour.shape[0])), wanted),
                    interpolation=cv2.INTER_AREA,
                )
                distance = round(words.uniform(self.recipe.apart, self.recipe.apart + 1.6) * h)
                _paste(ink, neighbour, right + distance if side > 0 else left - distance - neighbour.shape[1], top)

    def _add_rules(self, ink: Picture, line: tuple[int, int, int, int], words: random.Random) -> None:
        left, top, right, bottom = line
        h = bottom - top
        thick = max(1, round(h * words.uniform(0.03, 0.13)))
        density = words.uniform(0.5, 1.0)
        if words.random() < 0.8:
            above, below = words.random() < 0.6, words.random() < 0.7
            distance = words.uniform(0.12, 0.7)
            for wanted, y in ((above, top - distance * h), (below, bottom + distance * h)):
                if wanted:
                    ink[max(0, round(y)) : round(y) + thick] = np.maximum(
                        ink[max(0, round(y)) : round(y) + thick], density
                    )
        if words.random() < 0.5:
            for side in (-1, 1):
                if words.random() < 0.6:
                    x = (
                        round(left - words.uniform(0.2, 1.2) * h)
                        if side < 0
                        else round(right + words.uniform(0.2, 1.2) * h)
                    )
                    ink[:, max(0, x) : max(0, x) + thick] = np.maximum(ink[:, max(0, x) : max(0, x) + thick], density)

    @staticmethod
    def _add_barcode(ink: Picture, line: tuple[int, int, int, int], words: random.Random) -> None:
        left, top, right, bottom = line
        h = bottom - top
        above = words.random() < 0.5
        distance = round(words.uniform(0.15, 0.6) * h)
        y0, y1 = (0, top - distance) if above else (bottom + distance, ink.shape[0])
        if y1 - y0 < 4:
            return
        x, unit = left - round(words.uniform(0, 1) * h), max(1, round(h * 0.06))
        ink[y0:y1] = 0
        while x < right + h:
            bar, space = words.randint(1, 4) * unit, words.randint(1, 4) * unit
            ink[y0:y1, max(0, x) : max(0, x + bar)] = 1
            x += bar + space

    @staticmethod
    def _printing(ink: Picture, h: int, rng: Generator, words: random.Random, damages: frozenset[str]) -> Picture:
        """What the press does to the ink; `h` is the height of the text in pixels."""
        if words.random() < 0.35:
            ink = degrade.weight_of_strokes(rng, ink)
        if "dots" in damages:
            ink = degrade.dots(rng, ink, h)
        if "woven" in damages:
            ink = degrade.woven(rng, ink, h)
        if "spread" in damages:
            ink = degrade.ink_spread(rng, ink)
        if "worn" in damages:
            ink = degrade.worn_print(rng, ink)
        if "streaks" in damages:
            ink = degrade.streaks(rng, ink)
        return ink

    # -- the view ------------------------------------------------------------------------------------------------

    def _line_text(self, words: random.Random) -> str:
        recipe = self.recipe
        return texts.line_text(
            words,
            longest=recipe.longest,
            strange=recipe.strange_words,
            nearly=recipe.near_words,
            digit_like=recipe.digit_like,
            excluded=self.excluded,
        )

    def _tag_crop(self, rng: Generator, words: random.Random, hard: float) -> Crop | None:
        text = self._line_text(words)
        if len(text) < self.recipe.shortest:
            return None
        damages = self._damages(words, hard)
        printed = texts.as_printed(text, words, self.recipe.title_case, self.recipe.lower_case)
        tag = self._tag(printed, rng, words, hard, damages)
        if tag is None:
            return None
        image, tilt = self._view(tag, rng, words, hard, damages)
        return self._finish(image, text, tag.fonts[0], tilt, words)

    def _without_text(self, rng: Generator, words: random.Random, hard: float) -> Crop | None:
        """Cloth, blank paper, ruled lines, a barcode, a logo's shapes, or the gap between two lines."""
        damages = self._damages(words, hard)
        tag = self._tag("HHHHHHHH"[: words.randint(3, 8)], rng, words, 1.0, damages)
        if tag is None:
            return None
        left, top, right, bottom = (round(v) for v in tag.line)
        h = bottom - top
        kind = words.random()
        tag.between_lines = kind >= 0.4
        if kind < 0.4:
            tag.ink[:] = 0
        else:
            tag.ink[max(0, top - round(0.1 * h)) : bottom + round(0.1 * h)] = 0
        if self.recipe.shapes and words.random() < self.recipe.shapes:
            self._add_shapes(tag.ink, (left, top, right, bottom), words)
        elif 0.4 < kind < 0.6:
            self._add_barcode(tag.ink, (left, top, right, top + 1), words)
        elif kind > 0.85:
            for _ in range(words.randint(1, 5)):
                centre = (words.randint(left, right), words.randint(top - h, bottom + h))
                axes = (words.randint(h // 3, h * 2), words.randint(h // 4, h))
                cv2.ellipse(
                    tag.ink,
                    centre,
                    axes,
                    words.uniform(0, 180),
                    words.uniform(0, 180),
                    words.uniform(180, 360),
                    1.0,
                    words.choice((-1, 2, 5)),
                )
        if words.random() < 0.3:
            self._add_rules(tag.ink, (left, top, right, bottom), words)
        image, tilt = self._view(tag, rng, words, hard, damages)
        return self._finish(image, "", tag.fonts[0], tilt, words)

    @staticmethod
    def _add_shapes(ink: Picture, line: tuple[int, int, int, int], words: random.Random) -> None:
        """A row, or a grid, of one shape: eyelets, perforation, cross stitch, chevrons, rivets, printed ornaments."""
        left, top, right, bottom = line
        height = (bottom - top) * words.uniform(0.25, 1.0)
        width = height * words.uniform(0.4, 1.4)
        pitch = min(width * words.uniform(1.05, 2.6), (right - left) / words.uniform(3.5, 9))
        width = min(width, pitch / 1.05)
        kind = words.choice(("ellipse", "ellipse", "disc", "cross", "wedge", "polygon", "polygon", "bar", "wave"))
        thick = -1 if kind == "disc" else max(1, round(height * words.uniform(0.06, 0.22)))
        corners = words.choice((3, 3, 4, 4, 5, 6))
        turn = words.choice((0.0, 90.0, 180.0, 270.0, words.uniform(0, 360)))
        rows = words.choice((1, 1, 1, 2, 3))
        for row in range(rows):
            y = (top + bottom) / 2 + (row - (rows - 1) / 2) * height * 1.3
            x, shift = left + width / 2, words.uniform(0, 0.3) * pitch * (row % 2)
            while x < right:
                centre = np.array([x + shift, y])
                strokes: list[list[tuple[float, float]]] = []
                if kind in {"ellipse", "disc"}:
                    axes = (max(1, round(width / 2)), max(1, round(height / 2)))
                    at = (round(float(centre[0])), round(float(centre[1])))
                    cv2.ellipse(ink, at, axes, 0, 0, 360, 1.0, thick, cv2.LINE_AA)
                elif kind == "cross":
                    strokes = [[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]]
                elif kind == "wedge":
                    strokes = [[(-1, -1), (0, 1), (1, -1)]]
                elif kind == "bar":
                    strokes = [[(0, -1), (0, 1)]]
                elif kind == "wave":
                    reach = pitch / width
                    strokes = [[(-reach, 1), (0, -1), (reach, 1)]]
                else:
                    angles = np.deg2rad(np.arange(corners + 1) * 360 / corners + turn)
                    strokes = [[(float(np.sin(a)), float(-np.cos(a))) for a in angles]]
                turned = turn in {90.0, 270.0} and kind in {"wedge", "bar"}
                for stroke in strokes:
                    points = np.array([(q, p) if turned else (p, q) for p, q in stroke])
                    if turn == 180.0:
                        points = -points
                    points = centre + points * np.array([width / 2, height / 2])
                    corners_at = np.round(points).astype(np.int32)[None]
                    if kind == "polygon" and row % 2 == 0 and turn > 180:
                        cv2.fillPoly(ink, [*corners_at], 1.0, cv2.LINE_AA)
                    else:
                        cv2.polylines(ink, [*corners_at], False, 1.0, max(1, thick), cv2.LINE_AA)
                x += pitch

    def _view(
        self, tag: _Tag, rng: Generator, words: random.Random, hard: float, damages: frozenset[str]
    ) -> tuple[Picture, float]:
        """Photograph the tag: returns the grey picture (H, W) in 0..1 and the tilt in degrees."""
        left, top, right, bottom = tag.line
        h, w = bottom - top, right - left
        centre_x, centre_y = (left + right) / 2, (top + bottom) / 2
        strength = 0.25 + 0.75 * hard
        tilt = words.gauss(0, self.recipe.tilt) * strength if words.random() < 0.7 else words.gauss(0, 1)
        if words.random() < self.recipe.steep * hard:
            tilt = words.uniform(-30, 30)
        if tag.cut or tag.between_lines:  # a box that cuts a character, or lines, cuts it straight
            tilt = words.gauss(0, 2)
        angle = np.deg2rad(tilt)
        cos, sin = np.cos(angle), np.sin(angle)
        # The sagitta of the line's curve.
        bend = words.gauss(0, self.recipe.bend) * h * hard if words.random() < self.recipe.bent else 0.0
        if tag.between_lines:
            bend = 0.0
        perspective = words.gauss(0, 0.09) * hard if words.random() < 0.5 else 0.0
        perspective = float(np.clip(perspective, -0.25, 0.25))  # the mapping folds at a half
        squeeze = words.gauss(0, 0.06) * hard  # shear of the view
        # The shopper's box: what it leaves around the line, in text heights. Tight, cut, or loose.
        kind = words.random()
        if kind < 0.5:
            pad = [words.uniform(0.02, 0.35) for _ in range(4)]
        elif kind < 0.9:
            pad = [words.uniform(0.0, 0.8) for _ in range(4)]
        else:
            pad = [words.uniform(0.3, 1.5) for _ in range(4)]
        if self.recipe.loose_boxes and words.random() < self.recipe.loose_boxes:
            side, off = words.uniform(0.15, 1.0) * w, words.uniform(-0.3, 0.3)
            pad = [side * (1 - off) / h, side * (1 + off) / h, words.uniform(0.1, 1.3), words.uniform(0.1, 1.3)]
        elif words.random() < 0.12 * hard:  # the box cuts a little of the text itself
            pad[words.randrange(4)] = -words.uniform(0.02, 0.12)
        if tag.between_lines:
            pad[2:] = [words.uniform(0.0, 0.3), words.uniform(0.0, 0.3)]
        if abs(tilt) > 8 and words.random() < 0.8:
            pad = [min(p, 0.3) for p in pad]
        if tag.cut:
            side = 0 if tag.cut[0] else 1
            pad[side] = tag.cut[side] / h
        # Corners of the line in the view, to find the box that holds it.
        corners = np.array([[-w / 2, -h / 2], [w / 2, -h / 2], [w / 2, h / 2], [-w / 2, h / 2]])
        seen = self._to_view(corners, cos, sin, perspective, squeeze, w)
        x0, x1 = seen[:, 0].min() - pad[0] * h, seen[:, 0].max() + pad[1] * h
        y0 = seen[:, 1].min() - pad[2] * h - max(0.0, bend)
        y1 = seen[:, 1].max() + pad[3] * h + max(0.0, -bend)
        out_h = int(np.clip(words.uniform(40, 76) * (1 if y1 - y0 < 2.2 * h else 1.25), 24, 96))
        out_w = int(np.clip(out_h * (x1 - x0) / max(1.0, y1 - y0), 12, 560))
        # Every pixel of the picture asks where on the flat tag it comes from.
        gx, gy = np.meshgrid(np.linspace(x0, x1, out_w, dtype=np.float32), np.linspace(y0, y1, out_h, dtype=np.float32))
        depth = 1 + np.float32(perspective / max(w, 1) * 2) * gx
        gx, gy = gx * depth, gy * depth
        fx = gx * np.float32(cos) - gy * np.float32(sin)
        fy = gx * np.float32(sin) + gy * np.float32(cos)
        fx = fx - np.float32(squeeze) * fy
        if bend:
            fy = fy + np.float32(bend) * ((2 * fx / w) ** 2 - 1) * np.float32(-1)
        if "wave" in damages:  # cloth that waves
            wave = words.uniform(0.02, 0.08) * h
            fy = fy + np.float32(wave) * np.sin(
                fx * np.float32(2 * np.pi / (h * words.uniform(2, 7))) + np.float32(words.uniform(0, 6))
            )
        scale = (y1 - y0) / out_h
        ink = tag.ink if scale < 1.3 else cv2.GaussianBlur(tag.ink, (0, 0), 0.45 * scale)
        ink = cv2.remap(
            ink,
            fx + np.float32(centre_x),
            fy + np.float32(centre_y),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        return self._photograph(ink, h / scale, w / h / tag.characters, rng, words, damages), tilt

    @staticmethod
    def _to_view(
        points: NDArray[np.float64], cos: float, sin: float, perspective: float, squeeze: float, w: float
    ) -> NDArray[np.float64]:
        """Flat tag (relative to the line's centre) to the view; the inverse of the mapping in `_view` but for bends."""
        fx, fy = points[:, 0] + squeeze * points[:, 1], points[:, 1]
        gx, gy = fx * cos + fy * sin, -fx * sin + fy * cos
        # gx = vx * (1 + k vx), solved for vx.
        k = perspective / max(w, 1) * 2
        vx = 2 * gx / (1 + np.sqrt(np.maximum(0, 1 + 4 * k * gx)))
        return np.stack([vx, gy / (1 + k * vx)], axis=1)

    def _photograph(
        self, ink: Picture, h: float, aspect: float, rng: Generator, words: random.Random, damages: frozenset[str]
    ) -> Picture:
        """Paper, light and camera: ink (H, W) becomes a grey picture (H, W) in 0..1, perhaps of another size.

        `h` is the height of the text in pixels, `aspect` the mean width of a character in text heights.
        """
        recipe, shape = self.recipe, ink.shape
        gentle = recipe.gentle_on_small
        if gentle and damages & {"small", "jpeg", "defocus"}:
            damages -= {"emboss"}
        contrast = words.uniform(0.12, 0.35) if "faint" in damages else words.uniform(0.35, 0.97)
        if words.random() < 0.22 or "sewn" in damages:  # light print on a dark ground
            ground = words.uniform(0.02, max(0.03, 1 - contrast))
            colour = min(1.0, ground + contrast)
        else:
            ground = words.uniform(min(0.97, contrast + 0.02), 1.0)
            colour = max(0.0, ground - contrast)
        paper = np.full(shape, ground, np.float32)
        if "cloth" in damages:
            # On cloth the print is uneven where the threads rise, and the ground shows through.
            texture = degrade.weave(rng, shape, h)
            roughness = words.uniform(0.25, 0.6) if "sewn" in damages else words.uniform(0.06, 0.4)
            paper = paper + texture * np.float32(roughness * contrast)
            if words.random() < 0.7:
                ink = ink * np.clip(1 - words.uniform(0.1, 0.8) * np.maximum(texture, 0), 0, 1)
        elif words.random() < 0.3:
            cells = (words.randint(4, 20), words.randint(8, 60))
            paper = paper + degrade.low_frequency(rng, shape, cells) * np.float32(words.uniform(0.0, 0.15) * contrast)
        picture = paper + (np.float32(colour) - paper) * ink
        if "emboss" in damages:  # the light draws the edges
            relief = cv2.GaussianBlur(ink, (0, 0), 1.0)
            picture = paper + (relief - np.roll(relief, (2, 2), (0, 1))) * np.float32(words.uniform(0.4, 0.8))
        if words.random() < 0.8:
            picture = degrade.lighting(rng, picture, glare="glare" in damages)
        if "defocus" in damages:
            picture = degrade.defocus(rng, picture, h, recipe.blur)
        elif words.random() < 0.4:
            picture = cv2.GaussianBlur(picture, (0, 0), h * words.uniform(0.01, 0.045))
        if "motion" in damages:
            picture = degrade.motion_blur(rng, picture, h, recipe.blur)
        exposure = degrade.underexposed if "dark" in damages else degrade.exposure
        picture = exposure(rng, picture)
        # Height of the picture at which its text is barely readable.
        readable = max(recipe.readable, recipe.character_width / aspect) * shape[0] / h
        if "small" in damages:
            picture = degrade.low_resolution(rng, picture, readable, readable * 2)
        elif words.random() < 0.3:
            picture = degrade.low_resolution(rng, picture, readable * 2, readable * 5)
        if words.random() < 0.25:
            picture = degrade.sharpen(rng, picture)
        noise = words.uniform(0.05, 0.16) * contrast if "noise" in damages else words.uniform(0.002, 0.03) * contrast
        text_height = h * picture.shape[0] / shape[0]
        if gentle and ("dark" in damages or text_height < 10):
            noise *= 0.4
        picture = degrade.sensor_noise(rng, picture, noise)
        if "jpeg" in damages:
            if recipe.blur > 1 and words.random() < 0.5:  # a messenger halves the picture, then squeezes it
                picture = degrade.low_resolution(rng, picture, readable * 1.2, readable * 4)
                text_height = h * picture.shape[0] / shape[0]
            picture = degrade.jpeg(rng, picture, 20 if gentle and text_height < 10 else 8, 35)
        elif words.random() < 0.4:
            picture = degrade.jpeg(rng, picture, 35, 95)
        return picture

    def _finish(self, picture: Picture, text: str, font: str, tilt: float, words: random.Random) -> Crop:
        image = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
        turns = words.randint(1, 3) if words.random() < self.recipe.quarter_turns else 0
        if turns:
            image = np.ascontiguousarray(np.rot90(image, -turns))
        return Crop(image, text, font.rsplit("/", 1)[-1], tilt, turns)

    # -- the original's recipes ----------------------------------------------------------------------------------

    def _plain(self, rng: Generator, words: random.Random) -> Crop | None:
        """TRDG's text on white or noisy paper, tilted up to the recipe's bound: the dataset versions of 2021."""
        text = self._line_text(words)
        if len(text) < self.recipe.shortest:
            return None
        font = self._font(words)
        try:
            ink = draw_line(text, font, 48).astype(np.float32) / 255
        except ValueError:
            return None
        tilt = words.uniform(-self.recipe.tilt, self.recipe.tilt)
        margin = 6
        ink = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
        height, width = ink.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
        cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
        size = (int(height * sin + width * cos), int(height * cos + width * sin))
        turn[0, 2] += size[0] / 2 - width / 2
        turn[1, 2] += size[1] / 2 - height / 2
        ink = cv2.warpAffine(ink, turn, size)
        paper = np.clip(0.92 + 0.04 * degrade.fine_noise(rng, ink.shape), 0, 1)
        picture = paper * (1 - ink) + words.uniform(0, 0.25) * ink
        if words.random() < 0.5:
            picture = cv2.GaussianBlur(picture, (0, 0), words.uniform(0.4, 1.6))
        return self._finish(picture.astype(np.float32), text, font, tilt, words)


def _paste(canvas: Picture, piece: Picture, x: int, y: int) -> None:
    """Add ink at (x, y), clipped to the canvas."""
    x0, y0 = max(0, x), max(0, y)
    x1, y1 = min(canvas.shape[1], x + piece.shape[1]), min(canvas.shape[0], y + piece.shape[0])
    if x1 > x0 and y1 > y0:
        part = piece[y0 - y : y1 - y, x0 - x : x1 - x]
        canvas[y0:y1, x0:x1] = np.maximum(canvas[y0:y1, x0:x1], part)
