"""Visits of shoppers: a tag is photographed and read, its reading accepted or corrected. All visits are logged."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.settings import Kind
from benchmarks.loop_demo.shoppers import Shopper, judge
from benchmarks.loop_demo.tags import Tag, TagStream
from ocr_model.codes.text import label_text, match_key

_SLOWEST = 0.2  # visits a second


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit and its outcome."""

    stream: str
    number: int  # of the tag
    kind: Kind
    at: float  # seconds since 1970
    model: str  # version of the model that read; "" if none did
    right: bool  # whether the reading matched the tag exactly
    status: str  # of the kept label; "" if none was kept
    true: bool  # whether the kept label is the text on the tag
    milliseconds: float  # from photo to reading


class VisitLog:
    """All visits, each a line of a file, written at once, so that a stopped stream goes on with the next tag."""

    def __init__(self, path: Path) -> None:
        self._path, self._guard = path, threading.Lock()
        self._visits = list(_read(path))

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All visits so far, in order."""
        with self._guard:
            return tuple(self._visits)

    def add(self, visit: Visit) -> None:
        """Append a visit."""
        with self._guard:
            self._visits.append(visit)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(visit)) + "\n")

    def next_number(self, stream: str) -> int:
        """The first tag of a stream that no visit has sent."""
        return max((visit.number + 1 for visit in self.visits if visit.stream == stream), default=0)

    def labels(self, streams: Sequence[str] = ("shoppers",)) -> Counter[str]:
        """Labels by status; "wrong" counts those that differ from the text on the tag."""
        counts: Counter[str] = Counter()
        for visit in self.visits:
            if visit.status and visit.stream in streams:
                counts[visit.status] += 1
                counts["wrong"] += not visit.true
        return counts


def visit(client: Client, stream: str, tag: Tag, shopper: Shopper, at: float | None = None) -> Visit:
    """Make one visit.

    Args:
        client: the shopper's browser.
        stream: stream of the tag.
        tag: the photographed tag.
        shopper: the shopper, who judges the reading.
        at: seconds since 1970; None is now.
    """
    at = time.time() if at is None else at
    reading = client.read(tag.png)
    if reading is None:
        return Visit(stream, tag.number, tag.kind, at, "", False, "", False, 0.0)
    verdict = judge(shopper, reading.text, tag.text, random.Random(f"{stream}/{tag.number}/{shopper.client}"))
    kept = client.keep(reading.id, verdict, shopper.client)
    is_right = match_key(reading.text) == match_key(tag.text)
    status, is_true = "", False
    if kept is not None:
        status = kept.status
        # If there is nothing to read, both verdicts without a text are true.
        is_true = label_text(kept.text) == label_text(tag.text) or (not match_key(tag.text) and not kept.text)
    milliseconds = round(1000 * reading.seconds, 1)
    return Visit(stream, tag.number, tag.kind, at, reading.model_version, is_right, status, is_true, milliseconds)


class Traffic:
    """Visits one after the other at some pace, in a thread of their own. A context manager.

    Args:
        url: address of the backend.
        journal: journal of the requests.
        log: log of the visits.
        stream: stream of the photographed tags.
        name: name of the stream.
        shoppers: shoppers of the visits, drawn at random.
    """

    def __init__(
        self, url: str, journal: Journal, log: VisitLog, stream: TagStream, name: str, shoppers: Sequence[Shopper]
    ) -> None:
        self.pace = _SLOWEST
        self._url, self._journal, self._log = url, journal, log
        self._stream, self._name, self._shoppers = stream, name, shoppers
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._come, name="shoppers", daemon=True)
        self.error: BaseException | None = None

    def __enter__(self) -> Traffic:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _come(self) -> None:
        try:
            with Client(self._url, self._journal) as client:
                for number in count(self._log.next_number(self._name)):
                    begun = time.monotonic()
                    self._log.add(send(client, self._stream, self._name, number, self._shoppers))
                    if self._done.wait(max(0.0, 1.0 / max(self.pace, _SLOWEST) - (time.monotonic() - begun))):
                        return
        except BaseException as error:
            self.error = error
            raise


def send(client: Client, stream: TagStream, name: str, number: int, shoppers: Sequence[Shopper]) -> Visit:
    """Make the visit with this number, which always has the same tag and shopper."""
    shopper = random.Random(f"{name}/{number}/who").choice(shoppers)
    return visit(client, name, stream.tag(number), shopper)


def _read(path: Path) -> Iterable[Visit]:
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield Visit(**json.loads(line))
        except (ValueError, TypeError):
            continue  # a line cut off by a power cut
