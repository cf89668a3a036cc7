"""The picture with the outlines of its lines, to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import streamlit as st

from frontend.photos.photo import Corners, Photo

# CSS pixels; a narrower column makes it smaller.
MOST_WIDTH: Final = 640
MOST_HEIGHT: Final = 560
_KEY: Final = "overlay"

_MARKUP: Final = """
<div class="stage-overlay">
  <div class="stage-moved">
    <svg role="group" xmlns="http://www.w3.org/2000/svg"></svg>
  </div>
  <div class="stage-said" aria-hidden="true" hidden></div>
  <div class="stage-zoom">
    <button type="button" data-zoom="in">+</button><button type="button" data-zoom="out">−</button>
  </div>
</div>
"""
_overlay = st.components.v2.component(
    "photo_stage",
    html=_MARKUP,
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Outline:
    """A line as it can be chosen."""

    corners: Corners  # pixels of the turned photo
    label: str  # what it says, for pointers and screen readers
    is_code: bool


class PhotoStage:
    """Draws the picture first, and what lies on it once that is known.

    Args:
        photo: The photo.
        turn: Clockwise quarter turns.
    """

    def __init__(self, photo: Photo, turn: int) -> None:
        self._size = photo.turned_size(turn)
        self._of = f"{id(photo)}-{turn}"
        width, height = self._size
        self._container = st.container(
            key="stage", width=max(48, min(MOST_WIDTH, round(MOST_HEIGHT * width / height))), gap=None
        )
        with self._container:
            st.image(photo.preview(turn), width="stretch", output_format="JPEG")

    def lay_lines(
        self,
        lines: Sequence[Outline],
        barcodes: Sequence[Corners],
        selected: int | None,
        texts: Mapping[str, str],
        pick: Callable[[int], object],
    ) -> None:
        """Draw the outlines.

        Args:
            lines: The lines.
            barcodes: Outlines that cannot be chosen.
            selected: The line that is chosen.
            texts: Names of the parts: "lines", "in", "out".
            pick: Called with the index of a line that the shopper chooses.
        """
        data = {
            "lines": [
                {"corners": _rounded(line.corners), "label": line.label, "is_code": line.is_code} for line in lines
            ],
            "barcodes": [_rounded(corners) for corners in barcodes],
            "selected": selected,
        }

        def picked() -> None:
            told = self._told("picked")
            line = told.get("line")
            if isinstance(line, int) and 0 <= line < len(lines):
                pick(line)

        width, height = self._size
        with self._container:
            _overlay(
                key=_KEY,
                data={"of": self._of, "width": width, "height": height, "texts": dict(texts)} | data,
                on_picked_change=picked,
            )

    def _told(self, name: str) -> dict[str, Any]:
        """What the overlay says, unless it was said of an earlier picture."""
        told = cast("dict[str, Any]", st.session_state[_KEY]).get(name)
        return told if isinstance(told, dict) and told.get("of") == self._of else {}


def _rounded(corners: Corners) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in corners]
