"""The app's entry: `streamlit run frontend/app.py`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import streamlit as st


def main() -> None:
    """Draw the app."""
    # `streamlit run` puts this file's folder on the path; the packages stand in the folder above.
    root = str(Path(__file__).resolve().parent.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    from frontend.data_models import texts as data_texts
    from frontend.data_models.page import data_models
    from frontend.heading import page_language
    from frontend.read_tag import texts as reading_texts
    from frontend.read_tag.page import read_tag

    language = page_language()
    reading = st.Page(read_tag, title=reading_texts.TEXTS[language].page, default=True)
    # Shoppers are not led there; the team knows the address.
    data = st.Page(partial(data_models, reading), title=data_texts.TEXTS[language].page, url_path="data")
    st.navigation([reading, data], position="hidden").run()


main()
