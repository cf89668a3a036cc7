"""Words that a page says once: they are forgotten when a page has been drawn to its end.

A run of a page can be broken off at any place by the next one, which a press, a fragment or the browser itself asks
for. What a run has taken out of the session's state before would then be seen by nobody: an error, or the only showing
of an invitation's link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

_JOBS: Final = "notices-to-forget"


def take_notice(key: str) -> Any:
    """What the session's state holds under the key until this page is drawn; None if it holds nothing."""
    notice = st.session_state.get(key)

    def forget() -> None:
        if st.session_state.get(key) is notice:  # and no other, which is to be said by the next run
            st.session_state.pop(key, None)

    forget_once_drawn(forget)
    return notice


def forget_once_drawn(job: Callable[[], object]) -> None:
    """Have something done when a page has been drawn to its end."""
    st.session_state.setdefault(_JOBS, []).append(job)


def page_is_drawn() -> None:
    """Forget what the page has said."""
    for job in st.session_state.pop(_JOBS, ()):
        job()
