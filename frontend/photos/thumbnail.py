"""Small pictures that travel inside of text."""

from __future__ import annotations

import base64
import io

from PIL import Image


def thumbnail(picture: Image.Image, side: int) -> str:
    """A picture, RGB, as a JPEG in a data URL: one to four kB for a side of about a hundred.

    Args:
        picture: The picture.
        side: Most pixels of its longer side.
    """
    small = picture.copy()
    small.thumbnail((side, side))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode("ascii")
