"""The page "People": who has an account, what each may do, and who has been invited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.people import PeopleClient
from frontend.client.people_answers import ROLES, Invited, Me, Person, Role
from frontend.client.session import backend
from frontend.heading import begin_page, page_language
from frontend.markdown import escaped
from frontend.notices import take_notice
from frontend.people.texts import PEOPLE_TEXTS, PeopleTexts
from frontend.team_entry import entered_token, offer_leaving, show_links, show_refusal

# What the last press led to, shown once: a kind of box and its text, and the link of an invitation.
_SAID: Final = "people-said"
_LINK: Final = "people-link"
_ROUND: Final = "people-round"


def people_page(reading_page: StreamlitPage, *others: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        others: The team's other pages.
    """
    texts = PEOPLE_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_links(reading_page, others, texts)
    client = PeopleClient(backend(), entered_token())
    try:
        me = client.me()
        people = client.people() if _is_at_least(me, "maintainer") else None
    except BackendError as error:
        show_refusal(error, texts)
        return
    offer_leaving(links, texts)
    _show_said(texts)
    _show_me(me, client, texts)
    if people is None:
        st.caption(texts.only_maintainers)
        return
    if _is_at_least(me, "owner"):
        _offer_inviting(client, texts)
    _show_people(people, me, client, texts)


def _is_at_least(me: Me, role: Role) -> bool:
    return ROLES.index(me.role) >= ROLES.index(role)


def _show_said(texts: PeopleTexts) -> None:
    """Draw what the last press led to."""
    said: tuple[str, str] | None = take_notice(_SAID)
    if said is not None:
        kind, text = said
        (st.error if kind == "error" else st.success)(text)
    link: tuple[str, str] | None = take_notice(_LINK)
    if link is not None:
        with st.container(border=True, key="invitation-link"):
            st.markdown(texts.pass_on.format(email=escaped(link[0])))
            st.code(link[1], language=None, wrap_lines=True)


def _do(job: Callable[[], object], done: str, texts: PeopleTexts) -> None:
    """Do something that was pressed, and keep what to say of it for the page that is drawn next."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    try:
        outcome = job()
    except BackendError as error:
        sentence = failure_sentence(error, texts)
        if isinstance(error, BackendRefusedError) and error.kind == "invalid-request":
            sentence = texts.bad_email
        st.session_state[_SAID] = ("error", sentence)
        return
    if isinstance(outcome, Invited):
        email = outcome.person.email
        if outcome.link is None:
            st.session_state[_SAID] = ("success", texts.mailed.format(email=escaped(email)))
        else:
            st.session_state[_LINK] = (email, outcome.link)
    else:
        st.session_state[_SAID] = ("success", done)


def _show_me(me: Me, client: PeopleClient, texts: PeopleTexts) -> None:
    if me.id is None:
        st.caption(texts.by_token)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="me"):
        told = texts.me.format(name=escaped(me.name), email=escaped(me.email), role=texts.roles[me.role])
        st.markdown(told, width="content")
        if st.button(texts.sign_me_out, icon=":material/phonelink_erase:", key="sign-me-out"):
            try:
                client.sign_me_out()
            except BackendError as error:
                st.error(failure_sentence(error, texts))
            else:
                st.logout()


def _offer_inviting(client: PeopleClient, texts: PeopleTexts) -> None:
    def invite() -> None:
        email, role = str(st.session_state["invite-email"]).strip(), st.session_state["invite-role"]
        _do(lambda: client.invite(email, role), "", texts)

    with (
        st.form("invite", border=True, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.text_input(texts.email, key="invite-email", max_chars=254, width=320, autocomplete="off")
        st.selectbox(texts.role, ROLES, key="invite-role", format_func=lambda role: texts.roles[role], width=160)
        st.form_submit_button(texts.invite, icon=":material/person_add:", on_click=invite)
    with st.expander(texts.roles_told):
        st.markdown("\n".join(f"- {texts.may[role]}" for role in ROLES) + f"\n\n{texts.each_more}")


def _show_people(people: tuple[Person, ...], me: Me, client: PeopleClient, texts: PeopleTexts) -> None:
    if not people:
        st.info(texts.nobody, icon=":material/group:")
    for person in people:
        with (
            st.container(border=True, key=f"person-{person.id}"),
            st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"),
        ):
            _show_person(person, texts)
            if _is_at_least(me, "owner"):
                _offer_changes(person, client, texts)


def _show_person(person: Person, texts: PeopleTexts) -> None:
    notes = [texts.roles[person.role]]
    if not person.has_joined:
        notes.append(texts.waiting)
    elif not person.is_verified:
        notes.append(texts.unverified)
    if not person.is_active:
        notes.append(texts.off)
    name = f"**{escaped(person.name)}** · " if person.name else ""
    with st.container(width=360, gap=None):
        st.markdown(f"{name}{escaped(person.email)}")
        if person.invited_by:
            notes.append(texts.invited_by.format(name=escaped(person.invited_by)))
        st.caption(" · ".join(notes))


def _offer_changes(person: Person, client: PeopleClient, texts: PeopleTexts) -> None:
    key, done = f"role-{person.id}", texts.changed.format(email=escaped(person.email))

    def set_role() -> None:
        role = st.session_state[key]
        _do(lambda: client.set_role(person.id, role), done, texts)

    def offer(name: str, icon: str, purpose: str, job: Callable[[], object]) -> None:
        st.button(name, icon=icon, key=f"{purpose}-{person.id}", on_click=_do, args=(job, done, texts), width="stretch")

    # Drawn as the backend has it, also when a change was refused.
    st.session_state[key] = person.role
    st.selectbox(
        texts.role_of.format(email=person.email),
        ROLES,
        key=key,
        format_func=lambda role: texts.roles[role],
        on_change=set_role,
        label_visibility="collapsed",
        width=160,
    )
    # Another key after each change, so that the panel is closed.
    with st.popover(texts.more, key=f"more-{person.id}-{st.session_state.get(_ROUND, 0)}"):
        offer(texts.again, ":material/mail:", "again", lambda: client.invite_again(person.id))
        offer(texts.sign_out_person, ":material/phonelink_erase:", "sign-out", lambda: client.sign_out(person.id))
        if person.is_active:
            offer(texts.switch_off, ":material/block:", "off", lambda: client.set_active(person.id, False))
        else:
            offer(texts.switch_on, ":material/check_circle:", "on", lambda: client.set_active(person.id, True))
        # In two steps: a slip must not remove an account that is in use.
        if not (person.is_active and person.has_joined):
            offer(texts.remove, ":material/delete:", "remove", lambda: client.remove(person.id))
            st.markdown(texts.remove_sure)
