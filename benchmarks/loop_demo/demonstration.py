"""The demonstration, stage by stage; a demonstration that was stopped skips the stages that are done.

1. Start the backend with the shipped champion, and measure its errors on fresh tags of each kind.
2. Let shoppers come; the worker's trigger fires; a cycle trains, evaluates, decides; measure after each promotion;
   until as many cycles were accepted as the settings say.
3. Let a stall type in labels in a hurry, force them into a version, ask for a cycle on it; measure again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.loop_demo.accuracy import measure
from benchmarks.loop_demo.client import Client
from benchmarks.loop_demo.console import Console
from benchmarks.loop_demo.journal import Journal
from benchmarks.loop_demo.programs import Program, run_command, running_backend, running_worker
from benchmarks.loop_demo.settings import DemoSettings
from benchmarks.loop_demo.shoppers import crowd, stall
from benchmarks.loop_demo.state import DemoState
from benchmarks.loop_demo.swaps import SwapWatch
from benchmarks.loop_demo.tags import TagStream
from benchmarks.loop_demo.visits import Traffic, VisitLog, send
from datasets.cycles.heartbeat import last_beats
from datasets.cycles.report import CycleReport, Reports
from datasets.cycles.requests import pending, request_cycle
from datasets.cycles.wording import in_english
from datasets.errors import StoreError
from datasets.models.champions import Champions
from datasets.samples.history import live_samples, read_history
from datasets.samples.places import Places
from datasets.samples.review import SuspicionRules, find_suspicious
from datasets.versions.catalogue import VersionCatalogue

STATE, VISITS = "state.json", "visits.jsonl"
BEFORE, REJECTED = "shipped champion", "after the mistyped labels"
_STALL_FILTER = 'client contains "stall-"'
_SERVING_WITHIN = 120.0  # seconds from a promotion


class TooLongError(RuntimeError):
    """The demonstration ran longer than its settings allow."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The outcome of a demonstration."""

    state: DemoState
    visits: VisitLog
    journal: Journal
    reports: tuple[CycleReport, ...]  # in order, the rejected version's last
    corrections: dict[str, int]  # corrected labels in each cycle's version, by its name
    labels: dict[str, int]  # labels in it


def run(out: Path, settings: DemoSettings, console: Console, state: DemoState) -> Finished:
    """Run the demonstration, or continue it.

    Args:
        out: folder for everything.
        settings: its sizes.
        console: shows progress.
        state: from `DemoState.load`.

    Raises:
        TooLongError: it took longer than the settings allow.
        ProgramError: the backend or the worker ended.
        MixedModelsError: a measurement failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    data = (out / "data").resolve()
    journal, log = Journal(state.requests), VisitLog(out / VISITS)
    demo = _Demonstration(out, data, settings, console, state, journal, log)
    with contextlib.closing(demo):
        if REJECTED not in demo.titles:
            with running_backend(data, out / "backend.log") as (backend, url):
                console.say(f"the backend serves on {url}")
                demo.run_with(backend, url)
        return demo.finished()


class _Demonstration:
    def __init__(
        self,
        out: Path,
        data: Path,
        settings: DemoSettings,
        console: Console,
        state: DemoState,
        journal: Journal,
        log: VisitLog,
    ) -> None:
        self._out, self._data, self._settings, self._console = out, data, settings, console
        self._state, self._journal, self._log = state, journal, log
        self._fresh = TagStream("fresh", settings.shares)
        self._places = Places.open(data / "spool")
        self._reports = Reports(self._places.authority)
        self._programs: list[Program] = []
        self._swaps: SwapWatch | None = None
        self._saved = 0.0

    def close(self) -> None:
        """Save the state."""
        self._save()
        self._places.close()

    @property
    def titles(self) -> list[str]:
        """Titles of the measurements so far."""
        return [measurement.title for measurement in self._state.measurements]

    # --- Stages ---

    def run_with(self, backend: Program, url: str) -> None:
        """Run all stages that are left."""
        self._programs = [backend]
        street = TagStream("shoppers", self._settings.shares)
        with (
            SwapWatch(url, self._journal, tuple(self._state.swaps)) as self._swaps,
            Client(url, self._journal) as client,
        ):
            if BEFORE not in self.titles:
                self._measure(client, BEFORE)
            with Traffic(url, self._journal, self._log, street, "shoppers", crowd()) as traffic:
                with self._worker():
                    self._run_cycles(client, traffic)
                # From here the worker takes requests only, so that the demonstration comes to an end.
                with self._worker("--no-triggers"):
                    self._run_mistyped(client, traffic)

    @contextlib.contextmanager
    def _worker(self, *more: str) -> Iterator[None]:
        file = self._out / "worker.toml"
        file.write_text(self._settings.worker, encoding="utf-8")
        options = ["--settings", str(file), *self._settings.worker_options(), *more]
        with running_worker(self._data, self._out / "worker.log", options) as worker:
            self._programs.append(worker)
            try:
                yield
            finally:
                self._programs.remove(worker)

    def _run_cycles(self, client: Client, traffic: Traffic) -> None:
        """Let shoppers come until enough cycles were accepted, or too many run."""
        settings, told = self._settings, set(self._state.cycles)
        while True:
            reports = {report.id: report for report in self._own_reports()}
            for cycle in [cycle for cycle in reports if cycle not in told]:
                told.add(cycle)
                self._state.cycles.append(cycle)
                self._tell(reports[cycle])
            done = [reports[cycle] for cycle in self._state.cycles if cycle in reports]
            accepted = [report for report in done if report.outcome == "accepted"]
            for report in accepted:
                title = f"after {report.version}"
                if title not in self.titles and report is accepted[-1]:
                    traffic.pace = settings.steady
                    self._wait_until_served(report)
                    self._measure(client, title)
            if len(accepted) >= max(1, settings.accepted) or len(done) >= settings.most_cycles:
                return
            self._let_them_come(traffic)

    def _run_mistyped(self, client: Client, traffic: Traffic) -> None:
        """Mistyped labels in bulk: how many are set aside as suspicious, and the verdict on a version of them all."""
        state, settings = self._state, self._settings
        traffic.pace = settings.steady
        if state.mistyped_version is None:
            self._console.say(f"a stall types in {settings.stall} labels, letters for digits")
            stream, people = TagStream("stall", {"new": 1.0}), stall()
            for number in range(self._log.next_number("stall"), settings.stall):
                self._check(traffic)
                self._log.add(send(client, stream, "stall", number, people))
                self._console.move(f"the stall: {number + 1} of {settings.stall} labels")
            state.waiting = self._count_waiting()
            self._console.say(
                f"{state.waiting} of them wait for a second look and stay out of automatic cycles; "
                "a version takes all of them nevertheless (--include-suspicious)"
            )
            champion = Champions(self._places.authority).current()
            parent = champion.dataset_version if champion is not None else None
            state.mistyped_version = f"{parent or 'v1.0'}-mistyped"
            self._save()
        name = state.mistyped_version
        if name not in VersionCatalogue(self._places).names():
            parent = name.removesuffix("-mistyped")
            known = ["--parent", parent] if parent in VersionCatalogue(self._places).names() else []
            share = ["--evaluation-share", str(settings.evaluation_share)]
            taken = ["--collected", _STALL_FILTER, "--include-suspicious"]
            run_command(self._data, ["create", name, *known, *share, *taken])
            self._console.say(f"created {name} of the labels with {_STALL_FILTER}")
        if state.mistyped_cycle is None:
            state.mistyped_cycle = request_cycle(
                self._places.authority, by="demonstration", version=name, why="labels of a stall", key=name
            )
            self._save()
        while not (found := [report for report in self._reports.all() if report.id == state.mistyped_cycle]):
            self._wait(traffic, 1.0)
            self._tell_progress()
        self._tell(found[0])
        if found[0].outcome == "accepted":
            self._wait_until_served(found[0])
        self._measure(client, REJECTED)

    # --- Steps ---

    def _let_them_come(self, traffic: Traffic) -> None:
        """A second of visits: brisk while the worker waits for labels, steady while it works."""
        is_busy = bool(pending(self._places.authority))
        traffic.pace = self._settings.steady if is_busy else self._settings.brisk
        self._wait(traffic, 1.0)
        if is_busy:
            self._tell_progress()
        else:
            labels = self._log.labels()
            self._console.move(
                f"{labels['accepted']} readings accepted, {labels['corrected']} corrected; "
                f"{self._settings.corrections} new corrections make a cycle due"
            )

    def _tell_progress(self) -> None:
        waiting = pending(self._places.authority)
        with contextlib.suppress(StoreError):
            for beat in last_beats(self._places.authority):
                if waiting and beat.doing == waiting[0].id and beat.stage:
                    share = f"{100 * beat.done // beat.total} %" if beat.total else ""
                    self._console.move(f"cycle: {beat.stage} {share} {beat.message}")

    def _wait_until_served(self, report: CycleReport) -> None:
        if report.promoted_number is None or self._swaps is None:
            return
        if not self._swaps.wait_for(report.promoted_number, _SERVING_WITHIN):
            raise TooLongError(f"{report.version} does not serve {_SERVING_WITHIN:.0f} s after its promotion")
        for swap in self._swaps.swaps:
            if swap.number == report.promoted_number:
                self._console.say(f"the backend serves {swap.version} {swap.seconds:.1f} s after its promotion")
        self._save()

    def _measure(self, client: Client, title: str) -> None:
        measurement = measure(
            client,
            self._fresh,
            self._settings.fresh,
            title,
            on_progress=lambda done, total: self._console.move(f"{title}: {done} of {total} fresh tags read"),
        )
        self._state.measurements.append(measurement)
        self._save()
        shares = [
            f"{kind} {100 * measurement.errors(kind) / len(flags):.1f} %" for kind, flags in measurement.right.items()
        ]
        self._console.say(f"{title} ({measurement.model}), errors on fresh tags: {', '.join(shares)}")

    def _tell(self, report: CycleReport) -> None:
        self._console.say(f"cycle on {report.version} ({in_english(report.why)}): {in_english(report.reason)}")
        self._save()

    def _own_reports(self) -> list[CycleReport]:
        """Reports of the cycles that the triggers asked for."""
        return [report for report in self._reports.all() if report.id != self._state.mistyped_cycle]

    def _count_waiting(self) -> int:
        live = live_samples(read_history(self._places).events)
        doubts = find_suspicious(live, SuspicionRules())
        return sum(sample.event in doubts and sample.label.client.startswith("stall-") for sample in live)

    def _wait(self, traffic: Traffic, seconds: float) -> None:
        self._check(traffic)
        time.sleep(seconds)
        if time.monotonic() - self._saved > 5.0:
            self._save()

    def _check(self, traffic: Traffic) -> None:
        """Make sure that every program runs, and that there is time left."""
        for program in self._programs:
            program.check()
        if traffic.error is not None:
            raise traffic.error
        if self._console.seconds > self._settings.most_seconds:
            raise TooLongError(f"it ran for {self._console.seconds / 60:.0f} minutes; the same command continues")

    def _save(self) -> None:
        self._saved = time.monotonic()
        if self._swaps is not None:
            self._state.swaps = list(self._swaps.swaps)
        self._state.requests = self._journal.saved()
        self._state.seconds = self._console.seconds
        self._state.save(self._out / STATE)

    # --- The end ---

    def finished(self) -> Finished:
        """The outcome so far."""
        by_id = {report.id: report for report in self._reports.all()}
        ids = [*self._state.cycles, *([self._state.mistyped_cycle] if self._state.mistyped_cycle else [])]
        reports = tuple(by_id[cycle] for cycle in ids if cycle in by_id)
        catalogue = VersionCatalogue(self._places)
        entries = {name: catalogue.read(name).manifest.entries for name in _names(reports)}
        return Finished(
            self._state,
            self._log,
            self._journal,
            reports,
            {name: sum(entry.status == "corrected" for entry in found) for name, found in entries.items()},
            {name: len(found) for name, found in entries.items()},
        )


def _names(reports: tuple[CycleReport, ...]) -> Iterator[str]:
    for report in reports:
        if report.version_hash:  # of a cycle that failed before it began there is no version
            yield report.version
