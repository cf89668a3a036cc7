"""Searches need no provider, and their addresses hold the code and nothing else of what was typed."""

from backend.prices.searches import search_links


def test_every_site_is_asked_for_the_code() -> None:
    links = search_links("A/B&C 1")
    assert [link.name for link in links] == ["Naver Shopping", "KREAM", "Google"]
    assert all(link.url.startswith("https://") and link.url.endswith("=A%2FB%26C%201") for link in links)
