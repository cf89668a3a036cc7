"""What stands below the line of a search: suggestions and the count while it is typed, and its parts as chips."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from frontend.client.explorer import ExplorerClient
from frontend.client.explorer_answers import FoundCount, SearchHelp
from frontend.client.failures import BackendError
from frontend.explore.exploration import Exploration
from frontend.explore.search_bar import LINE, search_for
from frontend.explore.texts import ExploreTexts

_KEY: Final = "search-line"
_CHOSEN: Final = "search-line-chosen"
_LONGEST: Final = 2000

_line = st.components.v2.component(
    "search_line",
    html=(
        '<div class="search-line"><div class="search-status" aria-live="polite"></div>'
        '<ul class="search-options" id="search-options" role="listbox" hidden></ul>'
        '<div class="search-chips" role="group"></div></div>'
    ),
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


# A fragment: the page itself is not drawn anew while somebody types.
@st.fragment
def show_search_line(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw it; the search begins once its line is sent, or a chip is changed."""

    def told(name: str) -> tuple[str, int] | None:
        """A line that the browser has sent, and where it is typed."""
        answer = cast("dict[str, Any]", st.session_state[_KEY]).get(name)
        if not isinstance(answer, dict):
            return None
        line = answer.get("line")
        if not isinstance(line, str) or len(line) > _LONGEST:
            return None
        cursor = answer.get("cursor", len(line))
        return line, cursor if isinstance(cursor, int) and 0 <= cursor <= len(line) else len(line)

    def typed() -> None:
        if (said := told("typed")) is not None:
            state.help = _help(client, *said)

    def probed() -> None:
        if (said := told("probed")) is not None:
            state.probe = () if (known := _help(client, *said)) is None else known.suggestions

    def chosen() -> None:
        if (said := told("line")) is not None:
            search_for(said[0])
            state.help = None
            st.session_state[_CHOSEN] = True

    if st.session_state.pop(_CHOSEN, False):
        st.rerun()  # the line above is the page's
    if state.help is None:
        state.help = _help(client, state.search, len(state.search))
    _line(
        key=_KEY,
        data={
            "input": f".st-key-{LINE} input",
            "searched": state.search,
            "help": None if state.help is None else _shown(state.help, texts),
            "probe": list(state.probe),
            "texts": dict(texts.chips),
            "language": texts.language,
        },
        on_typed_change=typed,
        on_probed_change=probed,
        on_line_change=chosen,
    )


def _help(client: ExplorerClient, line: str, cursor: int) -> SearchHelp | None:
    try:
        return client.search_help(line, cursor)
    except BackendError:
        return None  # a line can be typed without help


def _shown(known: SearchHelp, texts: ExploreTexts) -> dict[str, Any]:
    return known.model_dump() | {"told": "" if known.count is None else count_told(known.count, texts)}


def count_told(count: FoundCount, texts: ExploreTexts) -> str:
    """How many labels a search finds, in words."""
    if count.is_exact and count.labels == 1:
        return texts.count_one
    return (texts.count_exact if count.is_exact else texts.count_about).format(count=f"{count.labels:,}")
