"""How wide a column is in this browser: the cropper draws in fixed pixels and must be told."""

from __future__ import annotations

from typing import Final

import streamlit as st

# Widths are reported in steps, so that a scrollbar or a dragged window edge does not redraw the picture.
STEP: Final = 10

_SCRIPT: Final = """
export default function (component) {
  const { parentElement, setStateValue, data } = component;
  let reported = data.known;
  const report = () => {
    const width = Math.floor(parentElement.getBoundingClientRect().width / data.step) * data.step;
    if (width > 0 && width !== reported) {
      reported = width;
      setStateValue("width", width);
    }
  };
  let timer = null;
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(report, reported ? 200 : 0);
  });
  observer.observe(parentElement);
  return () => { clearTimeout(timer); observer.disconnect(); };
}
"""

_sensor = st.components.v2.component(
    "width_sensor", html="<div style='height:0'></div>", js=_SCRIPT, isolate_styles=False
)


def column_width() -> int | None:
    """CSS pixels of the column that this is called in; None until the browser has answered and the page runs again."""
    known = (st.session_state.get("column_width") or {}).get("width") or 0
    answer = _sensor(key="column_width", data={"step": STEP, "known": known}, on_width_change=lambda: None)
    measured = answer.width
    return int(measured) if isinstance(measured, int | float) and measured >= STEP else None
