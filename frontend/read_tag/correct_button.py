"""A button that goes to the field in which the line is corrected: on a phone the field is out of the thumb's reach."""

from __future__ import annotations

from typing import Final

import streamlit as st

_MARKUP: Final = '<button type="button"><span></span></button>'
_STYLE: Final = """
button {
  font: inherit; font-size: 0.875rem; color: var(--text, #1b2430); background: var(--ground, #ffffff); cursor: pointer;
  border: 1px solid var(--border, #d7dde4); border-radius: 0.6rem; padding: 0 0.9rem; height: 2.75rem; width: 100%;
  white-space: nowrap;
}
button:focus-visible { outline: 3px solid var(--focus, #8fbce8); outline-offset: 1px; }
"""
# In the press itself: only there a phone opens its keyboard.
_SCRIPT: Final = """
export default function (component) {
  const { parentElement, data } = component;
  parentElement.querySelector("span").textContent = data.label;
  parentElement.querySelector("button").onclick = () => {
    const field = document.querySelector('.st-key-correction input');
    if (!field) return;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
    field.select();
  };
}
"""

_button = st.components.v2.component("correct_button", html=_MARKUP, css=_STYLE, js=_SCRIPT)


def correct_button(label: str, *, key: str) -> None:
    """Draw the button."""
    _button(key=key, data={"label": label}, width="content")
