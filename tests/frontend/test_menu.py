"""A deployment names the pages that it shows; without that all are there, and no menu."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.drivers.server import ROOT
from frontend.menu import is_shown, shown_pages

READ, DATA, EXPLORE = PAGES = [SimpleNamespace(url_path=path) for path in ("", "data", "explore")]


def test_all_pages_are_there_unless_some_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAGS_PAGES", raising=False)
    assert shown_pages(PAGES) == PAGES
    assert all(map(is_shown, PAGES))


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("explore, read", [EXPLORE, READ]),
        ("Data,data", [DATA]),
        ("gate,read", [READ]),  # a page that this release does not have
        ("nothing", PAGES),
        (" , ", PAGES),
    ],
)
def test_named_pages_are_shown_in_their_order(
    named: str, shown: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAGS_PAGES", named)
    assert shown_pages(PAGES) == shown


def test_no_link_leads_to_a_page_that_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PAGES", "read,explore")
    assert [is_shown(page) for page in PAGES] == [True, False, True]


def test_the_menu_leads_to_the_named_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PAGES", "read,digits,gate")
    app = AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600).run()
    assert [link.proto.page for link in app.get("page_link")] == ["", "digits", "gate"]


@pytest.mark.parametrize("name", ["read", "several", "digits"])
def test_a_page_that_is_shown_alone_links_to_no_other(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAGS_PAGES", name)
    app = AppTest.from_file(str(ROOT / "frontend" / "app.py"), default_timeout=600).run()
    assert not app.exception  # Streamlit refuses a link to a page that is not shown
    assert len(app.get("page_link")) == 1  # its own, in the menu
