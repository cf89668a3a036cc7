"""The little CSS that Streamlit's theme cannot say, and words for the widgets that speak English only."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from frontend.language import Language, Texts, Words

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


class WidgetTexts(Texts):
    """What Streamlit's own widgets say."""

    upload_button = Words(ko="사진 선택", en="Choose a photo")
    upload_limit = Words(ko="JPG, PNG, WebP, HEIC · 최대 20MB", en="JPG, PNG, WebP, HEIC · up to 20 MB")
    camera_button = Words(ko="찍기", en="Take photo")
    camera_clear = Words(ko="다시 찍기", en="Take another")
    camera_waiting = Words(ko="카메라 사용을 허용해 주세요.", en="Please allow the camera.")


def apply_style(language: Language) -> None:
    """Add the rules to the page."""
    texts = WidgetTexts(language)
    words = {
        name: _css_string(getattr(texts, name)) for name, text in vars(WidgetTexts).items() if isinstance(text, Words)
    }
    st.html(f"<style>{_rules()}{_WORDS % words}</style>")


@cache
def _rules() -> str:
    return Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


def _css_string(text: str) -> str:
    # A JSON string without escapes other than quotes and backslashes is a CSS string.
    return json.dumps(text, ensure_ascii=False)
