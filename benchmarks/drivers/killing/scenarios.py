"""Scenarios: the trouble beside the kills, and the run of a scenario."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.drivers.gcs_server import GcsServer, wait_until
from benchmarks.drivers.killing.backends import Backend
from benchmarks.drivers.killing.checks import (
    BUCKET,
    BUCKET_URL,
    KillResult,
    check_at_once,
    check_at_the_end,
    steps_back,
)
from benchmarks.drivers.killing.ledger import Ledger
from benchmarks.drivers.killing.shoppers import PATIENCE, PatientShopper
from benchmarks.drivers.killing.team import PatientTagger, PatientUploader, wait_for_uploads
from benchmarks.drivers.killing.team_ledger import TeamLedger
from benchmarks.drivers.killing.trouble import Trouble, making_trouble
from datasets.samples.event import Event

_SHOPPERS = 4
_UPLOADS = 3  # at least, where a team uploads: as many are started though no kill lets one be finished
_UPLOADS_WITHIN = 600.0  # seconds from the last kill


@dataclass(frozen=True)
class Scenario:
    """The trouble beside the kills."""

    name: str
    trouble: Trouble = "none"
    bucket: bool = False  # whether the labels are copied to a bucket
    backends: int = 1
    team: bool = False  # whether tags, metadata and uploads go to the first backend beside the labels


SCENARIOS = (
    Scenario("one backend, no bucket"),
    Scenario("bucket answers 503", "unavailable", bucket=True),
    Scenario("bucket hangs", "hang", bucket=True),
    Scenario("bucket loses its answers", "lose_answer", bucket=True),
    Scenario("disk full now and then", "full disk"),
    Scenario("clock jumps back and forth", "clock"),
    Scenario("two backends, one bucket", bucket=True, backends=2),
    Scenario("events are sealed", "sealing"),
    Scenario("sealed by two, one bucket", "sealing", bucket=True, backends=2),
    Scenario("tags and uploads", team=True),
    Scenario("tags and uploads, bucket", "lose_answer", bucket=True, team=True),
    Scenario("tags and uploads, sealed", "sealing", team=True),
)


def run_scenario(
    scenario: Scenario, folder: Path, *, kills: int, labels: int, seed: int, database: str | None = None
) -> KillResult:
    """Let shoppers work and backends die until there were so many kills and acknowledgements; then count.

    Args:
        scenario: The trouble beside the kills.
        folder: An empty folder for spools.
        kills: At least so many processes are killed.
        labels: At least so many verdicts are acknowledged.
        seed: Seed of the random choices; threads and processes still race.
        database: URL of an empty database for the index of all backends; None is SQLite in each spool.

    Raises:
        RuntimeError: A backend ended by itself, did not start, or kept another label than it was sent.
    """
    began = time.monotonic()
    result = KillResult(scenario.name)
    chance = random.Random(seed)
    ledger, team = Ledger(), TeamLedger()
    known: dict[str, Event] = {}
    with ExitStack() as stack:
        gcs = stack.enter_context(GcsServer()) if scenario.bucket else None
        backends = _start_backends(stack, scenario, gcs, folder, chance, database)
        stop = threading.Event()
        people: list[PatientShopper | PatientTagger | PatientUploader] = [
            PatientShopper(number, backends, ledger, stop, chance.randrange(1 << 30)) for number in range(_SHOPPERS)
        ]
        if scenario.team:
            people += [
                PatientTagger("tagger", backends[0], ledger, team, stop, seed),
                PatientUploader("uploader", backends[0], ledger, team, stop, seed),
            ]
        troubles = stack.enter_context(making_trouble(scenario.trouble, gcs, backends, random.Random(seed)))
        for person in people:
            person.start()
        try:
            while (
                result.kills < kills
                or ledger.counts["acknowledged"] < labels
                or (scenario.team and ledger.counts["uploads"] < min(_UPLOADS, labels // 20))
            ):
                # After some labels, or some seconds on a slow machine; then at a random moment within the next few.
                goal = ledger.counts["acknowledged"] + chance.randrange(2 * labels // kills + 1)
                wait_until(partial(_has_reached, ledger, goal), seconds=20)
                time.sleep(chance.uniform(0.0, 0.3))
                _kill_and_start(result, ledger, team, backends, known, chance)
                if any(person.failure for person in people):
                    break
        finally:
            stop.set()
            for person in people:
                person.join(3 * PATIENCE)
        for person in people:
            if person.failure is not None:
                raise person.failure
        _kill_all(result, backends)
        result.trouble = troubles()
        for kind in ("sent", "acknowledged", "resent", "refused", "marks", "uploads"):
            setattr(result, kind, ledger.counts[kind])
        check_at_once(result, ledger, team, backends, known)
        if scenario.trouble == "clock":
            result.trouble = steps_back(known.values())
        if scenario.team:
            _finish_uploads(result, team, backends[0])
        check_at_the_end(result, ledger, team, backends, None if gcs is None else gcs.url, folder, database)
    result.seconds = time.monotonic() - began
    return result


def _start_backends(
    stack: ExitStack,
    scenario: Scenario,
    gcs: GcsServer | None,
    folder: Path,
    chance: random.Random,
    database: str | None,
) -> list[Backend]:
    """Start the scenario's backends and wait until they are ready; they end with the stack."""
    storage = {} if database is None else {"DATABASE_URL": database}
    if gcs is not None:
        gcs.create_bucket(BUCKET)
        storage |= {"STORAGE_URL": BUCKET_URL, "STORAGE_EMULATOR_HOST": gcs.url}
    backends = [
        Backend(folder / f"backend-{number}", storage, jumping=scenario.trouble == "clock", chance=chance)
        for number in range(scenario.backends)
    ]
    for backend in backends:
        stack.callback(backend.end)
        backend.start()
    for backend in backends:
        backend.wait()
    return backends


def _kill_and_start(
    result: KillResult,
    ledger: Ledger,
    team: TeamLedger,
    backends: Sequence[Backend],
    known: dict[str, Event],
    chance: random.Random,
) -> None:
    """Kill one backend, check the files, and start it again; at times kill it once more while it starts."""
    victim = chance.choice(backends)
    victim.kill()
    result.kills += 1
    check_at_once(result, ledger, team, backends, known)
    victim.start()
    if chance.random() < 0.2:
        time.sleep(chance.uniform(0.05, 1.5))
        victim.kill()
        result.kills += 1
        result.starting += 1
        victim.start()
    victim.wait()


def _kill_all(result: KillResult, backends: Sequence[Backend]) -> None:
    for backend in backends:
        backend.kill()
        result.kills += 1


def _finish_uploads(result: KillResult, team: TeamLedger, backend: Backend) -> None:
    """Let a backend that was killed finish the uploads, and kill it again."""
    backend.start()
    backend.wait()
    if not wait_for_uploads(backend, team, _UPLOADS_WITHIN):
        raise RuntimeError("the uploads are not finished after the kills")
    _kill_all(result, [backend])


def _has_reached(ledger: Ledger, goal: int) -> bool:
    return ledger.counts["acknowledged"] >= goal
