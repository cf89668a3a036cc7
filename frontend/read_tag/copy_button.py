"""A button that copies a text, also over plain HTTP, where a phone's browser offers no clipboard API."""

from __future__ import annotations

from typing import Final

import streamlit as st

_MARKUP: Final = '<button type="button"><span aria-live="polite"></span></button>'
_STYLE: Final = """
button {
  font: inherit; font-size: 0.95rem; color: var(--accent); background: var(--ground); cursor: pointer;
  border: 1px solid var(--edge); border-radius: 0.6rem; padding: 0 1rem; height: 2.75rem; white-space: nowrap;
}
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; }
"""
_SCRIPT: Final = """
export default function (component) {
  const { parentElement, data } = component;
  const button = parentElement.querySelector("button");
  const label = parentElement.querySelector("span");
  const copyByHand = () => {
    // navigator.clipboard exists on secure pages only.
    const area = document.createElement("textarea");
    area.value = data.text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  };
  let timer = null;
  label.textContent = data.label;
  button.onclick = async () => {
    let copied = false;
    try {
      await navigator.clipboard.writeText(data.text);
      copied = true;
    } catch (error) {
      copied = copyByHand();
    }
    label.textContent = copied ? data.done : data.failed;
    clearTimeout(timer);
    timer = setTimeout(() => { label.textContent = data.label; }, 2000);
  };
  return () => clearTimeout(timer);
}
"""

_button = st.components.v2.component("copy_button", html=_MARKUP, css=_STYLE, js=_SCRIPT)


def copy_button(text: str, *, label: str, done: str, failed: str, key: str) -> None:
    """Draw the button; `done` or `failed` replaces its label for two seconds after a press."""
    _button(key=key, data={"text": text, "label": label, "done": done, "failed": failed}, width="content")
