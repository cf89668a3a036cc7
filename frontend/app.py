"""The pages' entry, for `python -m deploy.pages` or `streamlit run frontend/app.py`."""

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
    from frontend.account import has_accounts
    from frontend.client.spans import page_span
    from frontend.data_models import texts as data_texts
    from frontend.data_models.page import data_models
    from frontend.digits.page import digits_page
    from frontend.digits.texts import DIGIT_TEXTS
    from frontend.explore.page import explore as explore_page
    from frontend.explore.texts import EXPLORE_TEXTS
    from frontend.gate.page import gate_page
    from frontend.gate.texts import GATE_TEXTS
    from frontend.heading import page_language
    from frontend.menu import show_menu, shown_pages
    from frontend.notices import page_is_drawn
    from frontend.people.page import people_page
    from frontend.people.texts import PEOPLE_TEXTS
    from frontend.projects.page import projects_page
    from frontend.projects.texts import PROJECT_TEXTS
    from frontend.read_tag import texts as reading_texts
    from frontend.read_tag.page import read_tag
    from frontend.several.page import several_photos
    from frontend.several.texts import SEVERAL_TEXTS
    from frontend.uploads.page import uploads_page
    from frontend.uploads.texts import UPLOAD_TEXTS

    language = page_language()

    def first_page() -> None:
        read_tag(several)  # the two pages lead to each other

    reading = st.Page(first_page, title=reading_texts.TEXTS[language].page, default=True)
    several = st.Page(partial(several_photos, reading), title=SEVERAL_TEXTS[language].page, url_path="several")

    digits = st.Page(
        lambda: digits_page(reading),
        title=DIGIT_TEXTS[language].page,
        icon=":material/draw:",
        url_path="digits",
    )

    def data_page() -> None:
        data_models(reading, explore, upload, *accounts)  # so do the team's

    def upload_page() -> None:
        uploads_page(reading, data, explore, *accounts)

    # Shoppers are not led there; the team knows the addresses.
    data = st.Page(data_page, title=data_texts.TEXTS[language].page, icon=":material/database:", url_path="data")
    upload = st.Page(upload_page, title=UPLOAD_TEXTS[language].page, icon=":material/upload:", url_path="upload")
    explore = st.Page(
        lambda: explore_page(reading, data, upload, *accounts),
        title=EXPLORE_TEXTS[language].page,
        icon=":material/grid_view:",
        url_path="explore",
    )
    people = st.Page(
        lambda: people_page(reading, data, explore, upload, projects),
        title=PEOPLE_TEXTS[language].page,
        icon=":material/group:",
        url_path="people",
    )
    projects = st.Page(
        lambda: projects_page(reading, explore, data, upload, people),
        title=PROJECT_TEXTS[language].page,
        icon=":material/folder:",
        url_path="projects",
    )
    gate = st.Page(
        lambda: gate_page(reading, data, explore),
        title=GATE_TEXTS[language].page,
        icon=":material/directions_car:",
        url_path="gate",
    )
    accounts = [projects, people] if has_accounts() else []
    pages = [reading, several, digits, gate, data, explore, upload, projects, people]
    shown = shown_pages(pages)
    page = st.navigation(shown, position="hidden")
    show_menu(shown)
    with page_span(page.url_path):
        page.run()
    page_is_drawn()


main()
