"""The state of one browser session: photo, crop, reading, labels, price."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from frontend.client.answers import Kept, LabelStatus, PriceAnswer, Reading
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.shopper import ShopperClient
from frontend.job import pool
from frontend.photos.crop_box import CanvasBox
from frontend.photos.pictures import Box, Cut, Photo, PictureFault

_STATE_KEY: Final = "visit"
_PREDICTION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


@dataclass(frozen=True)
class Cropper:
    """The cropper on the page, which takes no new values once it is mounted."""

    number: int  # of croppers so far
    shows: tuple[str, int, int]  # the photo, how it is turned, and the canvas' width
    start: CanvasBox  # where its box began
    held: Box  # the region of the box as long as it stays there


@dataclass(frozen=True)
class Labelling:
    """A label under way, kept or failed, with everything needed to send it again."""

    reading: Reading
    cut: Cut  # the picture that was read
    status: LabelStatus
    text: str
    job: Future[Kept]
    is_whole: bool = False  # whether the text is the whole line; the shopper may have typed a part

    @property
    def is_kept(self) -> bool:
        """Whether the backend has confirmed that the label is kept."""
        return self.job.done() and self.job.exception() is None

    @property
    def is_refused(self) -> bool:
        """Whether the backend has answered that nothing is kept; after a time-out that is unknown."""
        return self.job.done() and is_refusal(self.job.exception())


def is_refusal(error: BaseException | None) -> bool:
    """Whether the backend itself answered that nothing was kept; a time-out or a proxy's page says nothing about it."""
    return isinstance(error, BackendRefusedError) and error.kind != ""


@dataclass
class Visit:
    """Mutable, one per session. Everything that depends on a crop is replaced when the crop changes."""

    # The photo and how it is turned; `round` makes new upload widgets for a next photo.
    photo: Photo | None = None
    turn: int = 0
    round: int = 0
    # The upload that cannot be shown, by its id, so that it is not decoded again, and why.
    unusable: tuple[str, PictureFault] | None = None
    cropper: Cropper | None = None
    # The crop, its reading under way or done, and the text that the shopper prefers to it, with its code.
    region: tuple[str, int, Box] | None = None
    cut: Cut | None = None
    reading: Future[Reading] | None = None
    chosen: tuple[str, str] | None = None
    # The label under way, and the kept label of this reading.
    labelling: Labelling | None = None
    saved: Kept | None = None
    # Labels of readings that are no longer shown, and not known to be kept.
    behind: list[Labelling] = field(default_factory=list)
    # Whether the correction that was sent last was empty, until the page has told the shopper.
    typed_nothing: bool = False
    # Everything kept in this session, newest last, by prediction; and the deletions under way, by prediction.
    kept: dict[str, Kept] = field(default_factory=dict)
    is_recalled: bool = False  # whether `kept` holds the labels from before a reload, too
    forgetting: dict[str, Future[bool]] = field(default_factory=dict)
    # One sentence to show once, after an undo.
    notice: str | None = None
    # The price under way or done, with its code.
    price: tuple[str, Future[PriceAnswer]] | None = None
    # Whether confirmed crops and labels may be kept.
    keep: bool = True
    # Counts the chip rows, so that a chip comes back unpressed.
    chips: int = 0

    def take(self, photo: Photo) -> None:
        """Start on a new photo."""
        self.photo = photo
        self.turn = 0
        self.clear_reading()

    def drop_photo(self) -> None:
        """Go back to the start; kept labels stay listed."""
        self.photo = None
        self.turn = 0
        self.round += 1
        self.clear_reading()

    def clear_reading(self) -> None:
        """Forget the crop and its reading; a label under way is finished in the background."""
        if self.labelling is not None and not self.labelling.is_kept:
            self.behind.append(self.labelling)
        self.region = None
        self.cut = None
        self.reading = None
        self.chosen = None
        self.labelling = None
        self.saved = None
        self.notice = None

    def read(self, client: ShopperClient, region: tuple[str, int, Box]) -> Future[Reading]:
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

    def label(
        self,
        client: ShopperClient,
        reading: Reading,
        cut: Cut,
        status: LabelStatus,
        text: str,
        is_whole: bool = False,
    ) -> None:
        """Ask the backend to keep a cut with this verdict.

        Args:
            client: The backend.
            reading: The reading that the button belonged to. It stays until the next one is read, so it need not be
                the present reading any more.
            cut: The picture of that reading.
            status: The shopper's verdict.
            text: The line, if there is one.
            is_whole: Whether the text is the whole line; the shopper may have typed the code alone.
        """
        self.notice = None
        job = pool().submit(client.label, reading, status, text, cut, is_whole=is_whole)
        # Recorded even when the shopper moves on before the answer comes: a kept label must stay deletable.
        job.add_done_callback(self._record)
        labelling = Labelling(reading, cut, status, text, job, is_whole)
        self.drop_behind(reading.id)
        if self._shows(reading):
            self.labelling = labelling
        else:
            self.behind.append(labelling)

    def label_again(self, client: ShopperClient, failed: Labelling) -> None:
        """Send a label that failed once more."""
        self.label(client, failed.reading, failed.cut, failed.status, failed.text, failed.is_whole)

    def choose(self, reading: Reading, text: str, code: str) -> None:
        """Let another line stand in this reading's place, without keeping it."""
        if self._shows(reading):
            self.chosen = (text, code)

    def drop_behind(self, prediction_id: str) -> None:
        """Drop a label of an earlier reading."""
        self.behind = [label for label in self.behind if label.reading.id != prediction_id]

    def forget(self, client: ShopperClient, prediction_id: str) -> None:
        """Ask the backend to delete the label."""
        self.notice = None
        self.forgetting[prediction_id] = pool().submit(client.forget, prediction_id)

    def abandon(self, client: ShopperClient, prediction_id: str) -> None:
        """Give up a label that failed; if it may have been kept after all, delete it."""
        failed = [label for label in self.behind if label.reading.id == prediction_id]
        self.drop_behind(prediction_id)
        if any(not label.is_refused for label in failed):
            self.forget(client, prediction_id)

    def forgotten(self, prediction_id: str) -> None:
        """Note that no label is kept for this reading any more."""
        self.kept.pop(prediction_id, None)
        self.forgetting.pop(prediction_id, None)
        if self.saved is not None and self.saved.prediction_id == prediction_id:
            self.saved = None
            self.chosen = None
            self.labelling = None

    def recall(self, noted: Iterable[str]) -> bool:
        """List the labels that were kept before a reload. Ids cannot be guessed, so the tab's notes can be trusted.

        Returns:
            Whether there are any.
        """
        self.is_recalled = True
        ids = [note for note in noted if _PREDICTION_ID.match(note)]
        for prediction_id in ids:
            self.kept.setdefault(prediction_id, Kept(prediction_id=prediction_id, status="accepted", completed=False))
        return bool(ids)

    def find_price(self, client: ShopperClient, code: str) -> Future[PriceAnswer]:
        """The offers for a code; asks once for each code."""
        if self.price is None or self.price[0] != code:
            self.price = (code, pool().submit(client.products, code))
        return self.price[1]

    def _shows(self, reading: Reading) -> bool:
        job = self.reading
        return job is not None and job.done() and job.exception() is None and job.result().id == reading.id

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
    visit: Visit = st.session_state[_STATE_KEY]
    return visit
