"""CSS of the page "Read a tag": what stands where on a phone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st


def apply_page_style() -> None:
    """Add the rules to the page."""
    st.html(f"<style>{_rules()}</style>")


@cache
def _rules() -> str:
    return Path(__file__).with_name("read_tag.css").read_text(encoding="utf-8")
