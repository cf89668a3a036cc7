"""The app's entry: `streamlit run frontend/app.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st


def main() -> None:
    """Draw the app."""
    # `streamlit run` puts this file's folder on the path; the packages stand in the folder above.
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    from frontend.pages.read_tag import read_tag

    page = st.navigation([st.Page(read_tag, title="Read a tag", default=True)], position="hidden")
    page.run()


main()
