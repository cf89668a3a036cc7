"""Tags given and taken: of one crop, of those that are selected, or of all that the search finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from frontend.client.explorer import ExplorerClient
from frontend.client.explorer_answers import Found
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.project_answers import Project
from frontend.client.scope import Scope
from frontend.explore.exploration import Exploration, Tagging
from frontend.explore.scope_choice import ScopeChoice, choose_scope
from frontend.explore.texts import ExploreTexts
from frontend.markdown import escaped
from frontend.notices import take_notice
from frontend.projects.choice import known_projects
from frontend.projects.texts import ProjectChoiceTexts
from frontend.team_entry import entered_token, for_role

_FAILURE: Final = "tagging-failure"
_LONGEST: Final = 64  # characters of a tag


def offer_tagging(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the button that opens the tags of what is selected, or of all that is found."""
    # Another key after each change, so that the panel is closed and empty again.
    key = f"tagging-{state.fetched}"
    with st.popover(texts.tags, icon=":material/sell:", type="tertiary", key=key):
        choice = choose_scope(state, texts, key=key)
        tags = _tag_field(texts.tags_which, _known(state, client), (), texts, key=f"{key}-tags")
        with st.container(horizontal=True, gap="xsmall"):
            for name, is_given in ((texts.tags_give, True), (texts.tags_take, False)):
                st.button(
                    name.format(count=choice.count),
                    key=f"{key}-{'give' if is_given else 'take'}",
                    on_click=give_tags,
                    args=(choice.scope, tags if is_given else (), () if is_given else tags, state, client, texts),
                    **for_role("labeller", texts, disabled=not tags or not choice.is_sure),
                )
        projects = [project for project in known_projects(entered_token()) if project.may_add]
        if projects:
            _offer_projects(projects, choice, state, client, texts, key=key)


def _offer_projects(
    projects: Sequence[Project],
    choice: ScopeChoice,
    state: Exploration,
    client: ExplorerClient,
    texts: ExploreTexts,
    *,
    key: str,
) -> None:
    """Draw the choice of a project, which crops join and leave."""
    names = {project.id: project.name for project in projects}
    chosen = st.selectbox(
        ProjectChoiceTexts(texts.language).project,
        list(names),
        index=None,
        format_func=lambda name: names[name],
        key=f"{key}-project",
        placeholder="",
    )
    some = (str(chosen),) if chosen else ()
    with st.container(horizontal=True, gap="xsmall"):
        for name, is_joined in ((texts.project_join, True), (texts.project_leave, False)):
            st.button(
                name.format(count=choice.count),
                key=f"{key}-{'join' if is_joined else 'leave'}",
                on_click=give_tags,
                args=(choice.scope, (), (), state, client, texts),
                kwargs={"join": some if is_joined else (), "leave": () if is_joined else some},
                **for_role("labeller", texts, disabled=not some or not choice.is_sure),
            )


def offer_tags_of(label: Found, state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw the tags of one crop, to be added to and removed."""
    present = label.tags
    key = f"tags-{label.sample}-{state.fetched}"

    def change() -> None:
        wanted = list(st.session_state[key])
        give = [tag for tag in wanted if tag not in present]
        take = [tag for tag in present if tag not in wanted]
        if give or take:
            give_tags(Scope.of([label.sample]), give, take, state, client, texts)

    known = [*_known(state, client), *(tag for tag in present if tag not in _known(state, client))]
    _tag_field(texts.tags, known, present, texts, key=key, on_change=change)


def show_tagging(state: Exploration, client: ExplorerClient, texts: ExploreTexts) -> None:
    """Draw what became of the last change of tags, and the way back."""
    failure = take_notice(_FAILURE)
    if failure is not None:
        st.error(failure, icon=":material/cloud_off:")
    tagging = state.tagging
    if tagging is None:
        return

    def take_back() -> None:
        try:
            client.unmark(tagging.action)
        except BackendError as error:
            st.session_state[_FAILURE] = failure_sentence(error, texts)
        else:
            state.take_in_tagging(None)

    said = [
        sentence.format(tags=", ".join(f"**{escaped(tag)}**" for tag in tags), count=f"{tagging.crops:,}")
        for sentence, tags in (
            (texts.tags_given, tagging.given),
            (texts.tags_taken, tagging.taken),
            (texts.project_joined, tagging.joined),
            (texts.project_left, tagging.left),
        )
        if tags
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tagged"):
        st.success(" ".join(said), icon=":material/sell:", width="stretch")
        st.button(texts.names["undo"], icon=":material/undo:", key="untag", on_click=take_back)


def give_tags(
    scope: Scope,
    give: Sequence[str],
    take: Sequence[str],
    state: Exploration,
    client: ExplorerClient,
    texts: ExploreTexts,
    *,
    join: Sequence[str] = (),
    leave: Sequence[str] = (),
) -> None:
    """Give and take tags, let crops join and leave projects; the page then says so, or why not."""
    try:
        marked = client.mark(scope, give=give, take=take, join=join, leave=leave)
    except BackendError as error:
        st.session_state[_FAILURE] = failure_sentence(error, texts)
        state.fetched += 1  # the field shows what is kept again
        return
    state.take_in_tagging(Tagging(marked.action, marked.crops, tuple(give), tuple(take), tuple(join), tuple(leave)))


def _known(state: Exploration, client: ExplorerClient) -> list[str]:
    """All tags, as suggestions; none while the backend does not tell them."""
    if state.tags is None:
        try:
            state.tags = client.tags()
        except BackendError:
            return []
    return [known.tag for known in state.tags]


def _tag_field(
    label: str,
    known: Sequence[str],
    present: Sequence[str],
    texts: ExploreTexts,
    *,
    key: str,
    on_change: Callable[[], None] | None = None,
) -> list[str]:
    chosen = st.multiselect(
        label,
        list(dict.fromkeys(known)),
        default=list(present),
        key=key,
        accept_new_options=True,
        placeholder=texts.tags_placeholder,
        on_change=on_change,
        select_all=False,
        **for_role("labeller", texts),
    )
    return [str(tag)[:_LONGEST] for tag in chosen]
