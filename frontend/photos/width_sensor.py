"""How wide a column is in this browser: the cropper draws in fixed pixels and must be told."""

from __future__ import annotations

from typing import Final

import streamlit as st

# Widths are reported in steps, so that a scrollbar or a dragged window edge does not redraw the picture.
STEP: Final = 10
PHONE_GUESS: Final = 340
DESKTOP_GUESS: Final = 520

_SCRIPT: Final = """
export default function (component) {
  const { parentElement, setStateValue, data } = component;
  parentElement.dataset.known = data.known; // the width that this page was drawn for
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


def column_width() -> int:
    """CSS pixels of the column that this is called in: a guess by device until the browser has answered."""
    known = (st.session_state.get("column_width") or {}).get("width") or 0
    answer = _sensor(key="column_width", data={"step": STEP, "known": known}, on_width_change=lambda: None)
    measured = answer.width
    if isinstance(measured, int | float) and measured >= STEP:
        return int(measured)
    agent = st.context.headers.get("User-Agent") or ""
    return PHONE_GUESS if "Mobi" in agent else DESKTOP_GUESS
