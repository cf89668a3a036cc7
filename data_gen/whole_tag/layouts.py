"""The layouts of tags by name, and how often each is photographed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from data_gen.whole_tag.box_label import draw_box_label
from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import Faces
from data_gen.whole_tag.fields import TagFields
from data_gen.whole_tag.garment_label import draw_garment_label
from data_gen.whole_tag.korean_label import draw_korean_label
from data_gen.whole_tag.price_sticker import draw_hang_tag, draw_price_sticker
from data_gen.whole_tag.shoe_label import draw_shoe_label

Drawing = Callable[[TagFields, Faces, random.Random, float], Canvas]


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of tag."""

    draw: Drawing  # fields, faces, generator of the choices, pixels per millimetre
    weight: float  # how often it stands alone on a photo, relative to the others
    cloth: float  # share of these tags that are cloth, not paper
    hangul: bool = False  # needs a Korean face


LAYOUTS = {
    "shoe label": Layout(draw_shoe_label, 0.34, 0.65),
    "korean label": Layout(draw_korean_label, 0.14, 0.3, hangul=True),
    "garment label": Layout(draw_garment_label, 0.12, 1.0),
    "box label": Layout(draw_box_label, 0.2, 0.0),
    "price sticker": Layout(draw_price_sticker, 0.1, 0.0),
    "hang tag": Layout(draw_hang_tag, 0.1, 0.0),
}


def choose_layout(words: random.Random, *, hangul: bool) -> str:
    """The name of a layout that can be drawn on this machine."""
    names = [name for name, layout in LAYOUTS.items() if hangul or not layout.hangul]
    return words.choices(names, weights=[LAYOUTS[name].weight for name in names])[0]
