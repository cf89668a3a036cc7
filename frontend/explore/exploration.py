"""What somebody explores: the search, the pages seen so far, and the labels that are selected or open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from frontend.client.explorer_answers import (
    Change,
    Changed,
    Details,
    Found,
    FoundCount,
    FoundPage,
    Frozen,
    Order,
    SavedSearch,
    SearchHelp,
    TagCount,
    Teaching,
)
from frontend.client.scope import Scope
from frontend.domains import domain_key
from frontend.explore.shown_set import ShownSet

_KEY: Final = "exploration"


@dataclass(frozen=True)
class Note:
    """What became of a change."""

    change: Change
    changed: int
    problems: tuple[str, ...] = ()  # a kind for each label that was not changed


@dataclass(frozen=True)
class Tagging:
    """A change of tags that can be taken back."""

    action: str
    crops: int
    given: tuple[str, ...]
    taken: tuple[str, ...]
    joined: tuple[str, ...] = ()  # projects
    left: tuple[str, ...] = ()


@dataclass
class Exploration:
    """The state of the page, in one visit."""

    search: str = ""
    order: Order = "newest"
    cursors: list[str | None] = field(default_factory=lambda: [None])  # of the pages up to the present one
    page: FoundPage | None = None  # None: it has to be asked for
    count: FoundCount | None = None
    unmeasured: int | None = None  # labels that the order leaves out; None: they have to be asked for
    selected: dict[str, Found] = field(default_factory=dict)  # by prediction
    opened: Found | None = None
    details: Details | None = None  # of the opened label; None: they have to be asked for
    note: Note | None = None  # to be shown once
    tags: tuple[TagCount, ...] | None = None  # all tags; None: they have to be asked for
    saved: tuple[SavedSearch, ...] | None = None  # saved searches; None: they have to be asked for
    tagging: Tagging | None = None  # the last change of tags, while it can be taken back
    help: SearchHelp | None = None  # with the line as it is typed; None: it has to be asked for
    probe: tuple[str, ...] = ()  # values for the chip that is edited
    frozen: Frozen | None = None  # the version that was made, to be shown once
    shown: ShownSet | None = None  # crops that are shown in place of the search
    aside: str = ""  # the search that comes back when a set that knows no search is left
    line: str | None = None  # to be written into the search's line before it is drawn
    is_let_in: bool = False  # whether the backend has answered with a page
    round: int = 0  # of selections that the page, and not the grid, has made
    fetched: int = 0  # how often a page was asked for anew

    def look_for(self, search: str, order: Order) -> None:
        """Begin another search, unless it is the present one."""
        if (search, order) == (self.search, self.order):
            return
        if search != self.search:
            self.help = None
        if search != self.search or self.shown is not None:
            self.count = None
        self.search, self.order, self.cursors, self.unmeasured = search, order, [None], None
        self.shown, self.aside = None, ""
        self.clear()  # nobody should change labels that are no longer seen
        self.tagging = None
        self._turn_page()

    def show(self, shown: ShownSet | None) -> None:
        """Show a set of crops, or again what the search finds (None); to be called before the search is drawn."""
        if shown is not None and not shown.is_of_search:
            self._write(aside=self.search or self.aside)
        elif shown is None and self.aside:
            self._write(self.aside)
        self.shown, self.cursors, self.count = shown, [None], None
        self.clear()
        self._turn_page()

    def leave_set(self) -> None:
        """Show what the search finds."""
        self.show(None)

    def go_on(self) -> None:
        """To the next page."""
        if self.page is not None and self.page.after is not None:
            self.cursors.append(self.page.after)
            self._turn_page()

    def go_back(self) -> None:
        """To the page before."""
        if len(self.cursors) > 1:
            self.cursors.pop()
            self._turn_page()

    def select_here(self, places: Iterable[int]) -> None:
        """Select these labels of the page and no others of it; selected labels of other pages stay so."""
        items = () if self.page is None else self.page.items
        chosen = set(places)
        for place, label in enumerate(items):
            if place in chosen:
                self.selected[label.prediction_id] = label
            else:
                self.selected.pop(label.prediction_id, None)

    def select_page(self) -> None:
        """Select all labels of the page."""
        if self.page is not None:
            self.select_here(range(len(self.page.items)))
            self.round += 1

    def clear(self) -> None:
        """Select nothing."""
        self.selected.clear()
        self.round += 1

    def open(self, label: Found) -> None:
        """Show a label's details."""
        self.opened, self.details = label, None

    def take_in(self, change: Change, changed: Sequence[Changed]) -> None:
        """Show changed labels where they were; searched anew, they might stand elsewhere or nowhere."""
        now = {item.prediction_id: item.label for item in changed if item.label is not None}

        def renewed(label: Found) -> Found:
            new = now.get(label.prediction_id)
            return label if new is None else new.model_copy(update={"thumbnail": label.thumbnail})

        if self.page is not None:
            self.page = replace_items(self.page, tuple(map(renewed, self.page.items)))
        self.selected = {name: renewed(label) for name, label in self.selected.items()}
        if self.opened is not None:
            self.open(renewed(self.opened))
        self.count = None
        earlier = self.note or Note(change, 0)
        problems = tuple(item.problem for item in changed if item.problem is not None)
        self.note = replace(earlier, changed=earlier.changed + len(now), problems=earlier.problems + problems)

    def take_in_tagging(self, tagging: Tagging | None) -> None:
        """Show a change of tags, or that it was taken back (None); the page is asked for anew."""
        self.tagging, self.tags, self.count = tagging, None, None
        self.details = None
        self.page = None
        self.fetched += 1

    def teach(self, teaching: Teaching) -> None:
        """Show and select the labels that teach most."""
        samples = tuple(dict.fromkeys(label.sample for label in teaching.items))
        self.show(ShownSet("teaching", samples, len(samples), teaching.looked_at, teaching.kinds))
        self.selected = {label.prediction_id: label for label in teaching.items}
        self.fetched += 1

    def scope(self, *, is_everything: bool) -> Scope:
        """The crops that are selected, or all that the search finds or the shown set has."""
        if is_everything and self.shown is not None:
            return Scope.of(list(self.shown.samples))
        if is_everything:
            return Scope(search=self.search or "all")
        return Scope.of([label.sample for label in self.selected.values()])

    def _write(self, search: str = "", aside: str = "") -> None:
        """Put a search into the line, and another one aside."""
        self.search, self.line, self.aside = search, search, aside
        self.help, self.unmeasured = None, None

    def _turn_page(self) -> None:
        self.page, self.opened, self.details = None, None, None


def replace_items(page: FoundPage, items: tuple[Found, ...]) -> FoundPage:
    """The page with other items."""
    return page.model_copy(update={"items": items})


def exploration() -> Exploration:
    """The state of this session."""
    key = domain_key(_KEY)
    if key not in st.session_state:
        st.session_state[key] = Exploration()
    state: Exploration = st.session_state[key]
    return state


def forget_exploration() -> None:
    """Begin anew, with nothing to show."""
    st.session_state.pop(domain_key(_KEY), None)
