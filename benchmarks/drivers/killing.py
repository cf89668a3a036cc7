"""Real backends under the load of shoppers, killed with `kill -9` at random moments; and a ledger that knows the truth.

A label counts as acknowledged when the answer said so. Afterwards every acknowledged label must be in the store, once
and as acknowledged, and the store must hold nothing that no shopper had sent.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import requests
from PIL import Image, ImageDraw, ImageFont

from benchmarks.drivers.gcs_server import GcsServer, wait_until
from benchmarks.drivers.server import ROOT, free_port
from datasets.objects.folder import FolderObjects
from datasets.samples.event import Event, read_event
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy
from ocr_model.codes.lines import complete_line
from ocr_model.codes.text import label_text

_HASTY = UploadPolicy(timeout=1.0, deadline=0.2, first_delay=0.02, longest_delay=0.1, pull_interval=0.2)
_PATIENCE = 30.0  # seconds that a shopper waits for an answer
_PAUSE = 0.2  # seconds before a shopper asks again
_SHOPPERS = 4
_BUCKET = "tags"
# What must not leak in from a developer's shell.
_UNSET = ("TAGS_MODEL_DIR", "STORAGE_URL", "DATABASE_URL", "NAVER_CLIENT_ID", "NAVER_CLIENT_SECRET")

Verdict = tuple[str, str]  # status, text without spaces
Trouble = Literal["none", "unavailable", "hang", "lose_answer", "full disk", "clock"]


@dataclass(frozen=True)
class Scenario:
    """What goes wrong beside the kills."""

    name: str
    trouble: Trouble = "none"
    bucket: bool = False
    backends: int = 1


SCENARIOS = (
    Scenario("one backend, no bucket"),
    Scenario("bucket answers 503", "unavailable", bucket=True),
    Scenario("bucket hangs", "hang", bucket=True),
    Scenario("bucket loses its answers", "lose_answer", bucket=True),
    Scenario("disk full now and then", "full disk"),
    Scenario("clock jumps back and forth", "clock"),
    Scenario("two backends, one bucket", bucket=True, backends=2),
)


@dataclass
class Result:
    """What became of one scenario. All but `scenario` and `seconds` are numbers of labels unless named otherwise."""

    scenario: str
    kills: int = 0  # processes ended by kill -9
    starting: int = 0  # of these, while they were starting
    restarts: int = 0  # starts that the backend refused (no room for its index), and that were repeated
    sent: int = 0  # verdicts and undos that shoppers made up their minds about
    acknowledged: int = 0  # of these, answered with "saved" (or "deleted")
    resent: int = 0  # requests sent again because no good answer came
    refused: int = 0  # answers that said that nothing was kept (507) or that it failed (503)
    trouble: int = 0  # requests that the bucket failed, times that the disk was full, steps of the clock backwards
    checked: int = 0  # settled labels looked up right after the kills, counted at each
    live: int = 0  # in the store at the end
    lost: int = 0  # acknowledged, and not there
    twice: int = 0  # there more than once
    wrong: int = 0  # there, but otherwise than acknowledged
    invented: int = 0  # there, and nobody had sent it (or it was taken back)
    damaged: int = 0  # problems that `verify` names
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost and nothing invented."""
        return not (self.lost or self.twice or self.wrong or self.invented or self.damaged)


@dataclass
class Job:
    """One crop on its way: what may be in the store about it now."""

    prediction_id: str
    allowed: set[Verdict | None] = field(default_factory=lambda: {None})
    sample: str | None = None  # digest that the last acknowledgement named
    settled: bool = False  # the shopper will do nothing further


class Ledger:
    """What shoppers have sent and what was acknowledged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self.counts: Counter[str] = Counter()

    def open(self, prediction_id: str) -> Job:
        with self._lock:
            return self._jobs.setdefault(prediction_id, Job(prediction_id))

    def count(self, what: str) -> None:
        with self._lock:
            self.counts[what] += 1

    def may_be(self, job: Job, state: Verdict | None) -> set[Verdict | None]:
        """A request is about to be sent. Returns what was possible before."""
        with self._lock:
            before = set(job.allowed)
            job.allowed = before | {state}
            return before

    def must_be(self, job: Job, states: set[Verdict | None], sample: str | None = None) -> None:
        with self._lock:
            job.allowed = states
            job.sample = sample

    def settle(self, job: Job) -> None:
        with self._lock:
            job.settled = True

    def jobs(self) -> dict[str, Job]:
        """All jobs as they are now."""
        with self._lock:
            return {name: Job(name, set(job.allowed), job.sample, job.settled) for name, job in self._jobs.items()}


class JumpingClock:
    """Seconds since 1970, of a machine whose clock is set back and forth by up to an hour."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._offset = self._chance.uniform(-3600, 60)

    def __call__(self) -> float:
        if self._chance.random() < 0.05:
            self._offset = self._chance.uniform(-3600, 60)
        return time.time() + self._offset


_WITH_JUMPING_CLOCK = (
    "import sys; from backend.__main__ import main; from benchmarks.drivers.killing import JumpingClock;"
    " sys.exit(main([], clock=JumpingClock(int(sys.argv[1]))))"
)


class Backend:
    """One backend with its spool, started again after each kill."""

    def __init__(self, folder: Path, storage: dict[str, str], *, jumping: bool, chance: random.Random) -> None:
        self.spool = folder / "spool"
        self.url = ""
        self._folder = folder
        self._storage = storage
        self._jumping = jumping
        self._chance = chance
        self._process: subprocess.Popen[str] | None = None
        self._said: deque[str] = deque(maxlen=60)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        clean = {name: value for name, value in os.environ.items() if name not in _UNSET}
        settings = {
            "TAGS_PORT": str(port),
            "TAGS_SPOOL_DIR": str(self.spool),
            "TAGS_DATA_DIR": str(self._folder / "data"),
            "TAGS_RATE_PER_MINUTE": "0",
        }
        command = [sys.executable, "-m", "backend"]
        if self._jumping:
            command = [sys.executable, "-c", _WITH_JUMPING_CLOCK, str(self._chance.randrange(1 << 30))]
        # A pipe, not a file: the full disk is about the store.
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean | settings | self._storage,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def wait(self, *, stubborn: bool = False) -> int:
        """Wait until it is ready. Returns how often it was started again.

        Args:
            stubborn: start it again if it refuses to start (status 2), as whoever watches over a service does.
        """
        started = 0
        until = time.monotonic() + 120
        while not self._is_ready():
            assert self._process is not None
            if self._process.poll() is not None:
                if not stubborn or self._process.returncode != 2:
                    raise RuntimeError(f"the backend ended by itself:\n{''.join(self._said)}")
                started += 1
                self.start()
            if time.monotonic() > until:
                raise RuntimeError(f"the backend does not get ready:\n{''.join(self._said)}")
            time.sleep(0.05)
        return started

    def kill(self) -> None:
        process = self._process
        assert process is not None
        process.kill()
        if process.wait() not in (-9, 2):
            raise RuntimeError(f"the backend ended by itself:\n{''.join(self._said)}")

    def end(self) -> None:
        """Whatever happens, leave no process behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr as lines, suppress(ValueError):
            self._said.extend(lines)


class Shopper(threading.Thread):
    """Reads tags and says what is right, again and again; patient with backends that die."""

    def __init__(self, number: int, backends: list[Backend], ledger: Ledger, stop: threading.Event, seed: int) -> None:
        super().__init__(name=f"shopper-{number}", daemon=True)
        self._number = number
        self._backends = backends
        self._ledger = ledger
        self._stop_event = stop
        self._chance = random.Random(seed)
        self._session = requests.Session()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            count = 0
            while not self._stop_event.is_set():
                count += 1
                self._shop(count)
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
        home = self._say(job, reading, crop, self._opinion(reading["text"], printed))
        if home is not None and self._chance.random() < 0.15:  # changes the mind
            home = self._say(job, reading, crop, ("corrected", f"{printed[:-1]}-{self._chance.randrange(10)}"))
        if home is not None and self._chance.random() < 0.05:
            self._undo(job, home)
        self._ledger.settle(job)

    def _opinion(self, read: str, printed: str) -> Verdict:
        if self._chance.random() < 0.1:
            return "unreadable", ""
        if label_text(read) == printed:
            return "accepted", read
        return "corrected", printed

    def _read(self, crop: bytes) -> Any:
        while not self._stop_event.is_set():
            backend = self._chance.choice(self._backends)
            with suppress(requests.RequestException):
                answer = self._session.post(f"{backend.url}/v1/predictions", files={"image": crop}, timeout=_PATIENCE)
                if answer.status_code == 200:
                    return answer.json()
            time.sleep(_PAUSE)
        return None

    def _say(self, job: Job, reading: Any, crop: bytes, verdict: Verdict) -> Backend | None:
        """Send a verdict until it is acknowledged. Returns by whom; None if the shopper gave up."""
        status, text = verdict
        if status == "corrected":
            text = label_text(complete_line(reading["text"], text))
            if text == label_text(reading["text"]):
                status = "accepted"
        state = (status, label_text(text))
        fields = {
            "status": verdict[0],
            "text": verdict[1],
            "read_text": reading["text"],
            "read_confidence": repr(reading["confidence"]),
            "model_name": reading["model"]["name"],
            "model_version": reading["model"]["version"],
        }
        self._ledger.count("sent")
        before = self._ledger.may_be(job, state)
        picture: dict[str, bytes] = {}
        while True:
            backend = self._chance.choice(self._backends)
            try:
                answer = self._session.post(
                    f"{backend.url}/v1/predictions/{job.prediction_id}/label",
                    data=fields,
                    files=picture or None,
                    timeout=_PATIENCE,
                )
            except requests.RequestException:
                before = before | {state}  # nobody knows
            else:
                if answer.status_code == 200:
                    body = answer.json()
                    if (body["status"], label_text(body["text"])) != state:
                        raise AssertionError(f"{state} was sent, and this was kept: {body}")
                    self._ledger.must_be(job, {state}, body["sample"])
                    self._ledger.count("acknowledged")
                    return backend
                if answer.status_code == 404:
                    picture = {"image": crop}
                    continue
                if answer.status_code not in (503, 507):
                    raise AssertionError(f"{answer.status_code}: {answer.text}")
                self._ledger.count("refused")
                if answer.status_code == 507:
                    self._ledger.must_be(job, before, job.sample)  # it said that nothing was kept
                else:
                    before = before | {state}
            if self._stop_event.is_set() or self._chance.random() < 0.03:
                return None
            self._ledger.count("resent")
            self._ledger.may_be(job, state)
            time.sleep(_PAUSE)

    def _undo(self, job: Job, home: Backend) -> None:
        """Take it back where it was kept."""
        self._ledger.count("sent")
        self._ledger.may_be(job, None)
        while True:
            with suppress(requests.RequestException):
                answer = self._session.delete(f"{home.url}/v1/predictions/{job.prediction_id}/label", timeout=_PATIENCE)
                if answer.status_code == 200:
                    self._ledger.must_be(job, {None})
                    self._ledger.count("acknowledged")
                    return
                self._ledger.count("refused")
            if self._stop_event.is_set():
                return
            self._ledger.count("resent")
            time.sleep(_PAUSE)


def draw_crop(chance: random.Random, *, mark: int) -> tuple[str, bytes]:
    """A tag that nobody else photographs: its line, and a PNG. The mark makes its pixels its own."""
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


def run_scenario(scenario: Scenario, folder: Path, *, kills: int, labels: int, seed: int) -> Result:
    """Let shoppers work and backends die until there were so many kills and acknowledgements; then count.

    Args:
        scenario: What else goes wrong.
        folder: An empty folder for spools.
        kills: At least so many processes are killed.
        labels: At least so many verdicts are acknowledged.
        seed: For everything that chance decides here; threads and processes race as they like.

    Raises:
        RuntimeError: A backend ended by itself or did not start.
    """
    began = time.monotonic()
    result = Result(scenario.name)
    chance = random.Random(seed)
    ledger = Ledger()
    stop = threading.Event()
    with ExitStack() as stack:
        gcs = stack.enter_context(GcsServer()) if scenario.bucket else None
        storage: dict[str, str] = {}
        if gcs is not None:
            gcs.create_bucket(_BUCKET)
            storage = {"STORAGE_URL": f"gs://{_BUCKET}/shoes", "STORAGE_EMULATOR_HOST": gcs.url}
        backends = [
            Backend(folder / f"backend-{number}", storage, jumping=scenario.trouble == "clock", chance=chance)
            for number in range(scenario.backends)
        ]
        for backend in backends:
            stack.callback(backend.end)
            backend.start()
        for backend in backends:
            backend.wait()
        shoppers = [Shopper(number, backends, ledger, stop, chance.randrange(1 << 30)) for number in range(_SHOPPERS)]
        troubles = stack.enter_context(_troubles(scenario.trouble, gcs, backends, random.Random(seed)))
        known: dict[str, Event] = {}
        for shopper in shoppers:
            shopper.start()
        try:
            while result.kills < kills or ledger.counts["acknowledged"] < labels:
                victim = chance.choice(backends)
                # After some labels, on a slow machine some seconds; and then anywhere within the next few.
                goal = ledger.counts["acknowledged"] + chance.randrange(2 * labels // kills + 1)
                wait_until(partial(_has_reached, ledger, goal), seconds=20)
                time.sleep(chance.uniform(0.0, 0.3))
                victim.kill()
                result.kills += 1
                _check_at_once(result, ledger, backends, known)
                victim.start()
                if chance.random() < 0.2:
                    time.sleep(chance.uniform(0.05, 1.5))
                    victim.kill()
                    result.kills += 1
                    result.starting += 1
                    victim.start()
                result.restarts += victim.wait(stubborn=scenario.trouble == "full disk")
                if any(shopper.failure for shopper in shoppers):
                    break
        finally:
            stop.set()
            for shopper in shoppers:
                shopper.join(3 * _PATIENCE)
        for shopper in shoppers:
            if shopper.failure is not None:
                raise shopper.failure
        for backend in backends:
            backend.kill()
            result.kills += 1
        result.trouble = troubles()
        for what in ("sent", "acknowledged", "resent", "refused"):
            setattr(result, what, ledger.counts[what])
        _check_at_once(result, ledger, backends, known)
        if scenario.trouble == "clock":
            result.trouble = _steps_back(known.values())
        _check_at_the_end(result, ledger, backends, gcs, folder)
    result.seconds = time.monotonic() - began
    return result


# -- what goes wrong -------------------------------------------------------------------------------------


@contextmanager
def _troubles(
    trouble: Trouble, gcs: GcsServer | None, backends: list[Backend], chance: random.Random
) -> Iterator[Callable[[], int]]:
    """Make trouble now and then until the block ends. Gives a function that ends it and says how much there was."""
    stop = threading.Event()
    made = 0

    def fail_bucket(kind: str) -> None:
        nonlocal made
        assert gcs is not None
        faults = gcs.faults
        while not stop.wait(chance.uniform(0.1, 1.0)):
            # A request that hangs takes its client as long as it is patient; a few say it all.
            wanted = chance.randrange(1, 3) if kind == "hang" else chance.randrange(1, 25)
            setattr(faults, kind, wanted)
            stop.wait(chance.uniform(0.2, 2.0))
            with gcs.lock:
                made += wanted - getattr(faults, kind)
                setattr(faults, kind, 0)

    def fill_disk() -> None:
        nonlocal made
        while not stop.wait(chance.uniform(0.1, 1.0)):
            # No file may grow beyond so many bytes: a crop or an event breaks off in the middle.
            room = chance.choice((0, 100, 300, 900))
            made += max(_limit_files(backend.pid, room) for backend in backends)
            stop.wait(chance.uniform(0.1, 0.6))
            for backend in backends:
                _limit_files(backend.pid, resource.RLIM_INFINITY)

    match trouble:
        case "unavailable" | "hang" | "lose_answer":
            thread = threading.Thread(target=fail_bucket, args=(trouble,), daemon=True)
        case "full disk":
            thread = threading.Thread(target=fill_disk, daemon=True)
        case _:
            thread = threading.Thread(target=lambda: None)
    thread.start()

    def end() -> int:
        stop.set()
        thread.join()
        return made

    try:
        yield end
    finally:
        end()


def _limit_files(pid: int | None, room: int) -> bool:
    """Let a process write no file beyond `room` bytes: for it the disk is full (EFBIG). Needs no rights, but Linux."""
    if pid is None or sys.platform != "linux":
        return False
    try:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
    except ProcessLookupError:
        return False
    return True


# -- what is there ---------------------------------------------------------------------------------------


def _check_at_once(result: Result, ledger: Ledger, backends: list[Backend], known: dict[str, Event]) -> None:
    """Right after a kill: the files alone, without index and without the store's own code for what is live."""
    settled = {name: job for name, job in ledger.jobs().items() if job.settled}
    for backend in backends:
        objects = FolderObjects(backend.spool)
        for name in objects.names("events/"):
            if name not in known:
                known[name] = read_event(name, objects.get(name))
    live = _live(known.values())
    jobs = ledger.jobs()
    result.invented += sum(1 for name in live if name not in jobs)
    for name, job in settled.items():
        result.checked += 1
        state = live.get(name)
        if state not in job.allowed:
            result.lost += state is None
            result.wrong += state is not None


def _live(events: Iterable[Event]) -> dict[str, Verdict]:
    """The last word about each prediction."""
    live: dict[str, Verdict] = {}
    for event in sorted(events, key=lambda event: (event.stamp, event.writer, event.sequence)):
        assert event.prediction_id is not None
        if event.label is not None:
            live[event.prediction_id] = (event.label.status, event.label.text)
        else:
            live.pop(event.prediction_id, None)
    return live


def _steps_back(events: Iterable[Event]) -> int:
    """How often the clock stood earlier at an event than at the one before it of the same writer."""
    ordered = sorted(events, key=lambda event: (event.writer, event.sequence))
    return sum(
        later.writer == earlier.writer and later.stored_at < earlier.stored_at
        for earlier, later in itertools.pairwise(ordered)
    )


def _check_at_the_end(
    result: Result, ledger: Ledger, backends: list[Backend], gcs: GcsServer | None, folder: Path
) -> None:
    """Nobody runs any more: what do the store, a rebuilt index, and the bucket alone say?"""
    found: list[list[Sample]] = []
    with ExitStack() as stack:
        url = None
        if gcs is not None:
            url = f"gs://{_BUCKET}/shoes"
            stack.enter_context(_environment("STORAGE_EMULATOR_HOST", gcs.url))
        for backend in backends:
            with SampleStore.open(backend.spool, storage_url=url, policy=_HASTY) as store:
                if not store.flush(120):
                    raise RuntimeError(f"the bucket does not get everything: {store.queue()}")
        for backend in backends:
            with SampleStore.open(backend.spool, storage_url=url, policy=_HASTY, upload=False) as store:
                store.pull()
                result.damaged += len(list(store.verify()))
                found.append(list(store.samples()))
                store.reindex()
                found.append(list(store.samples()))
                for sample in store.samples():
                    store.crop(sample.digest)  # raises if it is not what its name says
        if gcs is not None:  # a new machine that knows nothing but the bucket
            with SampleStore.open(folder / "new", storage_url=url, policy=_HASTY, upload=False) as store:
                store.pull()
                found.append(list(store.samples()))
    jobs = ledger.jobs()
    result.live = len(found[0])
    for samples in found:
        compare(result, jobs, samples)


def compare(result: Result, jobs: dict[str, Job], samples: list[Sample]) -> None:
    there = Counter(sample.label.prediction_id for sample in samples)
    result.twice += sum(count > 1 for count in there.values())
    result.invented += sum(name not in jobs or jobs[name].allowed == {None} for name in there)
    result.lost += sum(None not in job.allowed and name not in there for name, job in jobs.items())
    for sample in samples:
        job = jobs.get(sample.label.prediction_id)
        if job is None or job.allowed == {None}:
            continue
        is_other = (sample.label.status, sample.label.text) not in job.allowed
        is_other_crop = len(job.allowed) == 1 and job.sample is not None and sample.digest != job.sample
        result.wrong += is_other or is_other_crop


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _has_reached(ledger: Ledger, goal: int) -> bool:
    return ledger.counts["acknowledged"] >= goal
