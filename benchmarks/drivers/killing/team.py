"""A team under whose load a backend is killed: one gives and takes tags and metadata, one uploads zips of crops."""

from __future__ import annotations

import io
import random
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import requests

from benchmarks.drivers.killing.backends import TEAM_TOKEN, Backend
from benchmarks.drivers.killing.ledger import Ledger
from benchmarks.drivers.killing.shoppers import PATIENCE, draw_crop
from benchmarks.drivers.killing.team_ledger import KEY, UPLOAD_TAG, Action, SentUpload, TeamLedger

_PAUSE = 0.2  # seconds before a request is repeated
_MOST_CROPS = 40  # of one change
_TAGS = ("blurry", "done", "odd", "autumn")
_CROPS = 9  # of an upload, beside one that it holds twice
_PARTS = 3  # in which a zip is sent
_MOST_WAITING = 3  # uploads that are started and not finished


class _Member(threading.Thread):
    """Somebody of the team, who repeats requests until they are answered."""

    def __init__(
        self, name: str, backend: Backend, shopped: Ledger, ledger: TeamLedger, stop: threading.Event, seed: int
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._backend, self._shopped, self._ledger = backend, shopped, ledger
        self._stop_event = stop
        self._chance = random.Random(seed)
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {TEAM_TOKEN}"
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Work until told to stop; an error ends it and is kept in `failure`."""
        try:
            while not self._stop_event.is_set():
                self._work()
        except BaseException as error:
            self.failure = error
        finally:
            self._session.close()

    def _work(self) -> None:
        raise NotImplementedError

    def _ask(self, method: str, path: str, *gone: int, **content: Any) -> requests.Response | None:
        """Send a request until it is answered well; None if the test ends before.

        Args:
            method: of the request.
            path: below `/v1/team/`.
            *gone: statuses that are good answers, too.
            **content: as in `requests`.

        Raises:
            RuntimeError: it is refused for another reason than that the store cannot keep anything now.
        """
        while True:
            with suppress(requests.RequestException):
                answer = self._session.request(
                    method, f"{self._backend.url}/v1/team/{path}", timeout=PATIENCE, **content
                )
                if answer.ok or answer.status_code in gone:
                    return answer
                if answer.status_code not in (503, 507):
                    raise RuntimeError(f"{method} {path}: {answer.status_code}: {answer.text}")
                self._shopped.count("refused")
            if self._stop_event.is_set():
                return None
            self._shopped.count("resent")
            time.sleep(_PAUSE)


class PatientTagger(_Member):
    """Gives and takes tags and metadata of crops whose shoppers are done, and takes that back at times."""

    def _work(self) -> None:
        self._stop_event.wait(self._chance.uniform(0.0, 0.1))
        settled = [
            job.sample
            for job in self._shopped.jobs().values()
            if job.settled and job.sample is not None and len(job.allowed) == 1 and None not in job.allowed
        ]
        if not settled:
            return
        crops = self._chance.sample(settled, min(len(settled), self._chance.randrange(1, _MOST_CROPS)))
        name = f"{self._chance.getrandbits(128):032x}"
        give, take = self._chance.sample(_TAGS, 2)
        action = Action(
            name,
            tuple(crops),
            give=give,
            take=take if self._chance.random() < 0.5 else "",
            value=f"s{self._chance.randrange(1000)}" if self._chance.random() < 0.5 else "",
        )
        form = {"samples": " ".join(crops), "give": give, "take": action.take, "by": "Kim", "action": name}
        if action.value:
            form["values"] = f"{KEY}={action.value}"
        self._ledger.sending(action)
        if self._ask("POST", "marks", files=_plain(form)) is None:
            return
        self._ledger.acknowledged()
        self._shopped.count("marks")
        if self._chance.random() < 0.2:
            self._ledger.sending(action, is_undo=True)
            if self._ask("DELETE", f"marks/{name}", 404) is not None:  # 404: taken back by the request before
                self._ledger.acknowledged()


class PatientUploader(_Member):
    """Sends zips of crops with labels, in parts; while some of them wait to be worked on, no further one."""

    _count = 0
    _waiting: Sequence[str] = ()

    def _work(self) -> None:
        self._count += 1
        name = f"shots-{self._count}.zip"
        texts, again, data = self._draw(self._count)
        form = {"title": name, "tags": UPLOAD_TAG, "by": "Lee", "pictures": "crops"}
        begun = self._ask("POST", "uploads", files=_plain(form))
        if begun is None:
            return
        upload = SentUpload(str(begun.json()["id"]), name, texts, again)
        self._ledger.begin_upload(upload)
        step = -(-len(data) // _PARTS)
        for at in range(0, len(data), step):
            part = {"name": name, "at": str(at), "size": str(len(data))}
            sent = {**_plain(part), "part": ("part", data[at : at + step])}
            # Parts before it were acknowledged, so none of them may be missing.
            if self._ask("POST", f"uploads/{upload.name}/files", files=sent) is None:
                return
        if self._ask("POST", f"uploads/{upload.name}/start") is None:
            return
        self._ledger.start_upload(upload.name)
        self._shopped.count("uploads")
        self._waiting = [*self._waiting, upload.name]
        while len(self._waiting) >= _MOST_WAITING and not self._stop_event.wait(_PAUSE):
            self._waiting = [name for name in self._waiting if not self._is_finished(name)]

    def _is_finished(self, upload: str) -> bool:
        answer = self._ask("GET", f"uploads/{upload}")
        return answer is None or answer.json()["phase"] == "finished"

    def _draw(self, count: int) -> tuple[Mapping[str, str], str, bytes]:
        """Draw a zip of crops with a table of labels; one crop is in it twice."""
        buffer, texts, last = io.BytesIO(), dict[str, str](), b""
        with zipfile.ZipFile(buffer, "w") as file:
            for number in range(_CROPS):
                text, last = draw_crop(self._chance, mark=count * 16 + 15)
                texts[f"{number}.png"] = text
                file.writestr(f"{number}.png", last)
            again = "again.png"
            texts[again] = text
            file.writestr(again, last)
            rows = "".join(f"{name}\t{text}\n" for name, text in texts.items())
            file.writestr("labels.tsv", f"file\tlabel\n{rows}")
        return texts, again, buffer.getvalue()


def wait_for_uploads(backend: Backend, ledger: TeamLedger, seconds: float) -> bool:
    """Wait until a backend has finished every upload whose start it acknowledged; return whether it has.

    Raises:
        RuntimeError: it does not know one, or says of a file nothing, or more than once.
    """
    until = time.monotonic() + seconds
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TEAM_TOKEN}"
        for upload in ledger.uploads():
            while upload.is_started:
                url = f"{backend.url}/v1/team/uploads/{upload.name}"
                answer = session.get(url, timeout=PATIENCE)
                if answer.status_code == 404:
                    raise RuntimeError(f"the upload {upload.name} was started, and is not known any more")
                if answer.ok and answer.json()["phase"] == "finished":
                    told = [item["file"] for item in session.get(f"{url}/files", timeout=PATIENCE).json()["items"]]
                    if sorted(told) != sorted(upload.files):
                        raise RuntimeError(f"the upload {upload.name} tells of {told}")
                    break
                if time.monotonic() > until:
                    return False
                time.sleep(_PAUSE)
    return True


def _plain(form: Mapping[str, str]) -> dict[str, tuple[None, str]]:
    """Fields of a multipart form; a part without a file name is a plain field."""
    return {name: (None, value) for name, value in form.items()}
