"""The page "Projects": which there are, who sees their crops, and who is in them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.people import PeopleClient
from frontend.client.people_answers import Person
from frontend.client.project_answers import MEMBER_ROLES, VISIBILITIES, Member, Project, ProjectDetails, Visibility
from frontend.client.projects import ProjectsClient
from frontend.client.session import backend
from frontend.clock import stamp
from frontend.domains import domain_backend
from frontend.heading import begin_page, page_language
from frontend.markdown import escaped
from frontend.menu import is_shown
from frontend.notices import take_notice
from frontend.projects.choice import forget_projects
from frontend.projects.texts import PROJECT_TEXTS, ProjectTexts
from frontend.team_entry import (
    entered_name,
    entered_role,
    entered_token,
    for_role,
    offer_leaving,
    show_refusal,
    show_team_top,
)

_SAID: Final = "projects-said"  # what the last press led to, shown once: a kind of box and its text
_CHOSEN: Final = "projects-chosen"
_ROUND: Final = "projects-round"
_LONGEST_NAME, _LONGEST_DESCRIPTION = 100, 2000


def projects_page(reading_page: StreamlitPage, explore_page: StreamlitPage, *others: StreamlitPage) -> None:
    """Draw the page.

    Args:
        reading_page: Where the way back leads.
        explore_page: Where a project's crops are looked at.
        others: The team's other pages.
    """
    texts = PROJECT_TEXTS[page_language()]
    begin_page(texts.language, texts.page)
    links = show_team_top(reading_page, [explore_page, *others], texts)
    token = entered_token()
    client = ProjectsClient(domain_backend(), token, entered_name())
    try:
        projects = client.all()
        chosen = _choose(projects, texts) if projects else None
        details = None if chosen is None else client.get(chosen)
    except BackendError as error:
        show_refusal(error, texts)
        return
    offer_leaving(links, texts)
    st.html(f'<p class="tagline" lang="{texts.language}">{escape(texts.tagline)}</p>')
    said: tuple[str, str] | None = take_notice(_SAID)
    if said is not None:
        kind, text = said
        (st.error if kind == "error" else st.success)(text)
    if details is None:
        st.info(texts.none, icon=":material/folder_open:")
    else:
        _show(details, client, explore_page, texts)
    if not for_role("maintainer", texts)["disabled"]:
        _offer_making(client, texts)


def _do(job: Callable[[], Project | object], done: str, texts: ProjectTexts) -> None:
    """Do something that was pressed, and keep what to say of it for the page that is drawn next."""
    st.session_state[_ROUND] = _round() + 1
    forget_projects()
    try:
        outcome = job()
    except BackendError as error:
        st.session_state[_SAID] = ("error", failure_sentence(error, texts))
        return
    if isinstance(outcome, Project):
        st.session_state[_CHOSEN] = outcome.id
    st.session_state[_SAID] = ("success", done)


def _round() -> int:
    count: int = st.session_state.get(_ROUND, 0)
    return count


def _choose(projects: tuple[Project, ...], texts: ProjectTexts) -> str:
    """Draw the choice of a project; returns its id."""
    by_id = {project.id: project for project in projects}
    if st.session_state.get(_CHOSEN) not in by_id:
        st.session_state[_CHOSEN] = st.query_params.get("project", "")
    if st.session_state[_CHOSEN] not in by_id:
        st.session_state[_CHOSEN] = projects[0].id

    def told(name: str) -> str:
        project = by_id[name]
        return f"{project.name} · {texts.visibilities[project.visibility]}"

    chosen = str(st.selectbox(texts.page, list(by_id), format_func=told, key=_CHOSEN, label_visibility="collapsed"))
    st.query_params["project"] = chosen
    return chosen


def _show(details: ProjectDetails, client: ProjectsClient, explore_page: StreamlitPage, texts: ProjectTexts) -> None:
    project = details.project
    with st.container(border=True, key="project"):
        st.markdown(f"**{escaped(project.name)}** · {texts.visibilities[project.visibility]}")
        if project.description:
            st.text(project.description)
        search = f"project = {project.id}"
        st.caption(f"{texts.crops.format(count=f'{project.crops or 0:,}')} · `{search}`")
        if is_shown(explore_page) and st.button(texts.explore, icon=":material/grid_view:", key="project-explore"):
            st.switch_page(explore_page, query_params={"search": search})
        st.caption(texts.meanings[project.visibility])
        st.caption(texts.read_by.format(model=escaped(project.model)) if project.model else texts.read_by_champion)
    if project.may_change:
        _offer_changes(project, client, texts)
    if details.members or project.may_change:
        _show_members(details, client, texts)
    if details.changes:
        with st.expander(texts.history, icon=":material/history:"):
            for change in details.changes:
                at = stamp(change.at, st.context.timezone)
                value = texts.visibilities.get(change.value, change.value)  # type: ignore[call-overload]
                what = texts.whats[change.what]
                st.markdown(f"- {escaped(at)} · {escaped(change.by)} · {what}: {escaped(str(value))}")


def _offer_changes(project: Project, client: ProjectsClient, texts: ProjectTexts) -> None:
    key = f"{project.id}-{_round()}"

    def save() -> None:
        names = ("name", "description", "visibility", "model")
        fields = {name: str(st.session_state[f"{name}-{key}"]) for name in names}
        _do(lambda: client.change(project.id, **fields), texts.saved.format(name=escaped(fields["name"])), texts)

    with (
        st.expander(texts.settings, icon=":material/settings:"),
        st.form(f"change-{key}", border=False),
    ):
        st.text_input(texts.name, project.name, max_chars=_LONGEST_NAME, key=f"name-{key}", autocomplete="off")
        st.text_area(
            texts.description, project.description, max_chars=_LONGEST_DESCRIPTION, key=f"description-{key}", height=90
        )
        _choose_visibility(project.visibility, f"visibility-{key}", texts)
        _type_model(project.model, f"model-{key}", texts)
        st.form_submit_button(texts.save, icon=":material/check:", on_click=save)
    if entered_role() == "owner":
        _offer_deleting(project, client, texts)


def _offer_deleting(project: Project, client: ProjectsClient, texts: ProjectTexts) -> None:
    done = texts.deleted.format(name=escaped(project.name))
    with st.expander(texts.delete, icon=":material/delete:"):
        st.markdown(texts.delete_note)
        st.button(
            texts.delete,
            icon=":material/delete:",
            key="delete-project",
            on_click=_do,
            args=(lambda: client.delete(project.id), done, texts),
        )


def _type_model(present: str, key: str, texts: ProjectTexts) -> None:
    st.text_input(texts.model, present, max_chars=_LONGEST_NAME, key=key, autocomplete="off", help=texts.model_hint)


def _choose_visibility(present: Visibility, key: str, texts: ProjectTexts) -> None:
    st.radio(
        texts.visibility,
        VISIBILITIES,
        index=VISIBILITIES.index(present),
        format_func=lambda name: texts.meanings[name],
        key=key,
        help=texts.meaning_note,
    )


def _show_members(details: ProjectDetails, client: ProjectsClient, texts: ProjectTexts) -> None:
    project = details.project
    st.subheader(texts.members, anchor=False)
    st.caption(texts.member_note)
    if not details.members:
        st.caption(texts.no_members)
    for member in details.members:
        with (
            st.container(border=True, key=f"member-{member.person}"),
            st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"),
        ):
            name = f"**{escaped(member.name)}** · " if member.name else ""
            st.markdown(f"{name}{escaped(member.email)}", width=320)
            if project.may_change:
                _offer_member(project, member, client, texts)
            else:
                st.caption(texts.member_roles[member.role], width="content")
    if project.may_change:
        _offer_adding(details, client, texts)


def _offer_member(project: Project, member: Member, client: ProjectsClient, texts: ProjectTexts) -> None:
    key, done = f"role-{project.id}-{member.person}", texts.saved.format(name=escaped(member.email))

    def set_role() -> None:
        role = st.session_state[key]
        _do(lambda: client.put_member(project.id, member.person, role), done, texts)

    st.session_state[key] = member.role  # as the backend has it, also when a change was refused
    st.selectbox(
        texts.role_of.format(email=member.email),
        MEMBER_ROLES,
        key=key,
        format_func=lambda role: texts.member_roles[role],
        on_change=set_role,
        label_visibility="collapsed",
        width=160,
    )
    st.button(
        texts.remove,
        icon=":material/person_remove:",
        key=f"remove-{member.person}",
        on_click=_do,
        args=(lambda: client.remove_member(project.id, member.person), done, texts),
    )


def _offer_adding(details: ProjectDetails, client: ProjectsClient, texts: ProjectTexts) -> None:
    project = details.project
    try:
        people = PeopleClient(backend(), entered_token()).people()
    except BackendError as error:
        st.caption(failure_sentence(error, texts))
        return
    inside = {member.person for member in details.members}
    others = {person.id: person for person in people if person.id not in inside and person.is_active}
    if not others:
        return
    key = f"add-{project.id}-{_round()}"

    def add() -> None:
        person, role = st.session_state[f"{key}-person"], st.session_state[f"{key}-role"]
        done = texts.saved.format(name=escaped(others[person].email))
        _do(lambda: client.put_member(project.id, person, role), done, texts)

    with (
        st.form(key, border=True),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.selectbox(
            texts.person, list(others), format_func=lambda name: _told(others[name]), key=f"{key}-person", width=320
        )
        st.selectbox(
            texts.role, MEMBER_ROLES, format_func=lambda role: texts.member_roles[role], key=f"{key}-role", width=160
        )
        st.form_submit_button(texts.add, icon=":material/person_add:", on_click=add)


def _told(person: Person) -> str:
    return f"{person.name} · {person.email}" if person.name else person.email


def _offer_making(client: ProjectsClient, texts: ProjectTexts) -> None:
    key = f"new-{_round()}"

    def make() -> None:
        parts = ("name", "id", "description", "visibility", "model")
        name, project, description, visibility, model = (
            str(st.session_state[f"{part}-{key}"]).strip() for part in parts
        )
        done = texts.created.format(name=escaped(name))
        _do(lambda: client.create(name, project, description, visibility, model), done, texts)  # type: ignore[arg-type]

    with st.expander(texts.new, icon=":material/create_new_folder:"), st.form(f"make-{key}", border=False):
        st.text_input(texts.name, max_chars=_LONGEST_NAME, key=f"name-{key}", autocomplete="off")
        st.text_input(texts.id, max_chars=40, key=f"id-{key}", autocomplete="off", help=texts.id_hint)
        st.text_area(texts.description, max_chars=_LONGEST_DESCRIPTION, key=f"description-{key}", height=90)
        _choose_visibility("private", f"visibility-{key}", texts)
        _type_model("", f"model-{key}", texts)
        st.form_submit_button(texts.create, icon=":material/add:", on_click=make, **for_role("maintainer", texts))
