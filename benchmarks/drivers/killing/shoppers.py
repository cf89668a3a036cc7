"""Shoppers under whose load backends are killed."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import requests
from PIL import Image, ImageDraw, ImageFont

from benchmarks.drivers.killing.backends import Backend
from benchmarks.drivers.killing.ledger import Job, Ledger, State
from ocr_model.codes.text import label_text
from ocr_model.codes.verdict import VerdictStatus
from ocr_model.domains.tags import TAGS

PATIENCE = 30.0  # seconds that a shopper waits for an answer
_PAUSE = 0.2  # seconds before a shopper asks again
_NOTHING_KEPT = 507  # status of the answer that the disk is full
_FAILED = 503


@dataclass(frozen=True)
class Manner:
    """How a shopper asks."""

    patience: float = PATIENCE  # seconds that it waits for an answer
    rest: float = 0.0  # seconds between two tags
    undoes_anywhere: bool = False  # whether it takes a label back at any backend, or where the label was kept
    # Told of each request: what it was about, seconds since its beginning, and the status, 0 without an answer.
    on_answer: Callable[[str, float, int], None] = lambda what, seconds, status: None


class PatientShopper(threading.Thread):
    """Reads tags and sends verdicts, again and again; repeats requests to backends that die.

    Args:
        number: Tells the shoppers apart.
        backends: Asked in random order.
        ledger: Notes every verdict before it is sent.
        stop: Ends the shopper when it is set.
        seed: Decides about tags and verdicts.
        manner: How it asks.
    """

    def __init__(
        self,
        number: int,
        backends: Sequence[Backend],
        ledger: Ledger,
        stop: threading.Event,
        seed: int,
        manner: Manner | None = None,
    ) -> None:
        super().__init__(name=f"shopper-{number}", daemon=True)
        self._number = number
        self._backends = backends
        self._ledger = ledger
        self._stop_event = stop
        self._chance = random.Random(seed)
        self._manner = manner or Manner()
        self._session = requests.Session()
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Shop until told to stop; an error ends the shopper and is kept in `failure`."""
        try:
            count = 0
            while not self._stop_event.is_set():
                count += 1
                self._shop(count)
                self._stop_event.wait(self._manner.rest)
        except BaseException as error:
            self.failure = error
        finally:
            self._session.close()

    def _shop(self, count: int) -> None:
        printed, crop = draw_crop(self._chance, mark=count * 16 + self._number)
        reading = self._read(crop)
        if reading is None:
            return
        job = self._ledger.open(reading["id"])
        home = self._say(job, reading, crop, *self._opinion(reading["text"], printed))
        if home is not None and self._chance.random() < 0.15:  # the shopper changes the verdict
            home = self._say(job, reading, crop, "corrected", f"{printed[:-1]}-{self._chance.randrange(10)}")
        if home is not None and self._chance.random() < 0.05:
            self._undo(job, home)
        self._ledger.settle(job)

    def _opinion(self, read: str, printed: str) -> tuple[VerdictStatus, str]:
        """Return a verdict and its text."""
        if self._chance.random() < 0.1:
            return "unreadable", ""
        if label_text(read) == printed:
            return "accepted", read
        return "corrected", printed

    def _read(self, crop: bytes) -> Any:
        """Send a crop until it is read; return the answer's body, or None if the test ends before."""
        while not self._stop_event.is_set():
            backend = self._chance.choice(self._backends)
            with suppress(requests.RequestException):
                answer = self._ask("reading", "POST", f"{backend.url}/v1/predictions", files={"image": crop})
                if answer.status_code == 200:
                    return answer.json()
            time.sleep(_PAUSE)
        return None

    def _say(self, job: Job, reading: Any, crop: bytes, status: VerdictStatus, text: str) -> Backend | None:
        """Send a verdict until it is acknowledged; return the backend that did, or None if the shopper gave up."""
        verdict = TAGS.settle(status, reading["text"], text)
        state: State = (verdict.status, label_text(verdict.text))
        fields = {
            "status": status,
            "text": text,
            "read_text": reading["text"],
            "read_confidence": repr(reading["confidence"]),
            "model_name": reading["model"]["name"],
            "model_version": reading["model"]["version"],
            "proof": reading["proof"],
        }
        self._ledger.count("sent")
        before = self._ledger.may_be(job, state)
        # A part without a file name is a plain field.
        parts: dict[str, tuple[None, str] | bytes] = {name: (None, value) for name, value in fields.items()}
        while True:
            backend = self._chance.choice(self._backends)
            path = f"{backend.url}/v1/predictions/{job.prediction_id}/label"
            try:
                answer = self._ask("label", "POST", path, files=parts)
            except requests.RequestException:
                before = before | {state}  # It may have been kept.
            else:
                if answer.status_code == 200:
                    self._acknowledge(job, state, answer.json())
                    return backend
                if answer.status_code == 404:
                    self._ledger.count("carried")
                    parts["image"] = crop
                    continue
                if answer.status_code not in (_FAILED, _NOTHING_KEPT):
                    raise RuntimeError(f"{answer.status_code}: {answer.text}")
                self._ledger.count("refused")
                if answer.status_code == _NOTHING_KEPT:
                    self._ledger.must_be(job, before, job.sample)
                else:
                    before = before | {state}
            if self._stop_event.is_set() or self._chance.random() < 0.03:
                return None
            self._ledger.count("resent")
            self._ledger.may_be(job, state)
            time.sleep(_PAUSE)

    def _ask(self, what: str, method: str, url: str, **content: Any) -> requests.Response:
        """Send a request.

        Raises:
            requests.RequestException: There is no answer.
        """
        began, status = time.monotonic(), 0
        try:
            answer = self._session.request(method, url, timeout=self._manner.patience, **content)
            status = answer.status_code
        finally:
            self._manner.on_answer(what, time.monotonic() - began, status)
        return answer

    def _acknowledge(self, job: Job, state: State, body: Any) -> None:
        if (body["status"], label_text(body["text"])) != state:
            raise RuntimeError(f"{state} was sent, and this was kept: {body}")
        self._ledger.must_be(job, {state}, body["sample"])
        self._ledger.count("acknowledged")

    def _undo(self, job: Job, home: Backend) -> None:
        """Take the label back."""
        self._ledger.count("sent")
        self._ledger.may_be(job, None)
        is_open = False  # whether an earlier request may have taken it back
        while True:
            backend = self._chance.choice(self._backends) if self._manner.undoes_anywhere else home
            try:
                answer = self._ask("undo", "DELETE", f"{backend.url}/v1/predictions/{job.prediction_id}/label")
            except requests.RequestException:
                is_open = True
            else:
                # A backend that knows of no label has taken none back: another one may keep it.
                is_unknown = answer.status_code == 200 and not answer.json()["deleted"]
                if answer.status_code == 200 and not (is_unknown and self._manner.undoes_anywhere):
                    self._ledger.must_be(job, {None})
                    self._ledger.count("acknowledged")
                    return
                if is_unknown and is_open:
                    return
                self._ledger.count("refused")
                is_open = is_open or answer.status_code != 200
            if self._stop_event.is_set():
                return
            self._ledger.count("resent")
            time.sleep(_PAUSE)


def draw_crop(chance: random.Random, *, mark: int) -> tuple[str, bytes]:
    """Draw a tag that no other shopper photographs.

    Args:
        chance: Decides about line and colours.
        mark: Makes the crop's pixels unique.

    Returns:
        Its line, and a PNG of 200 x 52 pixels.
    """
    letters = "".join(chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(2))
    line = f"{letters}{chance.randrange(10_000):04d}-{chance.randrange(1000):03d}"
    font = ImageFont.load_default(size=28)
    crop = Image.new("RGB", (200, 52), (chance.randrange(200, 256),) * 3)
    ImageDraw.Draw(crop).text((14, 26), line, fill=(chance.randrange(80),) * 3, font=font, anchor="lm")
    crop.putpixel((0, 0), (mark % 251, mark // 251 % 251, mark // 63_001 % 251))
    crop.putpixel((1, 0), tuple(chance.randrange(256) for _ in range(3)))
    buffer = io.BytesIO()
    crop.save(buffer, "PNG")
    return line, buffer.getvalue()
