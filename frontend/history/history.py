"""Codes that this browser has seen, with time, price and a small picture; they survive a reload.

They lie in the browser's storage. A code in it entitles to nothing, unlike the ids of kept labels
(`frontend/read_tag/kept_notes.py`), which stay in their tab.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from frontend.history.texts import HistoryTexts
from frontend.language import Language

MOST_ENTRIES: Final = 50
_KEY: Final = "history"
_MOST_LETTERS: Final = 64

_history = st.components.v2.component(
    "history",
    html='<section class="history" hidden></section>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Seen:
    """A code that was read or typed."""

    of: str  # names the photo, or the typing, so that a correction takes the reading's place
    code: str
    picture: str | None = None  # a JPEG in a data URL
    price: Mapping[Language, str] | None = None  # in words


def show_history(
    language: Language, choose: Callable[[str], object], *, add: Seen | None, forget: str | None, shown: bool
) -> None:
    """Draw the history, or only add to it.

    Args:
        language: Of the texts and the times, and of the prices in the list.
        choose: Called with the code that is pressed.
        add: What has been seen last; adding it again changes nothing.
        forget: What is to be taken out again, by `Seen.of`.
        shown: Whether the list is drawn.
    """
    texts = HistoryTexts(language)
    data = {
        "add": None if add is None else asdict(add),
        "forget": forget,
        "shown": shown,
        "most": MOST_ENTRIES,
        "language": language,
        "texts": {name: getattr(texts, name) for name in ("title", "where", "remove", "clear", "sure")},
    }

    def pressed() -> None:
        code = cast("dict[str, Any]", st.session_state[_KEY]).get("chosen")
        if isinstance(code, str) and 0 < len(code) <= _MOST_LETTERS:
            choose(code)

    _history(key=_KEY, data=data, on_chosen_change=pressed)
