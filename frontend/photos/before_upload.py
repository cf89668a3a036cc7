"""What happens to a photo in the browser before it is uploaded: it may be pasted, and shrunk for a slow network."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

# Bytes that a photo should have on a slow network: seven seconds at 400 kbit/s. A smaller one is uploaded as it is.
ENOUGH: Final = 350_000
# Pixels of the longest side and quality of the JPEG, tried one after the other until a photo is small enough. The last
# is taken in any case: with fewer pixels, print of a tag that fills half of the photo falls below the 15 pixels that
# the reader needs.
STEPS: Final = ((2400, 0.8), (2400, 0.65), (2000, 0.65), (1800, 0.6), (1600, 0.6))
# A network is slow below this many megabits a second. Chromium says 1.6 of one that it knows nothing of.
SLOW: Final = 1.0

_SCRIPT: Final = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
_listener = st.components.v2.component(
    "before_upload", html="<div style='height:0'></div>", js=_SCRIPT, isolate_styles=False
)


def prepare_uploads() -> None:
    """Let this page's uploader take pasted pictures, and shrink photos for it where the network is slow.

    A photo is turned upright by its EXIF orientation when it is shrunk; a file that the browser cannot decode, such as
    HEIC in most, is uploaded as it is.
    """
    steps = [{"side": side, "quality": quality} for side, quality in STEPS]
    data = {"steps": steps, "enough": ENOUGH, "megabits": SLOW}
    _listener(key="before_upload", data=data)
