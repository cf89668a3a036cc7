"""The little CSS that Streamlit's theme cannot say, and words for the widgets that speak English only."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from frontend.read_tag.texts import Texts

# Streamlit's uploader and camera speak English only: the words are laid over by CSS.
_WORDS: Final = """
[data-testid="stFileUploaderDropzone"] button p { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { font-size: 1rem; content: %(upload_button)s; }
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after {
  font-size: 0.875rem; content: %(upload_limit)s;
}
[data-testid="stCameraInputButton"] { font-size: 0 !important; }
[data-testid="stCameraInputButton"]::after { font-size: 1rem; content: %(camera_button)s; }
[data-testid="stCameraInput"] img ~ [data-testid="stCameraInputButton"]::after { content: %(camera_clear)s; }
[data-testid="stCameraInputWebcamComponent"] p { font-size: 0; }
[data-testid="stCameraInputWebcamComponent"] p a { display: none; }
[data-testid="stCameraInputWebcamComponent"] p::after { font-size: 1rem; content: %(camera_waiting)s; }
"""


def apply_style(texts: Texts) -> None:
    """Add the rules to the page."""
    words = _WORDS % {
        name: _css_string(getattr(texts, name))
        for name in ("upload_button", "upload_limit", "camera_button", "camera_clear", "camera_waiting")
    }
    st.html(f"<style>{_rules()}{words}</style>")


@cache
def _rules() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def _css_string(text: str) -> str:
    # A JSON string without escapes other than quotes and backslashes is a CSS string.
    return json.dumps(text, ensure_ascii=False)
