"""The choice of a project: the one that a search begins with, or that an upload goes to."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Final

import streamlit as st

from frontend.account import has_accounts
from frontend.client.failures import BackendError
from frontend.client.project_answers import Project
from frontend.client.projects import ProjectsClient
from frontend.client.session import backend
from frontend.projects.texts import ProjectChoiceTexts

NO_PROJECT: Final = "none"  # what a search calls the project of crops that belong to none
_KNOWN: Final = "known-projects"  # (token, projects, when they were asked for)
_SECONDS: Final = 20.0
# A line as `with_project` writes it.
_BEGINNING: Final = re.compile(r"project = (?P<project>[\w.-]+)(?: and \((?P<rest>.*)\))?\Z", re.DOTALL)


def known_projects(token: str | None) -> Sequence[Project]:
    """The projects that the visitor sees, as the backend said within the last seconds; none without accounts.

    Args:
        token: The visitor's; None for a guest.
    """
    if not has_accounts():
        return ()
    known: tuple[str | None, Sequence[Project], float] | None = st.session_state.get(_KNOWN)
    if known is not None and known[0] == token and time.monotonic() - known[2] < _SECONDS:
        return known[1]
    try:
        found: Sequence[Project] = ProjectsClient(backend(), token).all()
    except BackendError:
        found = ()  # a page without the choice is of use
    st.session_state[_KNOWN] = (token, found, time.monotonic())
    return found


def forget_projects() -> None:
    """Ask for the projects anew: one was changed."""
    st.session_state.pop(_KNOWN, None)


def split_line(line: str) -> tuple[str, str]:
    """The project that a search begins with, "" without one, and the rest of the search."""
    found = _BEGINNING.match(line.strip())
    return ("", line.strip()) if found is None else (found["project"], found["rest"] or "")


def with_project(line: str, project: str) -> str:
    """The search, of a project's crops; of all crops for ""."""
    rest = split_line(line)[1]
    if not project:
        return rest
    return f"project = {project} and ({rest})" if rest else f"project = {project}"


def project_name(project: str, known: Sequence[Project], texts: ProjectChoiceTexts) -> str:
    """How a project is called."""
    if not project:
        return texts.every_project
    if project == NO_PROJECT:
        return texts.no_project
    return next((one.name for one in known if one.id == project), project)
