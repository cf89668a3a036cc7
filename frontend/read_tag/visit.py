"""The state of one browser session: photo, lines, readings, labels, prices."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from frontend.client.answers import Kept, LabelStatus, PriceAnswer, Reading
from frontend.client.failures import BackendError, BackendRefusedError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.client.tag_answers import TagAnswer, TagLine
from frontend.history.history import Seen
from frontend.job import pool
from frontend.photos.photo import Photo, Region
from frontend.photos.photo_cropper import PhotoCropper
from frontend.photos.thumbnail import thumbnail
from frontend.photos.uploads import forget_uploads

_STATE_KEY: Final = "visit"
_HISTORY_SIDE: Final = 112  # pixels of a picture in the browser's history
_PREDICTION_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class TagReading:
    """A whole photo that is being read."""

    def __init__(self, client: ShopperClient, photo: Photo, turn: int) -> None:
        self.shows = (photo, turn)
        self.first_line: TagLine | None = None  # the likeliest code, while the rest is being read
        self.job: Future[TagAnswer] = pool().submit(client.read_tag, photo, turn, self._note)

    @classmethod
    def finished(cls, photo: Photo, tag: TagAnswer) -> TagReading:
        """A photo that has been read already, as it stands."""
        reading = cls.__new__(cls)
        reading.shows, reading.first_line, reading.job = (photo, 0), None, Future()
        reading.job.set_result(tag)
        return reading

    def _note(self, line: TagLine) -> None:
        self.first_line = line


@dataclass(frozen=True)
class ReadLine:
    """A reading and what belongs to it when it is labelled."""

    reading: Reading
    region: Region  # what was read
    barcode: str = ""  # content of a barcode of the same tag, if the line holds the tag's code

    @property
    def id(self) -> str:
        """The reading's id."""
        return self.reading.id


@dataclass(frozen=True)
class Labelling:
    """A label under way, kept or failed, with everything needed to send it again."""

    line: ReadLine
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


@dataclass(frozen=True)
class SharedPrice:
    """The price on a tag, which the shopper lets the page remember or takes back."""

    is_shared: bool  # what the shopper wants
    job: Future[object]


def is_refusal(error: BaseException | None) -> bool:
    """Whether the backend itself answered that nothing was kept; a time-out or a proxy's page says nothing about it."""
    return isinstance(error, BackendRefusedError) and error.kind != ""


@dataclass
class Visit:
    """Mutable, one per session. What belongs to a line is kept by the id of its reading."""

    # The photo and how it is turned; `round` makes new upload widgets for a next photo.
    photo: Photo | None = None
    turn: int = 0
    round: int = 0
    uploads: list[UploadedFile] = field(default_factory=list)  # of the photo
    # The upload whose preview is under way or has failed, by its id, so that it is asked for once.
    opening: tuple[str, Future[Photo]] | None = None
    # A code without a photo, typed or chosen from the history.
    typed: str = ""
    # What goes into the browser's history, and the photo or the typed code that it was seen on.
    seen: Seen | None = None
    seen_on: Photo | str = ""
    # The whole photo as read or being read, and the card and the line that the shopper has chosen.
    tag: TagReading | None = None
    card: int = 0
    line: int | None = None
    # Whether the shopper marks the line; the box, and the region that was read last with its reading.
    by_hand: bool = False
    cropper: PhotoCropper = field(default_factory=PhotoCropper)
    region: Region | None = None
    reading: Future[Reading] | None = None
    # The reading that this run of the page shows, by its id.
    shown: str = ""
    # Texts that the shopper prefers to a reading without keeping them, with their codes.
    chosen: dict[str, tuple[str, str]] = field(default_factory=dict)
    # The last label of each reading.
    labels: dict[str, Labelling] = field(default_factory=dict)
    # Whether the correction that was sent last was empty, until the page has told the shopper.
    typed_nothing: bool = False
    # Everything kept in this session, newest last, by prediction; and the deletions under way, by prediction.
    kept: dict[str, Kept] = field(default_factory=dict)
    is_recalled: bool = False  # whether `kept` holds the labels from before a reload, too
    forgetting: dict[str, Future[bool]] = field(default_factory=dict)
    # Prices on tags, by the reading whose label they hang on.
    tag_prices: dict[str, SharedPrice] = field(default_factory=dict)
    # One sentence to show once, after an undo.
    notice: str | None = None
    # The prices of this photo's codes, under way or done.
    prices: dict[str, Future[PriceAnswer]] = field(default_factory=dict)
    # Codes whose price the shopper has had to wait for.
    awaited: set[str] = field(default_factory=set)
    # Whether confirmed crops and labels may be kept.
    keep: bool = True
    # Counts the chip rows, so that a chip comes back unpressed.
    chips: int = 0

    def open_photo(self, client: ShopperClient, file_id: str, data: bytes) -> Future[Photo]:
        """The photo in a file; asks once for each file."""
        if self.opening is None or self.opening[0] != file_id:
            self.opening = (file_id, pool().submit(client.open_photo, data))
        return self.opening[1]

    def close_photo(self) -> None:
        """Let a file that could not be opened be opened again."""
        self.opening = None

    def type_code(self, code: str) -> None:
        """Look a code up without a photo; "" goes back to the start."""
        self.typed = code
        self.prices.clear()
        self.awaited.clear()

    def see(self, code: str) -> None:
        """Note a code for the browser's history: the shopper's correction replaces what was read on a photo."""
        on = self.typed if self.photo is None else self.photo
        if self.seen is None or self.seen_on != on:
            picture = None if self.photo is None else thumbnail(self.photo.preview(self.turn), _HISTORY_SIDE)
            self.seen, self.seen_on = Seen(secrets.token_hex(8), code, picture), on
        elif self.seen.code != code:
            self.seen = replace(self.seen, code=code, price=None)

    def take(self, photo: Photo) -> None:
        """Start on a new photo."""
        self.photo = photo
        self.typed = ""
        self.opening = None
        self.turn = 0
        self.clear_reading()

    def drop_photo(self) -> None:
        """Go back to the start; kept labels stay listed."""
        forget_uploads(self.uploads)
        self.uploads = []
        self.photo = None
        self.turn = 0
        self.round += 1
        self.clear_reading()

    def clear_reading(self) -> None:
        """Forget what was read; labels under way are finished in the background."""
        self.tag = None
        self.card, self.line = 0, None
        self.by_hand = False
        self.cropper.place(None)
        self.region = None
        self.reading = None
        self.notice = None
        self.prices.clear()
        self.awaited.clear()

    def turn_photo(self, quarter_turns: int) -> None:
        """Turn the photo clockwise; it is read anew."""
        by_hand = self.by_hand
        self.clear_reading()
        self.turn = (self.turn + quarter_turns) % 4
        self.by_hand = by_hand

    def read_tag(self, client: ShopperClient, photo: Photo) -> TagReading:
        """The reading of the whole photo as it is turned; asks once."""
        if self.tag is None or self.tag.shows != (photo, self.turn):
            self.tag = TagReading(client, photo, self.turn)
        return self.tag

    def read(self, client: ShopperClient, region: Region) -> Future[Reading]:
        """The reading of a region of the photo that the shopper has marked; asks once for each region."""
        if self.reading is None or region != self.region:
            self.region = region
            self.reading = pool().submit(client.read, region)
        return self.reading

    def read_again(self) -> None:
        """Let a region that could not be read be read again."""
        self.reading = None

    def mark_by_hand(self, by_hand: bool) -> None:
        """Go from the lines that were found to a box that the shopper sets, or back."""
        self.by_hand = by_hand
        self.cropper.place(None)
        self.notice = None

    def choose_card(self, card: int) -> None:
        """Show another tag of the photo."""
        self.card, self.line = card, None
        self.notice = None

    def choose_line(self, line: int, card: int | None) -> None:
        """Show another line, and the tag that it belongs to."""
        self.line = line
        self.card = self.card if card is None else card
        self.by_hand = False
        self.notice = None

    def label(
        self, client: ShopperClient, line: ReadLine, status: LabelStatus, text: str, is_whole: bool = False
    ) -> None:
        """Ask the backend to keep a crop with this verdict.

        Args:
            client: The backend.
            line: The reading that the button belonged to, which need not be shown any more.
            status: The shopper's verdict.
            text: The line, if there is one.
            is_whole: Whether the text is the whole line; the shopper may have typed the code alone.
        """
        self.notice = None
        job = pool().submit(
            client.label, line.reading, status, text, line.region, barcode=line.barcode, is_whole=is_whole
        )
        # Recorded even when the shopper moves on before the answer comes: a kept label must stay deletable.
        job.add_done_callback(self._record)
        self.labels[line.id] = Labelling(line, status, text, job, is_whole)

    def label_again(self, client: ShopperClient, failed: Labelling) -> None:
        """Send a label that failed once more."""
        self.label(client, failed.line, failed.status, failed.text, failed.is_whole)

    def choose(self, reading: Reading, text: str, code: str) -> None:
        """Let another line stand in a reading's place, without keeping it."""
        self.chosen[reading.id] = (text, code)

    def preferred(self, reading: Reading) -> tuple[str, str]:
        """The line and the code that count: the shopper's, else the reader's."""
        kept = self.kept.get(reading.id)
        if kept is not None and kept.status != "unreadable":
            return kept.text, kept.code
        return self.chosen.get(reading.id, (reading.text, reading.code))

    def behind(self) -> list[Labelling]:
        """Labels of readings that are not shown, and not known to be kept."""
        return [label for label in self.labels.values() if label.line.id != self.shown and not label.is_kept]

    def forget(self, client: ShopperClient, prediction_id: str) -> None:
        """Ask the backend to delete the label."""
        self.notice = None
        self.forgetting[prediction_id] = pool().submit(client.forget, prediction_id)

    def abandon(self, client: ShopperClient, prediction_id: str) -> None:
        """Give up a label that failed; if it may have been kept after all, delete it."""
        failed = self.labels.pop(prediction_id, None)
        if failed is not None and not failed.is_refused:
            self.forget(client, prediction_id)

    def forgotten(self, prediction_id: str) -> None:
        """Note that no label is kept for this reading any more."""
        self.kept.pop(prediction_id, None)
        self.forgetting.pop(prediction_id, None)
        self.labels.pop(prediction_id, None)
        self.chosen.pop(prediction_id, None)
        self.tag_prices.pop(prediction_id, None)

    def share_price(self, client: ShopperClient, prediction_id: str, price: tuple[str, str] | None) -> None:
        """Ask the backend to remember the price on a tag, or to forget it.

        Args:
            client: The backend.
            prediction_id: The kept label of the tag's code.
            price: The price and its currency; None to forget it.
        """
        job: Future[object]
        if price is None:
            job = pool().submit(client.forget_tag_price, prediction_id)
        else:
            job = pool().submit(client.keep_tag_price, prediction_id, *price)
        self.tag_prices[prediction_id] = SharedPrice(price is not None, job)

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
        """The offers for a code; asks once for each code of a photo."""
        if code not in self.prices:
            self.prices[code] = pool().submit(client.products, code)
        return self.prices[code]

    def is_refused(self, reading: Reading) -> bool:
        """Whether the backend has said that the line chosen without keeping it can be on no tag."""
        chosen = self.chosen.get(reading.id)
        job = None if self.keep or chosen is None else self.prices.get(chosen[1])
        error = job.exception() if job is not None and job.done() else None
        return isinstance(error, BackendError) and is_lasting(error)

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
