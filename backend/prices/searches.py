"""Ready-made searches for a code, which need no key and stay when every provider fails."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

_SITES = (
    ("Naver Shopping", "https://search.shopping.naver.com/search/all?query="),
    ("KREAM", "https://kream.co.kr/search?keyword="),
    ("Google", "https://www.google.com/search?q="),
)


@dataclass(frozen=True)
class SearchLink:
    """A search for a code on a site."""

    name: str  # of the site
    url: str  # of the search's result page


def search_links(code: str) -> tuple[SearchLink, ...]:
    """Return one link per site, in a fixed order."""
    return tuple(SearchLink(name, address + quote(code, safe="")) for name, address in _SITES)
