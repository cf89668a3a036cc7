"""Ordinary shoppers, who read a tag now and then from other addresses than the attackers'."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from benchmarks.drivers.tag_picture import draw_tag, encode

PATIENCE = 10.0  # seconds after which a shopper takes a reading for failed
_PAUSES = (0.05, 0.1)  # seconds from one reading's start to the next one's, at least and at most
_ADDRESSES = 24  # shoppers; the rate limit of each is never reached
_CODE = "CW2288-111"


class AddressAdapter(HTTPAdapter):
    """Sends from an address of this machine.

    Args:
        address: 127.0.0.0/8 belongs to this machine as a whole on Linux.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        """Make the pool of connections; every one comes from the address."""
        super().init_poolmanager(connections, maxsize, block, source_address=(self._address, 0), **options)


def session_from(address: str) -> requests.Session:
    """A session whose requests come from an address of this machine, without proxies."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", AddressAdapter(address))
    return session


@dataclass(frozen=True)
class Answer:
    """An ordinary reading."""

    seconds: float  # until the answer was there, or the shopper gave up
    status: int  # of HTTP; 0 without an answer

    @property
    def is_good(self) -> bool:
        """Whether the tag was read."""
        return self.status == 200


class Shoppers:
    """Shoppers that read one after the other, every one over a new connection. Use a `with` block."""

    def __init__(self, url: str, seed: int = 0) -> None:
        self._url = f"{url}/v1/predictions"
        self._chance = random.Random(seed)
        self._crop = encode(draw_tag(_CODE).crop((120, 240, 780, 400)))
        self._sessions = [session_from(f"127.0.1.{number}") for number in range(1, _ADDRESSES + 1)]
        self._turns = cycle(self._sessions)

    def __enter__(self) -> Shoppers:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            session.close()

    def read(self) -> Answer:
        """Read one tag."""
        began = time.monotonic()
        status = 0
        try:
            answer = next(self._turns).post(
                self._url, files={"image": self._crop}, headers={"Connection": "close"}, timeout=PATIENCE
            )
            status = answer.status_code
        except requests.RequestException:
            pass
        return Answer(time.monotonic() - began, status)

    def read_for(self, seconds: float) -> list[Answer]:
        """Read one tag after the other, 10 to 20 a second if the answers are quick."""
        until = time.monotonic() + seconds
        answers = []
        while time.monotonic() < until:
            following = time.monotonic() + self._chance.uniform(*_PAUSES)
            answers.append(self.read())
            time.sleep(max(0.0, following - time.monotonic()))
        return answers

    def wait(self, seconds: float, *, alive: Callable[[], bool] = lambda: True) -> bool:
        """Wait until a tag is read again; return whether that happened in time, while the backend was alive."""
        until = time.monotonic() + seconds
        while not self.read().is_good:
            if time.monotonic() > until or not alive():
                return False
            time.sleep(0.2)
        return True


def p99(answers: Sequence[Answer]) -> float:
    """The 99th percentile of the readings' seconds, by the nearest rank; a failed one lasted for ever."""
    times = sorted(answer.seconds if answer.is_good else math.inf for answer in answers)
    return times[math.ceil(0.99 * len(times)) - 1] if times else math.nan
