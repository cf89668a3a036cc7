"""A canvas to draw on, with finger, pen or mouse."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from frontend.digits.texts import DigitTexts

PAUSE: Final = 0.3
"""Seconds without a new stroke after which a drawing is read."""

_tools = st.components.v2.component(
    "canvas_tools",
    html="<div style='height:0'></div>",
    js=Path(__file__).with_name("canvas_tools.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Drawing:
    """What stands on a canvas."""

    png: bytes  # dark strokes on white
    strokes: int


def draw_on(key: str, *, side: int, pen: int) -> Drawing | None:
    """Draw a canvas; None while nothing is on it. Another key gives an empty one.

    Args:
        key: Names the canvas.
        side: Pixels of its width and height.
        pen: Pixels of the pen's width.
    """
    # The ground is white in the dark theme, too: a sheet of paper.
    result = st_canvas(
        stroke_width=pen,
        stroke_color="#10202f",
        background_color="#ffffff",
        height=side,
        width=side,
        return_image_data=True,
        key=key,
    )
    strokes = len((result.json_data or {}).get("objects", []))
    png = result.image_bytes
    return None if not strokes or png is None else Drawing(png, strokes)


def show_tools(texts: DigitTexts) -> None:
    """Let the tools of all canvases of a page stand above them, to undo, redo and clear."""
    names = {"Undo": texts.undo, "Redo": texts.redo, "Reset canvas & history": texts.clear}
    _tools(key="canvas_tools", data={"names": names})


def wait_for_pause() -> None:
    """Wait until drawing has stopped for a moment: a new stroke ends this run of the page and begins another."""
    time.sleep(PAUSE)
    st.empty()  # where Streamlit notices it
