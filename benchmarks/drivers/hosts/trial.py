"""A trial of several hosts: faults, one after another, under load."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests

from benchmarks.drivers.hosts.faults import FAULTS, RAY_FAULTS, RAY_WORKERS, Fault, Site
from benchmarks.drivers.hosts.network import HostNetwork
from benchmarks.drivers.hosts.ray_hosts import RayHosts
from benchmarks.drivers.hosts.ray_job import JobState
from benchmarks.drivers.killing.backends import Backend
from benchmarks.drivers.killing.checks import BUCKET, BUCKET_URL, KillResult, check_at_once, check_at_the_end
from benchmarks.drivers.killing.ledger import Ledger
from benchmarks.drivers.killing.shoppers import Manner, PatientShopper, draw_crop
from benchmarks.drivers.killing.team_ledger import TeamLedger
from benchmarks.drivers.postgres_server import postgres_server
from benchmarks.drivers.server import program

_BUCKET_PORT: Final = 4443
_PATIENCE: Final = 10.0  # seconds that a shopper waits for an answer
_HEALED_WITHIN: Final = 600.0  # seconds
_PROBE_PATIENCE: Final = 5.0
_HEAD: Final = "head"  # of Ray
_CROPS: Final = 2000  # of a round of the job on Ray: eight parts
_LIMITS: Final = {"TAGS_RATE_PER_MINUTE": "600000", "TAGS_RATE_BURST": "600000"}  # counted, never reached


@dataclass(frozen=True)
class Asked:
    """A request of a shopper."""

    at: float  # when it ended, in seconds since the trial's beginning
    what: str  # reading, label or undo
    seconds: float
    status: int  # 0: there was no answer


@dataclass(frozen=True)
class Struck:
    """A fault that came and went."""

    kind: str
    began: float  # seconds since the trial's beginning
    ended: float
    healed: float  # when either backend labelled what the other had read; the same clock


@dataclass
class Trial:
    """What a trial came to."""

    minutes: float
    result: KillResult
    asked: list[Asked] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    carried: int = 0  # labels that had to carry the crop
    loads: list[float] = field(default_factory=list)  # of the machine, after each fault
    job: JobState | None = None  # what the job on Ray has done, if there was one

    @property
    def is_good(self) -> bool:
        """Whether no label was lost or invented, and all rendered bytes are the same."""
        return self.result.is_good and (self.job is None or self.job.different == 0)

    def during(self, kind: str | None) -> list[Asked]:
        """The requests that ended during faults of a kind; None: at quiet times."""
        spans = [(fault.began, fault.ended) for fault in self.struck if kind in (None, fault.kind)]
        if kind is not None:
            return [asked for asked in self.asked if any(began <= asked.at <= ended for began, ended in spans)]
        busy = [(fault.began, fault.healed) for fault in self.struck]
        return [asked for asked in self.asked if not any(began <= asked.at <= ended for began, ended in busy)]


def run_trial(
    folder: Path,
    *,
    seconds: float,
    shoppers: int,
    rest: float,
    with_ray: bool,
    chance: random.Random,
    tell: Callable[[str], None],
) -> Trial:
    """Let faults come for some time under load, then compare everything with what was acknowledged.

    Args:
        folder: An empty folder.
        seconds: How long faults come; at least one does.
        shoppers: At the same moment.
        rest: Seconds of a shopper between two tags.
        with_ray: Whether there are a head and two workers of Ray, too, and a job that renders.
        chance: Decides about faults and shoppers.
        tell: Called with a line for each fault.

    Raises:
        NamespacesMissingError: No hosts can be made here.
        PostgresMissingError: PostgreSQL is not installed.
        RuntimeError: A backend ended by itself, or does not heal.
    """
    result = KillResult("hosts")
    trial = Trial(seconds / 60, result)
    ledger, stop = Ledger(), threading.Event()
    with ExitStack() as stack:
        site, database, bucket = _build(stack, folder, chance, with_ray)
        began = time.monotonic()

        def note(what: str, taken: float, status: int) -> None:
            trial.asked.append(Asked(time.monotonic() - began, what, taken, status))

        manner = Manner(patience=_PATIENCE, rest=rest, undoes_anywhere=True, on_answer=note)
        people = [
            PatientShopper(number, site.backends, ledger, stop, chance.randrange(1 << 30), manner)
            for number in range(shoppers)
        ]
        for person in people:
            person.start()
        try:
            _let_faults_come(trial, site, ledger, chance, began, seconds, tell)
        finally:
            stop.set()
            for person in people:
                person.join(6 * _PATIENCE)
        for person in people:
            if person.failure is not None:
                raise person.failure
        result.seconds = time.monotonic() - began
        if site.ray is not None:
            trial.job = site.ray.finish()
        for backend in site.backends:
            backend.kill()
        for kind in ("sent", "acknowledged", "resent", "refused"):
            setattr(result, kind, ledger.counts[kind])
        trial.carried = ledger.counts["carried"]
        check_at_once(result, ledger, TeamLedger(), site.backends, {})
        check_at_the_end(result, ledger, TeamLedger(), site.backends, bucket, folder, database)
    return trial


def _build(stack: ExitStack, folder: Path, chance: random.Random, with_ray: bool) -> tuple[Site, str, str]:
    """Make the hosts and start everything; return the site, and the addresses of database and bucket."""
    names = ("backend1", "backend2", "postgres", "bucket", *((_HEAD, *RAY_WORKERS) if with_ray else ()))
    network = stack.enter_context(HostNetwork(*names))
    postgres, bucket = network.hosts["postgres"], network.hosts["bucket"]
    server = stack.enter_context(
        postgres_server(listen=postgres.address, network=network.addresses, prefix=postgres.prefix)
    )
    bucket_url = f"http://{bucket.address}:{_BUCKET_PORT}"
    command = [*bucket.prefix, sys.executable, "-m", "benchmarks.drivers.hosts.bucket"]
    stack.enter_context(
        program(
            [*command, bucket.address, str(_BUCKET_PORT), BUCKET],
            {},
            f"{bucket_url}/storage/v1/b/{BUCKET}",
            folder / "bucket.log",
        )
    )
    database = f"postgresql://tags@{postgres.address}/postgres"
    settings = {
        "DATABASE_URL": database,
        "STORAGE_URL": BUCKET_URL,
        "STORAGE_EMULATOR_HOST": bucket_url,
        "TAGS_MODEL_THREADS": "1",
        **_LIMITS,
    }
    backends = []
    for name in ("backend1", "backend2"):
        host = network.hosts[name]
        backend = Backend(folder / name, settings, jumping=False, chance=chance, host=host.address, prefix=host.prefix)
        stack.callback(backend.end)
        backend.start()
        backends.append(backend)
    for backend in backends:
        backend.wait()
    ray = None
    if with_ray:
        workers = [network.hosts[name] for name in RAY_WORKERS]
        ray = RayHosts(network.hosts[_HEAD], workers, folder / "ray", recipe="tags-7", count=_CROPS)
        stack.enter_context(ray)
    return Site(network, backends, server, ray), database, bucket_url


def _let_faults_come(
    trial: Trial,
    site: Site,
    ledger: Ledger,
    chance: random.Random,
    began: float,
    seconds: float,
    tell: Callable[[str], None],
) -> None:
    waiting: list[Fault] = []
    number = 0
    time.sleep(min(10.0, seconds / 4))  # quiet, to compare with
    while time.monotonic() - began < seconds or not trial.struck:
        if not waiting:  # each kind comes as often as the others
            waiting = [*FAULTS, *(RAY_FAULTS if site.ray is not None else ())]
            chance.shuffle(waiting)
        fault = waiting.pop()
        at = time.monotonic() - began
        fault.strike(site, chance, min(1.0, seconds / 60))
        ended, ended_at = time.monotonic() - began, time.time()
        trial.result.kills += fault.kills
        while not (
            _is_healed(site, ledger, number := number + 1)
            and (site.ray is None or not fault.is_of_ray or site.ray.have_all_worked_since(ended_at))
        ):
            if time.monotonic() - began - ended > _HEALED_WITHIN:
                raise RuntimeError(f"the hosts do not heal after: {fault.kind}")
            time.sleep(0.1)
        healed = time.monotonic() - began
        trial.loads.append(os.getloadavg()[0])
        trial.struck.append(Struck(fault.kind, at, ended, healed))
        tell(f"{at:7.1f} s  {fault.kind:28s} for {ended - at:5.1f} s, healed after {healed - ended:5.1f} s")
        time.sleep(chance.uniform(1.0, 6.0) * min(1.0, seconds / 60))


def _is_healed(site: Site, ledger: Ledger, number: int) -> bool:
    """Whether each backend labels, without the crop, what the other has read."""
    chance = random.Random()
    for here, there in (site.backends, tuple(reversed(site.backends))):
        with suppress(requests.RequestException):
            _, crop = draw_crop(chance, mark=900_000 + number)
            reading = requests.post(f"{here.url}/v1/predictions", files={"image": crop}, timeout=_PROBE_PATIENCE)
            if reading.status_code != 200:
                return False
            job = ledger.open(reading.json()["id"])
            text = reading.json()["text"]
            ledger.may_be(job, _accepted(text))
            path = f"{there.url}/v1/predictions/{job.prediction_id}/label"
            label = requests.post(path, files={"status": (None, "accepted")}, timeout=_PROBE_PATIENCE)
            if label.status_code == 200:
                ledger.must_be(job, {_accepted(text)}, label.json()["sample"])
                ledger.count("acknowledged")
                continue
        return False
    return True


def _accepted(text: str) -> tuple[str, str]:
    from ocr_model.codes.text import label_text

    return "accepted", label_text(text)
