"""The grid of crops: a press opens one, the box in its corner selects it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from frontend.client.explorer_answers import MEASURED, Found, Order
from frontend.confidence import percent
from frontend.explore.texts import ExploreTexts

DROPPED: Final = "review-dropped"  # source of a label that no version takes
_KEY: Final = "crop-grid"

_grid = st.components.v2.component(
    "crop_grid",
    html='<ul class="crop-grid" role="group"></ul>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_crop_grid(
    labels: Sequence[Found],
    selected: Collection[str],
    opened: str | None,
    texts: ExploreTexts,
    *,
    order: Order,
    of: str,
    round_: int,
    may_select: bool,
    on_select: Callable[[Sequence[int]], object],
    on_open: Callable[[Found], object],
) -> None:
    """Draw the grid.

    Args:
        labels: The labels of the page.
        selected: Predictions whose labels are selected.
        opened: The prediction whose details are shown.
        texts: The language.
        order: The order of the labels; the value that they are ordered by stands below each.
        of: Names the page: another one is drawn anew.
        round_: Changes when the page, and not the grid, has selected; the grid then takes that over.
        may_select: Whether crops have a box to select them by.
        on_select: Called with the places of all selected labels.
        on_open: Called with the label that is pressed.
    """
    data = {
        "of": of,
        "round": round_,
        "items": [_item(label, order, texts) for label in labels],
        "selected": [place for place, label in enumerate(labels) if label.prediction_id in selected],
        "selectable": may_select,
        "opened": next((place for place, label in enumerate(labels) if label.prediction_id == opened), None),
        "texts": {"label": texts.grid_label, "select": texts.select_one},
        "language": texts.language,
    }

    def told(name: str) -> Any:
        """What the grid says, unless it was said of an earlier page."""
        answer = cast("dict[str, Any]", st.session_state[_KEY]).get(name)
        return answer.get("places") if isinstance(answer, dict) and answer.get("of") == of else None

    def selected_there() -> None:
        places = told("selected")
        if isinstance(places, list) and all(isinstance(place, int) and 0 <= place < len(labels) for place in places):
            on_select(places)

    def opened_there() -> None:
        places = told("opened")
        if isinstance(places, list) and len(places) == 1 and places[0] in range(len(labels)):
            on_open(labels[places[0]])

    _grid(key=_KEY, data=data, on_selected_change=selected_there, on_opened_change=opened_there)


def _item(label: Found, order: Order, texts: ExploreTexts) -> dict[str, Any]:
    measure = _ordered_by(label, order, texts)
    note = measure or percent(label.read_confidence)
    if label.source == DROPPED:
        note += f" · {texts.dropped}"
    elif label.status == "corrected" and not measure:  # there is no room for both
        note += f" · {texts.statuses['corrected']}"
    return {
        "picture": label.thumbnail,
        "text": shown_text(label, texts),
        "note": note,
        "kind": "dropped" if label.source == DROPPED else label.status,
    }


def _ordered_by(label: Found, order: Order, texts: ExploreTexts) -> str:
    """The value by which labels are ordered, where it is none of those that are always shown."""
    if order == "most doubtful":
        return f"{texts.doubt} {percent(label.doubt)}"
    if label.quality is None:
        return ""
    match MEASURED.get(order):
        case "sharpness":
            return f"{texts.sharpness} {label.quality.sharpness:.2f}"
        case "light":
            return f"{texts.light} {label.quality.light}"
        case "contrast":
            return f"{texts.contrast} {label.quality.contrast:.0f}"
    return ""


def shown_text(label: Found, texts: ExploreTexts) -> str:
    """The line of a label, or that there is none."""
    return label.text or (texts.statuses["unreadable"] if label.status == "unreadable" else texts.no_text)
