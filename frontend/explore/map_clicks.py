"""Presses on points of the map in space, which Streamlit does not tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

_KEY: Final = "map-clicks"

_clicks = st.components.v2.component(
    "map_clicks", html="<span></span>", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def hear_clicks(plot: str, of: str, on_press: Callable[[int, int], object]) -> None:
    """Call a function with the curve and the number of each point that is pressed.

    Args:
        plot: Key of the container that holds the plot, and no other one.
        of: Names the figure; a press on an earlier one is not heard.
        on_press: What is called.
    """

    def pressed_there() -> None:
        answer = cast("dict[str, Any]", st.session_state[_KEY]).get("pressed")
        if not isinstance(answer, dict) or answer.get("of") != of:
            return
        curve, point = answer.get("curve"), answer.get("point")
        if isinstance(curve, int) and isinstance(point, int):
            on_press(curve, point)

    _clicks(key=_KEY, data={"plot": plot, "of": of}, height=1, on_pressed_change=pressed_there)
