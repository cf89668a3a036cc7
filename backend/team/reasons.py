"""Reasons in the team's answers: kind and values for pages that word them, and the English sentence."""

from __future__ import annotations

from collections.abc import Iterable

from backend.team.bodies import ReasonBody
from datasets.cycles.wording import in_english
from datasets.reason import Reason
from datasets.samples.sight import Sight

_BETWEEN = ", "  # projects of one version


def reason_body(reason: Reason) -> ReasonBody:
    """The body of a reason, and of the reasons in it."""
    return ReasonBody(
        kind=reason.kind,
        values={
            name: reason_body(value) if isinstance(value, Reason) else value for name, value in reason.values.items()
        },
        text=in_english(reason),
    )


def of_projects(projects: Iterable[str], why: str) -> Reason:
    """Why a cycle is asked for on a version that holds the crops of these projects alone; `why` is a person's words."""
    named = _BETWEEN.join(sorted(projects))
    if not named:
        return Reason.words(why)
    if not why:
        return Reason(kind="project", values={"project": named})
    return Reason(kind="project_why", values={"project": named, "why": Reason.words(why)})


def known_reason(body: ReasonBody, sight: Sight | None) -> ReasonBody:
    """A reason as somebody may read it: a project that is not known has no name.

    Args:
        body: As `reason_body` made it.
        sight: The projects that are known; None: all.
    """
    if sight is None or body.kind not in ("project", "project_why"):
        return body
    if set(str(body.values.get("project", "")).split(_BETWEEN)) <= sight.projects:
        return body
    why = body.values.get("why")
    return why if isinstance(why, ReasonBody) else reason_body(Reason.words(""))
