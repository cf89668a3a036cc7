"""A sentence that stands only on a page that came over plain HTTP, where browsers offer no camera."""

from __future__ import annotations

from typing import Final

import streamlit as st

# localhost counts as secure.
_SCRIPT: Final = """
export default function (component) {
  const { parentElement, data } = component;
  const sentence = parentElement.querySelector("p");
  sentence.textContent = data.sentence;
  sentence.hidden = window.isSecureContext;
}
"""
_STYLE: Final = """
p { margin: 0; padding: 0.6rem 0.9rem; border-radius: 0.6rem; font-size: 0.95rem; line-height: 1.5;
  background: var(--orange-tint, #fdf0d5); color: var(--orange-text, #6b4000); }
"""

_sentence = st.components.v2.component("secure_page", html='<p role="note" hidden></p>', css=_STYLE, js=_SCRIPT)


def warn_of_plain_http(sentence: str) -> None:
    """Draw the sentence where the page is not secure."""
    _sentence(key="secure_page", data={"sentence": sentence})
