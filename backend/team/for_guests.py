"""What guests are told of labels: nothing of the people and browsers behind them, nor of the team's versions."""

from __future__ import annotations

from typing import Final

from backend.team.explore_bodies import DetailsBody, FoundBody, FoundPageBody, PastEventBody
from datasets.samples.search.filters import Filter, names_any

_OF_PEOPLE: Final = ("client",)  # fields that would tell by counts what is left out of answers


def may_guests_search(wanted: Filter) -> bool:
    """Whether a search asks for nothing that guests are not told."""
    return not names_any(wanted, _OF_PEOPLE)


def page_for_guests(page: FoundPageBody) -> FoundPageBody:
    """A page of labels without people."""
    return page.model_copy(update={"items": list(map(_label, page.items))})


def details_for_guests(details: DetailsBody) -> DetailsBody:
    """A label and its history without people and versions."""
    return details.model_copy(
        update={
            "label": _label(details.label),
            "history": list(map(_event, details.history)),
            "others": list(map(_label, details.others)),
            "versions": [],
        }
    )


def _label(label: FoundBody) -> FoundBody:
    return label.model_copy(update={"by": "", "client": ""})


def _event(event: PastEventBody) -> PastEventBody:
    return event.model_copy(update={"by": "", "undone_by": None if event.undone_by is None else ""})
