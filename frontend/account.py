"""Who has signed in on this page: Streamlit's `st.user`, whose cookie remembers; the backend tells the role."""

from __future__ import annotations

import time
from typing import Any, Final

import streamlit as st

from frontend.client.failures import BackendError
from frontend.client.people import PeopleClient
from frontend.client.people_answers import ROLES, Role
from frontend.client.session import backend
from frontend.language import Language, Texts, Words

_ROLE: Final = "my-role"  # (token, role, when it was asked for)
_ROLE_SECONDS: Final = 20.0
# What the backend lets the team's token do.
_TOKEN_ROLE: Final[Role] = "maintainer"  # noqa: S105 - a role


class RoleTexts(Texts):
    """What is said of roles."""

    roles: Words[dict[Role, str]] = Words(
        ko={"viewer": "보기", "labeller": "라벨", "maintainer": "관리", "owner": "소유자"},
        en={"viewer": "viewer", "labeller": "labeller", "maintainer": "maintainer", "owner": "owner"},
    )
    needs = Words(ko="‘{role}’ 역할부터 할 수 있어요.", en="This needs the role of {role}.")


def has_accounts() -> bool:
    """Whether people can sign in on these pages."""
    return st.user.get("is_logged_in") is not None


def session_token() -> str | None:
    """The token of the person who has signed in; None before."""
    if st.user.get("is_logged_in") is not True:
        return None
    token: str | None = st.user.tokens.get("access")
    return token


def session_name() -> str:
    """The name of the person who has signed in; "" before."""
    return str(st.user.get("name") or "") if session_token() else ""


def my_role(token: str | None, *, is_session: bool) -> Role:
    """What this visitor may do, as the backend said within the last seconds.

    Args:
        token: The one that requests carry; None allows to look alone.
        is_session: Whether it is a person's, not the team's.
    """
    if token is None:
        return "viewer"
    if not is_session:
        return _TOKEN_ROLE
    known = st.session_state.get(_ROLE)
    if known is not None and known[0] == token and time.monotonic() - known[2] < _ROLE_SECONDS:
        role: Role = known[1]
        return role
    try:
        role = PeopleClient(backend(), token).me().role
    except BackendError:
        role = "viewer"  # the backend refuses by itself what is not allowed; a page without buttons is of use
    st.session_state[_ROLE] = (token, role, time.monotonic())
    return role


def gate(role: Role, needed: Role, language: Language, *, disabled: bool) -> dict[str, Any]:
    """Arguments of a button that a role may not use: disabled, with a hint.

    Args:
        role: The visitor's.
        needed: The least one.
        language: Of the hint.
        disabled: Whether the button is so for everybody.
    """
    if ROLES.index(role) >= ROLES.index(needed):
        return {"disabled": disabled, "help": None}
    texts = RoleTexts(language)
    return {"disabled": True, "help": texts.needs.format(role=texts.roles[needed])}
