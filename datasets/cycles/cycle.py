"""One cycle: train a challenger from the champion on a dataset version, compare both, and promote or reject it.

    prepare    draw the holdout, render the sets, write the collected crops to train on
    train      from the champion's weights
    export     and check the export
    evaluate   both models read the same crops
    report     decide, promote, tell the tracker, write the report

Each stage leaves its result in the cycle's work folder, so a killed cycle goes on at its stage; the store
(`cycles/<id>/`) gets the report. Only one cycle runs at a time on a store, held by a lease; a promotion is a
compare-and-swap beside that. When a stage fails, the champion stays, and the report gives the reason.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasets.cycles.causes import cause_of
from datasets.cycles.drawing import draw_accuracy, draw_confidence, draw_differences, draw_examples
from datasets.cycles.evaluation import CHALLENGER, CHAMPION, SetReadings, calibration_errors, judge, read_sets
from datasets.cycles.heartbeat import Heartbeat, OnProgress
from datasets.cycles.plan import CyclePlan, find_or_make_plan
from datasets.cycles.preparation import Prepared, prepare
from datasets.cycles.publication import keep_decision, keep_report, recall_decision, store_report
from datasets.cycles.report import CycleReport, ModelSummary, Outcome, read_report, refuse_damage
from datasets.cycles.settings import CycleSettings
from datasets.cycles.tracking import record_cycle
from datasets.cycles.watch import CycleStoppedError, CycleWatch, take_lease
from datasets.errors import (
    BucketUnavailableError,
    ChampionMovedError,
    DomainError,
    IndexUnavailableError,
    LeaseLostError,
    StoreError,
)
from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.folder import write_whole
from datasets.objects.names import models_url
from datasets.reason import Reason
from datasets.samples.damage import TooDamagedError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import Version

_LOG = logging.getLogger(__name__)
_TIMES, _READINGS = "seconds.json", "readings.json"


class CycleImpossibleError(StoreError):
    """This machine cannot run cycles: packages for training are missing."""


def run_cycle(
    store: SampleStore,
    places: Places,
    version: str,
    settings: CycleSettings,
    *,
    work: Path,
    cycle_id: str | None = None,
    by: Reason | str | None = None,
    why: Reason | str = "",
    on_progress: OnProgress | None = None,
    heartbeat: Heartbeat | None = None,
    stop: threading.Event | None = None,
) -> CycleReport:
    """Run a cycle, or go on with one that was stopped.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        version: name of the dataset version to train on.
        settings: settings of training, evaluation and decision.
        work: folder of this machine in which cycles have their work folders; made if missing.
        cycle_id: id of a request; None derives it: the same version, champion and settings make the same cycle.
        by: a person or a trigger, for the report and the champions' history; None is this process.
        why: the person's words or the trigger's occasion, for the report.
        on_progress: called with the progress.
        heartbeat: writes the progress to the store, with the lease under which the cycle runs.
        stop: once set, the cycle stops at the next batch; the same call goes on with it.

    Returns:
        The report. A cycle that is finished already is not run again.

    Raises:
        DomainError: version, champion or places are of another domain than the store.
        CycleBusyError: another process runs a cycle.
        CycleImpossibleError: torch or TRDG is not installed.
        CycleStoppedError: `stop` was set.
        LeaseLostError: this process was silent for so long that another took over.
        UnknownVersionError: there is no such version.
        BucketUnavailableError: the bucket does not answer; the same call goes on.
        IndexUnavailableError: the database does not answer; the same call goes on.
    """
    require_training()
    if places.domain is not store.domain:
        raise DomainError(f"these are places of {places.domain.name}, and a store of {store.domain.name}")
    owner = f"{socket.gethostname()}:{os.getpid()}"
    lease = take_lease(places.authority, owner, settings.lease_seconds, stop)
    with lease, lease.kept() as lost:
        listeners = [*([on_progress] if on_progress else []), *([heartbeat.progress] if heartbeat else [])]
        watch = CycleWatch(listeners, lease, lost, stop)
        plan = _plan(places, version, settings, work, cycle_id, by or owner, why)
        finished = read_report(places.authority, plan.id)
        if finished is not None:
            return finished
        if heartbeat is not None:
            heartbeat.work_on(plan.id, lease.fence)
        return _Cycle(store, places, settings, work, plan, watch).run()


def _plan(
    places: Places,
    version: str,
    settings: CycleSettings,
    work: Path,
    cycle_id: str | None,
    by: Reason | str,
    why: Reason | str,
) -> CyclePlan:
    by = Reason.model_validate(by)
    return find_or_make_plan(
        places.authority,
        work,
        VersionCatalogue(places).read(version),
        Champions(places.authority, key=places.key).begin(settings.shipped or places.domain.shipped_model, by=by),
        settings.digest,
        cycle_id=cycle_id,
        by=by,
        why=Reason.model_validate(why),
    )


class _Cycle:
    """A cycle with a plan that has not finished.

    Args:
        store: the store of the crops.
        places: spool and bucket of that store.
        settings: settings of training, evaluation and decision.
        work: folder of this machine for cycles; the cycle's own is in it.
        plan: the cycle's plan.
        watch: called with the progress.
    """

    def __init__(
        self,
        store: SampleStore,
        places: Places,
        settings: CycleSettings,
        work: Path,
        plan: CyclePlan,
        watch: CycleWatch,
    ) -> None:
        self._store, self._places, self._settings, self._watch = store, places, settings, watch
        self._plan, self._models, self._folder = plan, work / "models", work / plan.id
        self._objects = places.authority
        self._champions = Champions(self._objects, key=places.key)
        self._champion = self._champions.entry(plan.champion_number)  # training starts from it
        times = self._folder / _TIMES
        self._seconds: dict[str, float] = json.loads(times.read_text(encoding="utf-8")) if times.is_file() else {}
        self._stage = "prepare"

    def run(self) -> CycleReport:
        plan = self._plan
        pictures: Mapping[str, bytes] = {}
        try:
            present = self._champions.current()
            promoted = self._promotion()
            decided, drawn = recall_decision(self._objects, self._folder, plan.id) if promoted else (None, {})
            if promoted is not None and decided is not None:
                report, pictures = decided.model_copy(update={"promoted_number": promoted.number}), drawn
            elif promoted is None and present != self._champion:
                report = self._report("rejected", Reason(kind="moved", values={"before": None}))
            else:
                report, pictures = self._go()
        except (CycleStoppedError, LeaseLostError, MemoryError):
            raise
        except (BucketUnavailableError, IndexUnavailableError):  # the cycle goes on here once they answer again
            raise
        except Exception as error:  # any failure leaves the champion in place and is reported
            _LOG.exception("cycle %s failed in stage %s", plan.id, self._stage)
            reason = Reason(kind="failed", values={"stage": self._stage, "cause": cause_of(error)})
            damaged = refuse_damage(error.damaged if isinstance(error, TooDamagedError) else ())
            report = self._report("failed", reason, damaged=damaged)
        return self._publish(report, pictures)

    def _promotion(self) -> ChampionRecord | None:
        """The entry by which this cycle promoted its challenger before it was killed, perhaps on another machine."""
        trusted = (entry for entry in self._champions.history() if self._champions.is_signed(entry) is not False)
        return next((entry for entry in trusted if entry.attempt == self._plan.id), None)

    # --- Stages ---

    def _go(self) -> tuple[CycleReport, Mapping[str, bytes]]:
        with self._timed("prepare"):
            model = self._champions.fetch(self._champion, self._models)
            lineage = list(VersionCatalogue(self._places).lineage(self._plan.version))
            base, prepared = self._prepare(model, lineage)
        out, challenger = self._train(model, base, prepared)
        with self._timed("evaluate"):
            models = {CHAMPION: model, CHALLENGER: out}
            threads = self._settings.evaluation.threads
            readings = read_sets(prepared.sets, models, self._folder / _READINGS, threads, self._watch)
        self._stage = "decide"
        decision, examples = judge(prepared.sets, readings, self._settings)
        # The report is finished before the promotion, so that a failure here leaves the champion in place.
        report = self._report(
            "accepted" if decision.accepted else "rejected",
            decision.reason,
            challenger=challenger,
            comparisons=decision.comparisons,
            examples=tuple(examples),
            sets={evaluated.name: evaluated.digest for evaluated in prepared.sets},
            calibration=calibration_errors(prepared.sets[0], readings[0]),
            training=_training(out),
            watermark=dict(lineage[0].manifest.watermark),
            notes=prepared.notes,
            damaged=prepared.damaged,
        )
        pictures = _draw(prepared, readings, report, out / "curve.png")
        self._stage = "promote"
        self._watch.check()
        return (self._promote(report, out, pictures) if decision.accepted else report), pictures

    def _prepare(self, model: Path, lineage: Sequence[Version]) -> tuple[str | None, Prepared]:
        from datasets.cycles.challenger import base_recipe_of

        description = json.loads((model / "model.json").read_text(encoding="utf-8"))
        base = self._settings.challenger.base_recipe or base_recipe_of(description)
        prepared = prepare(
            self._store,
            self._places,
            lineage,
            self._champion.dataset_version,
            model,
            base,
            self._settings,
            self._folder / "collected",
            self._watch,
        )
        return base, prepared

    def _train(self, champion: Path, base: str | None, prepared: Prepared) -> tuple[Path, ModelSummary]:
        """Train and export the challenger. Returns its folder and its summary for the report."""
        from datasets.cycles.challenger import export_challenger, train_challenger

        plan, settings = self._plan, self._settings.challenger
        run, out = self._folder / "run", self._folder / "model"
        with self._timed("train"):
            if not (out / "model.json").is_file():
                train_challenger(
                    champion,
                    prepared.collected.folder if prepared.collected.count else None,
                    prepared.recipes,
                    prepared.excluded,
                    plan.seed,
                    settings,
                    run,
                    on_progress=lambda done, total: self._watch.tell("train", done, total, "crops"),
                )
        with self._timed("export"):
            self._watch.tell("export", 0, 1)
            about = {"dataset_version": plan.version, "dataset_hash": plan.version_hash, "champion": plan.champion}
            exported = export_challenger(
                champion, run, out, version=plan.id, base=base, settings=settings, card={"cycle": about}
            )
        return out, ModelSummary(digest=None, name=exported.name, version=exported.version)

    def _promote(self, report: CycleReport, challenger: Path, pictures: Mapping[str, bytes]) -> CycleReport:
        """Register the challenger, and make it the champion if the champion that it was compared with still serves."""
        digest = self._champions.registry.register(challenger)
        if report.challenger is not None:
            summary = report.challenger.model_copy(update={"digest": digest})
            report = report.model_copy(update={"challenger": summary})
        if not self._settings.promote:
            note = f"not promoted, as asked; the model is in the store as {digest[:12]}"
            return report.model_copy(update={"notes": (*report.notes, note)})
        keep_decision(self._objects, self._folder, report, pictures)
        try:
            record = self._champions.promote(
                digest,
                expected=report.champion_number,
                by=report.by,
                reason=report.reason,
                dataset_version=report.version,
                attempt=report.id,
            )
        except ChampionMovedError:
            moved = Reason(kind="moved", values={"before": report.reason})
            return report.model_copy(update={"outcome": "rejected", "reason": moved})
        return report.model_copy(update={"promoted_number": record.number})

    # --- Report ---

    def _report(self, outcome: Outcome, reason: Reason, **more: Any) -> CycleReport:
        plan, settings = self._plan, dataclasses.asdict(self._settings)
        if settings["tracking_uri"]:
            settings["tracking_uri"] = "(set)"  # it may hold a password
        champion = self._champion
        return CycleReport(
            id=plan.id,
            version=plan.version,
            version_hash=plan.version_hash,
            outcome=outcome,
            reason=reason,
            by=plan.by,
            why=plan.why,
            started_at=plan.started_at,
            finished_at=datetime.now(UTC).replace(microsecond=0),
            champion=ModelSummary(digest=champion.model, name=champion.name, version=champion.version),
            champion_number=plan.champion_number,
            settings=settings,
            seconds={stage: round(seconds, 1) for stage, seconds in self._seconds.items()},
            **more,
        )

    def _publish(self, report: CycleReport, pictures: Mapping[str, bytes]) -> CycleReport:
        """Tell the tracker, and put the report into the work folder and into the store."""
        self._stage = "report"
        refused = keep_report(self._folder, report, pictures)
        # From here on a request to stop is ignored.
        with contextlib.suppress(CycleStoppedError, LeaseLostError, StoreError):
            self._watch.tell("report", 0, 1, "the tracker")
        tracking = refused or record_cycle(
            self._folder,
            self._settings.tracking_uri,
            models_url(self._objects),
            domain=self._store.domain,
            champion=self._champions.current,
        )
        report = report.model_copy(update={"tracking": tracking})
        keep_report(self._folder, report, pictures)
        try:
            store_report(self._objects, report, pictures)
        except StoreError as error:
            _LOG.error("the report of cycle %s could not be stored: %s", report.id, error)
            note = f"this report could not be stored: {error}"
            return report.model_copy(update={"notes": (*report.notes, note)})
        if report.outcome != "failed":  # the next attempt may go on from a failed cycle's files
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder / "collected", ignore_errors=True)
                (self._folder / "run" / "checkpoint.pt").unlink(missing_ok=True)
        return CycleReport.from_bytes(report.to_bytes())

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Count the seconds of a stage, including those before a stop."""
        self._stage, begun = stage, time.monotonic()
        before = self._seconds.get(stage, 0.0)
        try:
            yield
        finally:
            self._seconds[stage] = before + time.monotonic() - begun
            with contextlib.suppress(OSError):
                write_whole(self._folder / _TIMES, json.dumps(self._seconds).encode())


def _draw(prepared: Prepared, readings: Sequence[SetReadings], report: CycleReport, curve: Path) -> dict[str, bytes]:
    pictures = {
        "differences.png": draw_differences(report.comparisons),
        "accuracy.png": draw_accuracy(report.comparisons),
    }
    shown = next((pair for pair in zip(prepared.sets, readings, strict=True) if pair[0].crops), None)
    if shown is not None:
        pictures["confidence.png"] = draw_confidence(*shown)
    if curve.is_file():
        pictures["curve.png"] = curve.read_bytes()
    drawn = draw_examples(prepared.sets, report.examples)
    return pictures | ({"examples.png": drawn} if drawn else {})


def _training(model: Path) -> dict[str, Any]:
    """The training's figures for the report."""
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))["card"]
    shown = ("crops_seen", "hours", "crops_per_second", "hardware", "parameters", "mixture", "training", "results")
    return {key: card[key] for key in shown if key in card}


def require_training() -> None:
    """Raise CycleImpossibleError unless this machine has the packages that a cycle needs."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "trdg", "matplotlib") if find_spec(name) is None]
    if missing:
        raise CycleImpossibleError(f"a cycle needs {', '.join(missing)}; run `make train-setup` first")
