"""Pictures of tags, drawn for tests and for the README's screenshot; nothing here was photographed."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont


def draw_tag(text: str, *, size: tuple[int, int] = (900, 640), letter: int = 96) -> Image.Image:
    """A plain white tag: `text` in the middle with wide margins, and a line above and below."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    width, height = size
    middle = (width / 2, height / 2)
    draw.text(middle, text, fill="black", font=ImageFont.load_default(letter), anchor="mm")
    small = ImageFont.load_default(max(12, letter // 3))
    draw.text((width / 2, height * 0.16), "US 9   UK 8   EUR 42.5   CM 27", fill="#333333", font=small, anchor="mm")
    draw.text((width / 2, height * 0.84), "MADE IN VIETNAM", fill="#333333", font=small, anchor="mm")
    draw.rectangle((width * 0.03, height * 0.04, width * 0.97, height * 0.96), outline="#999999", width=3)
    return image


def encode(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    """The picture as a file's bytes."""
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()
