"""Tags drawn with the faces of this machine."""

import random
from functools import cache

from data_gen.whole_tag.canvas import Canvas
from data_gen.whole_tag.faces import FaceBook
from data_gen.whole_tag.fields import TagFields, choose_fields
from data_gen.whole_tag.layouts import LAYOUTS


@cache
def book() -> FaceBook:
    return FaceBook()


def draw(layout: str, seed: int, scale: float = 8.0) -> tuple[TagFields, Canvas]:
    words = random.Random(f"test/{layout}/{seed}")
    fields, faces = choose_fields(words), book().choose(words)
    return fields, LAYOUTS[layout].draw(fields, faces, words, scale)


def drawable() -> list[str]:
    """The layouts for which this machine has faces."""
    return [name for name, layout in LAYOUTS.items() if book().hangul or not layout.hangul]
