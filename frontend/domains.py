"""What the backend reads, and where: what the team's pages are about is chosen once, for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from frontend.client.connection import Connection
from frontend.client.domains import ServedDomain, served_domains
from frontend.client.failures import BackendError
from frontend.client.session import backend, backend_url
from frontend.language import Texts, Words

_CHOSEN: Final = "chosen-domain"
_CHOICE: Final = "domain"
_SECONDS: Final = 10  # that an answer is believed, by all sessions


class DomainTexts(Texts):
    """Names of what is read."""

    choice = Words(ko="읽는 것", en="What is read")
    tags = Words(ko="신발 태그", en="Shoe tags")
    digits = Words(ko="손글씨 숫자", en="Drawn digits")
    plates = Words(ko="번호판", en="Number plates")

    def name_of(self, domain: str) -> str:
        """What a domain is called; its own name where this page knows no other."""
        return {"tags": self.tags, "digits": self.digits, "plates": self.plates}.get(domain, domain)


def chosen_domain() -> ServedDomain | None:
    """What the team has chosen, else the first; None while the backend does not say what there is."""
    known = _known()
    wanted = st.session_state.get(_CHOICE) or st.session_state.get(_CHOSEN)
    return next((found for found in known if found.name == wanted), known[0] if known else None)


def domain_backend() -> Connection:
    """The connection to what was chosen; to the first while that is not known."""
    chosen = chosen_domain()
    return backend() if chosen is None else backend().below(chosen.path)


def domain_path(name: str) -> str | None:
    """The path below which a domain answers: none for the first. None where the backend does not serve it.

    Where the backend does not say, it is the path of a further domain: what fails then is worded where it fails.
    """
    known = _known()
    if not known:
        return f"/domains/{name}"
    return next((found.path for found in known if found.name == name), None)


def domain_key(key: str) -> str:
    """The key of a page's state: of its own for each domain, so that none shows what was found in another."""
    chosen = chosen_domain()
    return key if chosen is None or not chosen.path else f"{key}-{chosen.name}"


def show_domain_choice(texts: DomainTexts) -> None:
    """Draw the choice, where there is one."""
    known, chosen = _known(), chosen_domain()
    if chosen is None or len(known) < 2:
        return

    def choose() -> None:
        st.session_state[_CHOSEN] = st.session_state[_CHOICE]

    st.segmented_control(
        texts.choice,
        [found.name for found in known],
        default=chosen.name,
        required=True,
        format_func=texts.name_of,
        label_visibility="collapsed",
        key=_CHOICE,
        on_change=choose,
    )


def _known() -> Sequence[ServedDomain]:
    return _asked(backend_url(), backend())


@st.cache_data(ttl=_SECONDS, show_spinner=False)
def _asked(url: str, _connection: Connection) -> Sequence[ServedDomain]:
    try:
        return served_domains(_connection)
    except BackendError:
        return ()  # the pages are of use without the choice, and say themselves what failed
