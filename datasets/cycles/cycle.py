"""One cycle: train a challenger from the champion on a dataset version, compare both, and promote or reject.

    prepare    draw the holdout, render the sets, write the collected crops to train on
    train      from the champion's weights
    export     and check the export
    evaluate   both models read the same crops
    report     decide, promote, tell the tracker, write the report

Each stage leaves its result in the cycle's work folder, so a killed cycle goes on at its stage; what it leaves in the
store (`cycles/<id>/`) is the report. Only one cycle runs at a time on a store, held by a lease; a promotion is a
compare-and-swap beside that. Whatever goes wrong, the champion stays, and the report says what it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from datasets.cycles.decision import Decision, decide
from datasets.cycles.evaluation_sets import (
    FrozenSet,
    Holdout,
    Reading,
    draw_holdout,
    is_right,
    pair,
    read_set,
    render_set,
    wanted_sets,
)
from datasets.cycles.progress import OnProgress, ProgressWriter
from datasets.cycles.report import (
    REPORT_HTML,
    REPORT_JSON,
    REPORT_MARKDOWN,
    CycleReport,
    Example,
    LeftOutDamage,
    ModelSummary,
    Outcome,
    draw_accuracy,
    draw_confidence,
    draw_differences,
    draw_examples,
    find_examples,
    merge_damage,
    refuse_damage,
    write_html,
    write_markdown,
)
from datasets.cycles.requests import claim_cycle, cycle_file_name
from datasets.cycles.settings import CycleSettings
from datasets.cycles.tracking import record_cycle
from datasets.cycles.training_crops import TrainingCrops, write_training_crops
from datasets.errors import (
    BucketUnavailableError,
    ChampionMovedError,
    IndexUnavailableError,
    LeaseLostError,
    ObjectMissingError,
    StoreError,
    StoreFullError,
)
from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.folder import make_folder, write_whole
from datasets.objects.interface import ObjectStore
from datasets.objects.lease import Lease, acquire, read_lease
from datasets.objects.names import CYCLES, models_url, put_instead
from datasets.samples.damage import Damage, TooDamagedError, check_damage
from datasets.samples.event import EventName
from datasets.samples.history import read_buried
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.split import code_keys
from datasets.versions.version import UnknownVersionError, Version, VersionError

_LOG = logging.getLogger(__name__)
LEASE = "cycle"
_PLAN, _TIMES, _READINGS, _DECIDED = "plan.json", "seconds.json", "readings.json", "decided.json"
_PICTURES = ("differences.png", "accuracy.png", "confidence.png", "curve.png", "examples.png")  # as reports show them
_SHORTEST_CODE = 4  # characters; shorter codes of rendered crops are no secret worth keeping from the generator


class CycleBusyError(StoreError):
    """Another process runs a cycle on this store."""


class CycleImpossibleError(StoreError):
    """This machine cannot run cycles: packages for training are missing."""


@dataclass(frozen=True, slots=True)
class CyclePlan:
    """What a cycle has set out to do."""

    id: str
    version: str
    version_hash: str
    champion: str  # digest of the model
    champion_number: int
    settings: str  # digest
    seed: int
    started_at: str
    by: str
    why: str


def run_cycle(
    store: SampleStore,
    places: Places,
    version: str,
    settings: CycleSettings,
    *,
    work: Path,
    cycle_id: str | None = None,
    by: str | None = None,
    why: str = "",
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
) -> CycleReport:
    """Run a cycle, or go on with one that was stopped.

    Args:
        store: for the crops.
        places: of the same spool and bucket.
        version: name of the dataset version to train on.
        settings: how to train, evaluate and decide.
        work: folder of this machine in which cycles have their work folders; made if missing.
        cycle_id: of a request; None finds one: the same version, champion and settings make the same cycle.
        by: who asked for it, for the report and the champions' history; None is this process.
        why: what made it start, for the report.
        on_progress: is told how far it is.
        stop: once set, the cycle stops at the next batch; the same call goes on with it.

    Returns:
        The report. A cycle that is finished already is not run again.

    Raises:
        CycleBusyError: another process runs a cycle.
        CycleImpossibleError: torch or TRDG is not installed.
        CycleStoppedError: `stop` was set.
        LeaseLostError: this process was silent for so long that another took over.
        UnknownVersionError: there is no such version.
        BucketUnavailableError: the bucket does not answer; the same call goes on.
        IndexUnavailableError: the database does not answer; the same call goes on.
    """
    _require_training()
    owner = f"{socket.gethostname()}:{os.getpid()}"
    lease = take_lease(places.authority, owner, settings.lease_seconds, stop)
    with lease, lease.kept() as lost:
        if cycle_id is not None and read_report(places.authority, cycle_id) is None:
            claim_cycle(places.authority, cycle_id, worker=owner, fence=lease.fence)
        return _Cycle(store, places, settings, work, by or owner, why, _Watch(on_progress, lease, lost, stop)).run(
            version, cycle_id
        )


class CycleStoppedError(RuntimeError):
    """Somebody asked the cycle to stop; it can go on."""


def take_lease(objects: ObjectStore, owner: str, seconds: float, stop: threading.Event | None = None) -> Lease:
    """Take the lease under which cycles run; wait for a holder who has died.

    Args:
        objects: `Places.authority`.
        owner: who asks, for people.
        seconds: of silence after which others may take over.
        stop: once set, nobody waits any longer.

    Raises:
        CycleBusyError: its holder is alive.
        CycleStoppedError: `stop` was set.
    """
    waiting = stop or threading.Event()

    def sleep(wanted: float) -> None:
        if waiting.wait(wanted):
            raise CycleStoppedError("stopped; the same command goes on")

    seen = None
    while (lease := acquire(objects, LEASE, owner, seconds, sleep=sleep)) is None:
        entry = read_lease(objects, LEASE)
        if entry is not None and seen is not None and entry.number > seen and entry.kind != "released":
            raise CycleBusyError(f"{entry.owner} runs a cycle on {objects.url}; one at a time")
        seen = entry.number if entry is not None and seen is None else seen
        sleep(seconds / 8)
    return lease


def read_report(objects: ObjectStore, cycle_id: str) -> CycleReport | None:
    """The report of a finished cycle; None if there is none, or it is damaged.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    try:
        return CycleReport.from_bytes(objects.get(cycle_file_name(cycle_id, REPORT_JSON)))
    except ObjectMissingError:
        return None
    except ValueError as error:
        _LOG.warning("report of cycle %s: %s", cycle_id, error)
        return None


def read_reports(objects: ObjectStore) -> list[CycleReport]:
    """The reports of all finished cycles, the oldest first.

    Raises:
        BucketUnavailableError: the bucket does not answer.
    """
    ids = [folder.removeprefix(CYCLES).rstrip("/") for folder in objects.folders(CYCLES)]
    found = [report for cycle_id in ids if (report := read_report(objects, cycle_id)) is not None]
    return sorted(found, key=lambda report: (report.ended, report.id))


def publish_failure(
    objects: ObjectStore,
    cycle_id: str,
    version: str,
    reason: str,
    by: str,
    why: str,
    *,
    damaged: Sequence[Damage] = (),
) -> CycleReport:
    """Write the report of a cycle that could not even begin, so that its request does not wait for ever.

    Args:
        objects: `Places.authority`.
        cycle_id: of the request.
        version: of the data, or what stands for it.
        reason: in words.
        by: who asked for the cycle.
        why: what for.
        damaged: what the cycle refused to go on without.

    Raises:
        StoreError: it could not be stored.
    """
    at = _now()
    reason = f"Failed before it began: {reason}"
    refused = refuse_damage(damaged)
    report = CycleReport(cycle_id, version, "", "failed", reason, by, why, at, at, None, damaged=refused)
    files = {REPORT_MARKDOWN: write_markdown(report).encode(), REPORT_HTML: write_html(report, {}).encode()}
    for name, data in {**files, REPORT_JSON: report.to_bytes()}.items():
        put_instead(objects, cycle_file_name(cycle_id, name), data)
    return report


class _Watch:
    """Tells how far the cycle is, and stops it when it must not go on."""

    def __init__(
        self, on_progress: OnProgress | None, lease: Lease, lost: threading.Event, stop: threading.Event | None
    ) -> None:
        self._on_progress, self._lease, self._lost, self._stop = on_progress, lease, lost, stop

    def note_in(self, objects: ObjectStore, cycle_id: str) -> None:
        """From now on, note it in the store, too."""
        self._on_progress = ProgressWriter(objects, cycle_id, self._on_progress)

    def tell(self, stage: str, done: int, total: int, message: str = "") -> None:
        self.check()
        if self._on_progress is not None:
            self._on_progress(stage, done, total, message)

    def check(self) -> None:
        if self._lost.is_set():
            raise LeaseLostError(f"lease {self._lease.name} of {self._lease.owner} is lost; another may go on with it")
        if self._stop is not None and self._stop.is_set():
            raise CycleStoppedError("stopped; the same command goes on")


@dataclass(frozen=True, slots=True)
class _Prepared:
    holdout: Holdout
    sets: tuple[FrozenSet, ...]
    excluded: frozenset[str]
    recipes: tuple[Any, ...]  # WeightedRecipe
    collected: TrainingCrops
    base: str | None
    notes: tuple[str, ...]
    damaged: tuple[LeftOutDamage, ...]


class _Cycle:
    def __init__(
        self, store: SampleStore, places: Places, settings: CycleSettings, work: Path, by: str, why: str, watch: _Watch
    ) -> None:
        self._store, self._places, self._settings = store, places, settings
        self._work, self._by, self._why, self._watch = work, by, why, watch
        self._objects = places.authority
        self._champions = Champions(self._objects)
        self._seconds: dict[str, float] = {}
        self._pictures: dict[str, bytes] = {}
        self._folder = work
        self._stage = "prepare"

    def run(self, name: str, cycle_id: str | None) -> CycleReport:
        from ocr_model.reading.recognizer import CHAMPION as SHIPPED

        catalogue = VersionCatalogue(self._places)
        version = catalogue.read(name)
        champion = self._champions.begin(self._settings.shipped or SHIPPED, by=self._by)
        plan = self._plan(version, champion, cycle_id)
        finished = read_report(self._objects, plan.id)
        if finished is not None:
            return finished
        self._watch.note_in(self._objects, plan.id)
        times = self._folder / _TIMES
        self._seconds = json.loads(times.read_text(encoding="utf-8")) if times.is_file() else {}
        try:
            promoted = self._promoted(plan)
            if promoted is not None and (decided := self._decided(plan.id)) is not None:
                report = dataclasses.replace(decided, promoted_number=promoted.number)
            elif champion.number != plan.champion_number and promoted is None:
                report = self._finish(plan, champion, "rejected", _MOVED)
            else:
                report = self._go(plan, version, list(catalogue.lineage(name)), champion)
        except (CycleStoppedError, LeaseLostError, MemoryError):
            raise
        except (BucketUnavailableError, IndexUnavailableError):  # goes on where it was once they answer again
            raise
        except Exception as error:  # whatever it is: the champion stays, and people are told
            _LOG.exception("cycle %s failed in stage %s", plan.id, self._stage)
            reason = f"Failed in stage {self._stage}: {told(error)}"
            damaged = refuse_damage(error.damaged if isinstance(error, TooDamagedError) else ())
            report = self._finish(plan, champion, "failed", reason, damaged=damaged)
        return self._publish(report)

    # --- Plan ---

    def _plan(self, version: Version, champion: ChampionRecord, cycle_id: str | None) -> CyclePlan:
        """The plan of a cycle that was stopped, or a new one."""
        make_folder(self._work)
        settings = self._settings.digest
        same = hashlib.sha256(f"{version.manifest.hash} {champion.number} {champion.model} {settings}".encode())
        name = cycle_id or f"{version.name}-{same.hexdigest()[:8]}"
        begun = [_read_plan(path) for path in sorted(self._work.glob(f"*/{_PLAN}"))]
        for plan in begun:
            if plan is None or (plan.version_hash, plan.settings) != (version.manifest.hash, settings):
                continue
            if plan.id == name if cycle_id else read_report(self._objects, plan.id) is None:
                self._folder = self._work / plan.id
                return plan
        self._folder = self._work / name
        attempt, plan_id = 1, name
        while not cycle_id and (report := read_report(self._objects, plan_id)) and report.outcome == "failed":
            attempt += 1
            before, plan_id = plan_id, f"{name}-{attempt}"
            if not (self._work / plan_id).exists() and (self._work / before).exists():
                (self._work / before).rename(self._work / plan_id)  # goes on from its checkpoint
            self._folder = self._work / plan_id
        plan = CyclePlan(
            id=plan_id,
            version=version.name,
            version_hash=version.manifest.hash,
            champion=champion.model,
            champion_number=champion.number,
            settings=settings,
            seed=1_000_000_000 + int(same.hexdigest()[8:15], 16),  # none of the seeds that evaluate or calibrate
            started_at=_now(),
            by=self._by,
            why=self._why,
        )
        if cycle_id and _read_plan(self._folder / _PLAN) is not None:
            shutil.rmtree(self._folder)  # of other settings or another version: nothing of it may be gone on from
        make_folder(self._folder)
        write_whole(self._folder / _PLAN, json.dumps(dataclasses.asdict(plan), indent=1).encode())
        return plan

    # --- Stages ---

    def _go(self, plan: CyclePlan, version: Version, lineage: list[Version], champion: ChampionRecord) -> CycleReport:
        from datasets.cycles.challenger import base_recipe_of, export_challenger, train_challenger

        with self._timed("prepare"):
            model = self._champions.fetch(plan.champion, self._work / "models")
            description = json.loads((model / "model.json").read_text(encoding="utf-8"))
            base = self._settings.challenger.base_recipe or base_recipe_of(description)
            prepared = self._prepare(version, lineage, champion, model, base)
        run, out = self._folder / "run", self._folder / "model"
        with self._timed("train"):
            if not (out / "model.json").is_file():
                train_challenger(
                    model,
                    prepared.collected.folder if prepared.collected.count else None,
                    prepared.recipes,
                    prepared.excluded,
                    plan.seed,
                    self._settings.challenger,
                    run,
                    on_progress=lambda done, total: self._watch.tell("train", done, total, "crops"),
                )
        with self._timed("export"):
            self._watch.tell("export", 0, 1)
            about = {"dataset_version": version.name, "dataset_hash": version.manifest.hash, "champion": plan.champion}
            exported = export_challenger(
                model, run, out, version=plan.id, base=base, settings=self._settings.challenger, card={"cycle": about}
            )
        with self._timed("evaluate"):
            readings = self._read(prepared, {"champion": model, "challenger": out})
        self._stage = "decide"
        decision, examples = self._decide(prepared, readings)
        # All of the report comes before the promotion: whatever goes wrong here, the champion stays.
        report = self._finish(
            plan,
            champion,
            "accepted" if decision.accepted else "rejected",
            decision.reason,
            challenger=ModelSummary(None, exported.name, exported.version),
            comparisons=decision.comparisons,
            examples=tuple(examples),
            sets={one.name: one.digest for one in (prepared.holdout.crops, *prepared.sets)},
            calibration=_calibration(prepared.holdout.crops, readings),
            training=_training(out),
            watermark=dict(version.manifest.watermark),
            notes=prepared.notes,
            damaged=prepared.damaged,
            pictures=self._draw(prepared, readings, decision, examples),
        )
        self._stage = "promote"
        self._watch.check()
        return self._promote(report, out) if decision.accepted else report

    def _promote(self, report: CycleReport, challenger: Path) -> CycleReport:
        """Register the challenger, and make it the champion if the one that it was compared with still is."""
        digest = self._champions.register(challenger)
        if report.challenger is not None:
            report = dataclasses.replace(report, challenger=dataclasses.replace(report.challenger, digest=digest))
        if not self._settings.promote:
            note = f"not promoted, as asked; the model is in the store as {digest[:12]}"
            return dataclasses.replace(report, notes=(*report.notes, note))
        for name, data in self._pictures.items():
            write_whole(self._folder / name, data)
        write_whole(self._folder / _DECIDED, report.to_bytes())
        put_instead(self._objects, cycle_file_name(report.id, _DECIDED), report.to_bytes())
        try:
            record = self._champions.promote(
                digest,
                expected=report.champion_number,
                by=self._by,
                reason=report.reason,
                dataset_version=report.version,
                attempt=report.id,
            )
        except ChampionMovedError:
            return dataclasses.replace(report, outcome="rejected", reason=f"{_MOVED} It had been: {report.reason}")
        return dataclasses.replace(report, promoted_number=record.number)

    def _promoted(self, plan: CyclePlan) -> ChampionRecord | None:
        """The entry by which this cycle promoted its challenger before it was killed, perhaps on another machine."""
        return next((one for one in self._champions.history() if one.attempt == plan.id), None)

    def _decided(self, cycle_id: str) -> CycleReport | None:
        """What was decided before the promotion: labels that came since must not decide it again.

        Raises:
            BucketUnavailableError: it is not in the work folder, and the bucket does not answer.
        """
        try:
            report = CycleReport.from_bytes((self._folder / _DECIDED).read_bytes())
        except (OSError, ValueError):
            try:
                report = CycleReport.from_bytes(self._objects.get(cycle_file_name(cycle_id, _DECIDED)))
            except (ObjectMissingError, ValueError):
                return None
        drawn = [path for name in _PICTURES if (path := self._folder / name).is_file()]
        self._pictures = {path.name: path.read_bytes() for path in drawn}
        return report

    def _prepare(
        self, version: Version, lineage: list[Version], champion: ChampionRecord, model: Path, base: str | None
    ) -> _Prepared:
        from datasets.cycles.challenger import replayed_recipes

        settings = self._settings
        self._watch.tell("prepare", 0, 3, "the collected holdout")
        others, notes = self._lineage_of(champion.dataset_version, {one.name for one in lineage})
        holdout = draw_holdout(
            self._store,
            self._places,
            [*lineage, *others],
            version.manifest.rules,
            most=settings.evaluation.holdout,
        )
        check_damage(holdout.damaged_events, holdout.of_events, settings.most_damaged, "label events")
        check_damage(holdout.damaged, holdout.of, settings.most_damaged, "confirmed crops")
        notes += _holdout_notes(holdout)
        parts = [part for one in lineage for part in one.manifest.synthetic]
        trained = dict.fromkeys(
            [*(part.recipe for part in parts if part.side == "training"), *([base] if base else [])]
        )
        sets = []
        wanted = wanted_sets(version.manifest.synthetic, trained, settings.evaluation.synthetic_crops)
        for recipe, count, seed in wanted:
            self._watch.tell("prepare", 1, 3, f"{count} crops of {recipe}")
            sets.append(render_set(recipe, count, seed))
        notes += _recipe_notes(version)
        drawn = [code_keys(crop.text) for one in sets for crop in one.crops]
        codes = frozenset(code for keys in drawn for code in keys if len(code) >= _SHORTEST_CODE)
        entries = version.manifest.on("training")
        collected = write_training_crops(
            self._store,
            entries,
            model,
            self._folder / "collected",
            buried=read_buried(self._places),
            threads=settings.evaluation.threads,
            on_progress=lambda done, total: self._watch.tell("prepare", 2, 3, f"{done} of {total} collected crops"),
        )
        check_damage(collected.damaged, len(entries) - collected.removed, settings.most_damaged, "crops to train on")
        notes += _training_notes(collected)
        if version.manifest.damaged:
            notes.append(f"{version.name} was made without {_counted(version.manifest.damaged)} that could not be read")
        parts_without = {
            "version": version.manifest.damaged,
            "holdout": (*holdout.damaged_events, *holdout.damaged),
            "training": collected.damaged,
        }
        recipes = replayed_recipes(parts, base, settings.challenger.base_share)
        if not recipes and not collected.count:
            raise VersionError(f"version {version.name} holds nothing to train on")
        if not recipes:
            notes.append("nothing was replayed: the champion does not say what it was trained on (--base-recipe)")
        return _Prepared(
            holdout,
            tuple(sets),
            holdout.excluded | codes,
            recipes,
            collected,
            base,
            tuple(notes),
            merge_damage(parts_without),
        )

    def _lineage_of(self, name: str | None, known: set[str]) -> tuple[list[Version], list[str]]:
        """The versions that the champion was trained on, but for the known ones."""
        if name is None or name in known:
            return [], []
        try:
            return [one for one in VersionCatalogue(self._places).lineage(name) if one.name not in known], []
        except UnknownVersionError:
            return [], [
                f"the champion's dataset version {name} is not here: the holdout may hold crops it was trained on"
            ]

    def _read(self, prepared: _Prepared, models: Mapping[str, Path]) -> dict[str, dict[str, list[Reading]]]:
        """Readings by set and model; what a stopped cycle has read already is not read again."""
        path = self._folder / _READINGS
        saved: dict[str, list[list[Any]]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        sets = (prepared.holdout.crops, *prepared.sets)
        total, done = sum(len(one.crops) for one in sets) * len(models), 0
        found: dict[str, dict[str, list[Reading]]] = {}
        for one in sets:
            for name, model in models.items():
                key = f"{one.digest} {hashlib.sha256((model / 'model.json').read_bytes()).hexdigest()}"
                if key not in saved:
                    readings = read_set(
                        model,
                        one,
                        threads=self._settings.evaluation.threads,
                        on_progress=partial(self._tell_read, f"{name} reads {one.name}", done, total),
                    )
                    saved[key] = [[reading.text, reading.confidence] for reading in readings]
                    write_whole(path, json.dumps(saved).encode())
                done += len(one.crops)
                found.setdefault(one.name, {})[name] = [Reading(*row) for row in saved[key]]
        return found

    def _tell_read(self, message: str, before: int, total: int, read: int) -> None:
        self._watch.tell("evaluate", before + read, total, message)

    def _decide(
        self, prepared: _Prepared, readings: Mapping[str, Mapping[str, list[Reading]]]
    ) -> tuple[Decision, list[Example]]:
        compared, examples = [], []
        for one in (prepared.holdout.crops, *prepared.sets):
            champion, challenger = readings[one.name]["champion"], readings[one.name]["challenger"]
            compared.append(pair(one, champion, challenger, smallest=self._settings.evaluation.smallest_slice))
            examples += find_examples(one, champion, challenger)
        (holdout, slices), *others = compared
        rest = [*slices, *(readings for whole, parts in others for readings in (whole, *parts))]
        return decide(holdout, rest, self._settings.rules), examples

    # --- Report ---

    def _draw(
        self,
        prepared: _Prepared,
        readings: Mapping[str, Mapping[str, list[Reading]]],
        decision: Decision,
        examples: list[Example],
    ) -> dict[str, bytes]:
        pictures = {
            "differences.png": draw_differences(decision.comparisons),
            "accuracy.png": draw_accuracy(decision.comparisons),
        }
        shown = next((one for one in (prepared.holdout.crops, *prepared.sets) if one.crops), None)
        if shown is not None:
            pictures["confidence.png"] = draw_confidence(shown, readings[shown.name])
        curve = self._folder / "model" / "curve.png"
        if curve.is_file():
            pictures["curve.png"] = curve.read_bytes()
        drawn = draw_examples({one.name: one for one in prepared.sets}, examples)
        return pictures | ({"examples.png": drawn} if drawn else {})

    def _finish(
        self,
        plan: CyclePlan,
        champion: ChampionRecord,
        outcome: Outcome,
        reason: str,
        *,
        pictures: Mapping[str, bytes] | None = None,
        **more: Any,
    ) -> CycleReport:
        """Write the report's files into the work folder as far as the disk lets it."""
        settings = dataclasses.asdict(self._settings)
        if settings["tracking_uri"]:
            settings["tracking_uri"] = "(set)"  # it may hold a password
        report = CycleReport(
            id=plan.id,
            version=plan.version,
            version_hash=plan.version_hash,
            outcome=outcome,
            reason=reason,
            by=plan.by,
            why=plan.why,
            started_at=plan.started_at,
            finished_at=_now(),
            champion=ModelSummary(champion.model, champion.name, champion.version),
            champion_number=plan.champion_number,
            settings=settings,
            seconds={stage: round(seconds, 1) for stage, seconds in self._seconds.items()},
            **more,
        )
        self._pictures = dict(pictures or {})
        return report

    def _publish(self, report: CycleReport) -> CycleReport:
        """Tell the tracker, and put the report into the work folder and into the store, `report.json` last."""
        self._stage = "report"
        kept = self._keep(report)
        source = models_url(self._objects)
        self._tell_quietly("the tracker")
        tracking = kept or record_cycle(
            self._folder, self._settings.tracking_uri, source, champion=self._champions.current
        )
        report = dataclasses.replace(report, tracking=tracking)
        self._keep(report)
        try:
            for name, data in self._files(report).items():
                put_instead(self._objects, cycle_file_name(report.id, name), data)
        except StoreError as error:
            _LOG.error("the report of cycle %s could not be stored: %s", report.id, error)
            return dataclasses.replace(report, notes=(*report.notes, f"this report could not be stored: {error}"))
        if report.outcome != "failed":  # what a failed one has done may serve the next attempt
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder / "collected", ignore_errors=True)
                (self._folder / "run" / "checkpoint.pt").unlink(missing_ok=True)
        return CycleReport.from_bytes(report.to_bytes())

    def _tell_quietly(self, message: str) -> None:
        """Progress of what is done whether or not somebody asked to stop."""
        with contextlib.suppress(CycleStoppedError, LeaseLostError, StoreError):
            self._watch.tell("report", 0, 1, message)

    def _keep(self, report: CycleReport) -> str | None:
        """Write the report's files into the work folder. Returns why not, if not."""
        try:
            for name, data in self._files(report).items():
                write_whole(self._folder / name, data)
        except OSError as error:
            _LOG.error("the report could not be written to %s: %s", self._folder, error)
            return f"not told: the report could not be written to {self._folder}: {error.strerror}"
        return None

    def _files(self, report: CycleReport) -> dict[str, bytes]:
        return {
            **self._pictures,
            REPORT_MARKDOWN: write_markdown(report, tuple(self._pictures)).encode(),
            REPORT_HTML: write_html(report, self._pictures).encode(),
            REPORT_JSON: report.to_bytes(),
        }

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Count the seconds of a stage, those before a stop too."""
        self._stage, begun = stage, time.monotonic()
        before = self._seconds.get(stage, 0.0)
        try:
            yield
        finally:
            self._seconds[stage] = before + time.monotonic() - begun
            with contextlib.suppress(OSError):
                write_whole(self._folder / _TIMES, json.dumps(self._seconds).encode())


_MOVED = "Not promoted: the champion was changed while the cycle ran, so the comparison no longer holds; run it again."


def told(error: BaseException) -> str:
    """What went wrong, in a line for people."""
    line = " ".join(str(error).split()) or type(error).__name__
    if _is_full(error):
        return f"the disk is full: {line}"
    if isinstance(error, StoreError) or type(error).__name__ in ("TrainingDivergedError", "NoWeightsError"):
        return line
    return f"{type(error).__name__}: {line}"


def _is_full(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, StoreFullError) or (
            isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT)
        ):
            return True
        seen = seen.__cause__ or seen.__context__
    # torch's writer keeps no error number.
    return "No space left on device" in str(error)


def _require_training() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "trdg", "matplotlib") if find_spec(name) is None]
    if missing:
        raise CycleImpossibleError(f"a cycle needs {', '.join(missing)}; run `make train-setup` first")


def _holdout_notes(holdout: Holdout) -> list[str]:
    notes = []
    if holdout.damaged:
        shown = _shown(holdout.damaged)
        notes.append(f"{len(holdout.damaged)} confirmed crops are damaged or missing and were left out ({shown})")
    if holdout.damaged_events:
        touched = sorted({digest for one in holdout.damaged_events for digest in one.samples})
        about = f", with the crops that they were about: {', '.join(one[:12] for one in touched)}" if touched else ""
        notes.append(f"{len(holdout.damaged_events)} label events are damaged and were left out{about}")
    if holdout.unread_events:
        notes.append(
            f"{holdout.unread_events} label events were not counted: unsent, or after a missing one; "
            "`python -m datasets verify` tells"
        )
    if holdout.waiting:
        notes.append(f"{holdout.waiting} crops wait for a second look at their labels and do not judge")
    return notes


def _training_notes(collected: TrainingCrops) -> list[str]:
    notes = []
    if collected.damaged:
        shown = _shown(collected.damaged)
        notes.append(f"{len(collected.damaged)} crops to train on are damaged or missing and were left out ({shown})")
    if collected.removed:
        notes.append(f"{collected.removed} crops were removed for good since the version was made")
    if collected.unlearnable:
        notes.append(f"{collected.unlearnable} labels have characters that the recognizer does not know, or too many")
    return notes


def _shown(damaged: Sequence[Damage]) -> str:
    """Some damaged crops, for a note; the report's table names them all."""
    digests = [digest[:12] for one in damaged for digest in one.samples]
    return ", ".join(digests[:5]) + (" ..." if len(digests) > 5 else "")


def _counted(damaged: Sequence[Damage]) -> str:
    events = sum(EventName.parse(one.name) is not None for one in damaged)
    counts = ((len(damaged) - events, "crops"), (events, "label events"))
    return " and ".join(f"{count} {what}" for count, what in counts if count)


def _recipe_notes(version: Version) -> list[str]:
    from datasets.versions.synthetic import RecipeDiffersError, check_part

    notes = []
    for part in version.manifest.synthetic:
        try:
            check_part(part)
        except RecipeDiffersError as error:
            notes.append(f"{str(error).split('. --allow')[0]}; both models read the same crops all the same")
    return notes


def _training(model: Path) -> dict[str, Any]:
    """What the report tells of the training."""
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))["card"]
    shown = ("crops_seen", "hours", "crops_per_second", "hardware", "parameters", "mixture", "training", "results")
    return {key: card[key] for key in shown if key in card}


def _calibration(crops: FrozenSet, readings: Mapping[str, Mapping[str, list[Reading]]]) -> dict[str, dict[str, float]]:
    from ocr_model.export.confidence_figures import expected_calibration_error

    if not crops.crops:
        return {}
    return {
        crops.name: {
            model: round(
                expected_calibration_error(
                    [one.confidence for one in read],
                    [is_right(one, crop) for one, crop in zip(read, crops.crops, strict=True)],
                    resamples=1,
                ).value,
                4,
            )
            for model, read in readings[crops.name].items()
        }
    }


def _read_plan(path: Path) -> CyclePlan | None:
    try:
        return CyclePlan(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # of a process that was killed while it wrote, or of another program


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
