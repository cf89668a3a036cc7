"""Which pages a deployment shows: all of them behind links, or those that `TAGS_PAGES` names, in a menu at the top."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

FIRST: Final = "read"  # name of the page without a path of its own
_VARIABLE: Final = "TAGS_PAGES"


def named_pages() -> Sequence[str]:
    """The pages that the deployment names, in its order; none where it leaves that open."""
    written = os.environ.get(_VARIABLE) or ""
    return tuple(dict.fromkeys(name.strip().lower() for name in written.split(",") if name.strip()))


def shown_pages(pages: Iterable[StreamlitPage]) -> list[StreamlitPage]:
    """Those of some pages that the deployment shows, in its order; all where it names none of them."""
    by_name = {page.url_path or FIRST: page for page in pages}
    return [by_name[name] for name in named_pages() if name in by_name] or list(by_name.values())


def is_shown(page: StreamlitPage) -> bool:
    """Whether a button to a page leads anywhere."""
    return not named_pages() or (page.url_path or FIRST) in named_pages()


def show_link(page: StreamlitPage, label: str, icon: str) -> None:
    """Draw a link from one page to another, where no menu leads there or leaves it out."""
    if not named_pages():
        st.page_link(page, label=label, icon=icon)


def show_menu(pages: Iterable[StreamlitPage]) -> None:
    """Draw links to these pages, where a deployment names any: Streamlit's own menu is a side bar on a phone."""
    if not named_pages():
        return
    with st.container(horizontal=True, gap="small", key="menu"):
        for page in pages:
            st.page_link(page, label=page.title, icon=page.icon or None, width="content")
