"""Reasons in the team's answers: kind and values for pages that word them, and the English sentence."""

from __future__ import annotations

from backend.team.bodies import ReasonBody
from datasets.cycles.wording import in_english
from datasets.reason import Reason


def reason_body(reason: Reason) -> ReasonBody:
    """The body of a reason, and of the reasons in it."""
    return ReasonBody(
        kind=reason.kind,
        values={
            name: reason_body(value) if isinstance(value, Reason) else value for name, value in reason.values.items()
        },
        text=in_english(reason),
    )
