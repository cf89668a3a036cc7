"""What one browser session is looking at."""

from __future__ import annotations

import re
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from frontend.client import BackendClient, BackendError, Kept, LabelStatus, PriceAnswer, Reading
from frontend.job import pool
from frontend.pictures import Box, Cut, Photo

_STATE_KEY: Final = "visit"
_KEPT: Final = "kept"  # in the page's address
_NOTED: Final = 5  # labels there at most
_PREDICTION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass
class Visit:
    """Mutable, one per session. Everything that hangs on a crop is replaced when the crop changes."""

    # The photo and how it is turned; `round` makes new upload widgets for a next photo.
    photo: Photo | None = None
    turn: int = 0
    round: int = 0
    # The crop, its reading under way or done, and the text that the shopper prefers to it, with its code.
    region: tuple[str, int, Box] | None = None
    cut: Cut | None = None
    reading: Future[Reading] | None = None
    chosen: tuple[str, str] | None = None
    # The label under way, and what the store holds for this reading.
    verdict: tuple[LabelStatus, str] | None = None
    labelling: Future[Kept] | None = None
    saved: Kept | None = None
    # Everything kept in this session, newest last, by prediction; and the deletion under way.
    kept: dict[str, Kept] = field(default_factory=dict)
    forgetting: tuple[str, Future[bool]] | None = None
    # One sentence to show once, after an undo.
    notice: str | None = None
    # The price under way or done, with its code.
    price: tuple[str, Future[PriceAnswer]] | None = None
    # Whether what the shopper confirms may be kept.
    keep: bool = True
    # Counts the chip rows, so that a chip comes back unpressed.
    chips: int = 0

    def take(self, photo: Photo) -> None:
        """Start on a new photo."""
        self.photo = photo
        self.turn = 0
        self.clear_reading()

    def drop_photo(self) -> None:
        """Back to the start; what was kept stays listed."""
        self.photo = None
        self.turn = 0
        self.round += 1
        self.clear_reading()

    def clear_reading(self) -> None:
        """Forget the crop and all that was read from it."""
        self.region = None
        self.cut = None
        self.reading = None
        self.chosen = None
        self.verdict = None
        self.labelling = None
        self.saved = None
        self.notice = None

    def read(self, client: BackendClient, region: tuple[str, int, Box]) -> Future[Reading]:
        """The reading of a region of the photo; asks once for each region.

        Raises:
            PictureError: The photo is damaged.
        """
        if self.photo is None:
            raise ValueError("there is no photo")
        if self.reading is None or region != self.region:
            self.clear_reading()
            self.cut = self.photo.cut(region[2], region[1])
            self.region = region
            self.reading = pool().submit(client.read, self.cut)
        return self.reading

    def label(self, client: BackendClient, reading: Reading, status: LabelStatus, text: str) -> None:
        """Ask the backend to keep the cut with this verdict."""
        if self.cut is None:
            raise ValueError("there is no cut")
        self.notice = None
        self.verdict = (status, text)
        self.labelling = pool().submit(client.label, reading, status, text, self.cut)
        # Recorded even when the shopper moves on before the answer comes: what is kept must stay deletable.
        self.labelling.add_done_callback(self._record)

    def forget(self, client: BackendClient, prediction_id: str) -> None:
        """Ask the backend to delete what was kept."""
        self.notice = None
        self.forgetting = (prediction_id, pool().submit(client.forget, prediction_id))

    def forgotten(self, prediction_id: str) -> None:
        """Note that nothing is kept for this reading any more."""
        self.kept.pop(prediction_id, None)
        self.forgetting = None
        if self.saved is not None and self.saved.prediction_id == prediction_id:
            self.saved = None
            self.chosen = None
            self.verdict = None
            self.labelling = None

    def note_in_address(self) -> None:
        """Note in the page's address what was kept last, so that it can still be deleted after a reload."""
        noted = list(self.kept)[-_NOTED:]
        if st.query_params.get_all(_KEPT) != noted:
            if noted:
                st.query_params[_KEPT] = noted
            else:
                st.query_params.pop(_KEPT, None)

    def recall_from_address(self) -> None:
        """List what the page's address says was kept before a reload. What it says cannot be guessed, so it is true."""
        for prediction_id in st.query_params.get_all(_KEPT)[-_NOTED:]:
            if _PREDICTION_ID.match(prediction_id):
                self.kept.setdefault(prediction_id, Kept(prediction_id, "accepted", "", "", completed=False))

    def find_price(self, client: BackendClient, code: str) -> Future[PriceAnswer]:
        """The offers for a code; asks once for each code."""
        if self.price is None or self.price[0] != code:
            self.price = (code, pool().submit(client.products, code))
        return self.price[1]

    def _record(self, job: Future[Kept]) -> None:
        try:
            kept = job.result()
        except BackendError:
            return
        self.kept[kept.prediction_id] = kept


def current_visit() -> Visit:
    """This session's visit."""
    if _STATE_KEY not in st.session_state:
        st.session_state[_STATE_KEY] = Visit()
        st.session_state[_STATE_KEY].recall_from_address()
    visit: Visit = st.session_state[_STATE_KEY]
    return visit
