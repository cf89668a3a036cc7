"""The command `cycle`: train a challenger, compare it with the champion, promote or reject it; once, or as a worker."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from datasets.commands.whoami import whoami
from datasets.cycles.next_version import NextVersionSettings
from datasets.cycles.report import CycleReport
from datasets.cycles.requests import pending, read_request, request_cycle
from datasets.cycles.settings import CycleSettings
from datasets.cycles.tracking import default_uri
from datasets.cycles.triggers import TriggerSettings
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from ocr_model.training.stopping import stopped_by_signals

COMMANDS = ("cycle",)
ACCEPTED, FAILED, REJECTED, STOPPED = 0, 1, 3, 130  # exit statuses

# option, part of the settings, field, type, what it is about
_OPTIONS: tuple[tuple[str, str, str, Callable[[str], Any], str], ...] = (
    ("--crops", "challenger", "crops", int, "to train on, collected and rendered together"),
    ("--batch", "challenger", "batch", int, "crops that are learned from at once"),
    ("--learning-rate", "challenger", "learning_rate", float, "at its peak"),
    ("--average-decay", "challenger", "average_decay", float, "of the moving average of the weights"),
    ("--collected-share", "challenger", "collected_share", float, "of the crops that shoppers' are"),
    ("--base-share", "challenger", "base_share", float, "of the rendered crops that are of the champion's recipe"),
    ("--base-recipe", "challenger", "base_recipe", str, "recipe to replay (the one in the champion's card)"),
    ("--strength", "challenger", "strength", float, "of what is done to collected crops each time they come"),
    ("--champion-share", "challenger", "champion_share", float, "of the champion in the mean of both models' weights"),
    ("--checkpoint-every", "challenger", "checkpoint_every", int, "crops after which a killed cycle goes on"),
    ("--workers", "challenger", "workers", int, "rendering processes"),
    ("--threads", "challenger", "threads", int, "of torch"),
    ("--check-crops", "challenger", "check_crops", int, "on which the export must agree with the network"),
    ("--turn-crops", "challenger", "turn_crops", int, "that fit the head for upside-down text; 0 = none"),
    ("--int8-crops", "challenger", "int8_crops", int, "that set the scales of an int8 encoder; 0 = none"),
    ("--int8-check-crops", "challenger", "int8_check_crops", int, "that it must read as well"),
    ("--calibration-crops", "challenger", "calibration_crops", int, "that calibrate the confidence; 0 = as before"),
    ("--synthetic-crops", "evaluation", "synthetic_crops", int, "of each recipe that both models read"),
    ("--holdout", "evaluation", "holdout", int, "collected crops that both models read, at most"),
    ("--smallest-slice", "evaluation", "smallest_slice", int, "crops of a slice"),
    ("--level", "rules", "level", float, "of the paired test on the holdout"),
    ("--margin", "rules", "margin", float, "largest loss on a set that is not worse, 0..1"),
    ("--slice-margin", "rules", "slice_margin", float, "the same for a slice"),
    ("--status-margin", "rules", "status_margin", float, "the same for a slice by status"),
    ("--harm-level", "rules", "harm_level", float, "of the test for harm on small sets and slices"),
)
_TRIGGERS: tuple[tuple[str, str, Callable[[str], Any], str], ...] = (
    ("--corrections", "corrections", int, "new corrected labels that make a cycle due; 0 = never for this reason"),
    ("--last", "last", int, "readings of the champion that tell whether it drifts; 0 = nobody looks"),
    ("--highest-correction-rate", "highest_correction_rate", float, "of these; beyond it is drift"),
    ("--lowest-confidence", "lowest_confidence", float, "mean of these; below it is drift"),
    ("--least-new", "least_new", int, "new labels without which neither schedule nor drift start a cycle"),
)


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser], environment: Mapping[str, str]) -> None:
    """Describe the command to argparse."""
    data = Path(environment.get("TAGS_DATA_DIR") or "var")
    cycle = commands.add_parser(
        "cycle",
        help="train a challenger on a version and promote it if it is better",
        description="Train a challenger from the champion, let both read the same crops, promote or reject it, and "
        "write a report. A killed cycle goes on with the same command. Exit status: 0 accepted (or nothing to do), "
        "3 rejected, 1 failed, 130 stopped.",
    )
    what = cycle.add_mutually_exclusive_group(required=True)
    what.add_argument("--version", metavar="NAME", help="dataset version to train on")
    what.add_argument("--once", action="store_true", help="make the next version from the labels so far, and run")
    what.add_argument("--watch", action="store_true", help="work: take what is asked for, and look for triggers")
    cycle.add_argument("--work", type=Path, default=data / "cycles", help="folder for what is under way (%(default)s)")
    cycle.add_argument("--by", default="", help="who wants it (you, on this machine)")
    cycle.add_argument(
        "--most-damaged",
        type=float,
        default=CycleSettings().most_damaged,
        metavar="SHARE",
        help="of the crops, and of the label events, that it goes on without if they cannot be read (%(default)s)",
    )
    cycle.add_argument("--no-promote", action="store_true", help="decide and report, and leave the champion")
    cycle.add_argument("--shipped", type=Path, metavar="DIR", help="model that serves while the store has no champion")
    cycle.add_argument(
        "--tracking",
        metavar="URI",
        default=default_uri(environment),
        help="of MLflow; none = no tracker (MLFLOW_TRACKING_URI; %(default)s)",
    )
    cycle.add_argument(
        "--lease",
        type=float,
        default=CycleSettings().lease_seconds,
        metavar="SECONDS",
        help="of silence after which another machine may go on (%(default)s)",
    )
    defaults, about = CycleSettings(), cycle.add_argument_group("training, evaluation, decision")
    for option, part, field, kind, text in _OPTIONS:
        default = getattr(getattr(defaults, part), field)
        shown = "" if default is None else " (%(default)s)"
        about.add_argument(option, type=kind, default=default, metavar=kind.__name__.upper(), help=text + shown)
    version, made = NextVersionSettings(), cycle.add_argument_group("the version that --once and --watch make")
    made.add_argument("--collected", action="append", metavar="FILTER", help="labels that it takes (all)")
    made.add_argument("--synthetic", nargs="+", default=[], metavar="RECIPE:COUNT[:SEED]", help="crops to train on")
    made.add_argument(
        "--synthetic-evaluation", nargs="+", default=[], metavar="RECIPE:COUNT[:SEED]", help="crops to evaluate on"
    )
    made.add_argument("--evaluation-share", type=float, default=version.evaluation_share, help="(%(default)s)")
    triggers, when = TriggerSettings(), cycle.add_argument_group("when --watch starts one by itself")
    when.add_argument("--no-triggers", action="store_true", help="never; only what is asked for")
    for option, field, kind, text in _TRIGGERS:
        when.add_argument(
            option,
            type=kind,
            default=getattr(triggers, field),
            metavar=kind.__name__.upper(),
            help=f"{text} (%(default)s)",
        )
    days = triggers.every.total_seconds() / 86400 if triggers.every else 0.0
    when.add_argument("--every", type=float, default=days, metavar="DAYS", help="schedule; 0 = none (%(default)g)")
    when.add_argument(
        "--pause",
        type=float,
        default=triggers.pause.total_seconds(),
        metavar="SECONDS",
        help="after each cycle (%(default)g)",
    )
    when.add_argument("--look", type=float, default=10.0, metavar="SECONDS", help="between two looks (%(default)g)")


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Run the command.

    Returns:
        The exit status.

    Raises:
        StoreError: with one line that says what is wrong.
    """
    # Here, not above: every other command starts without what reads and draws.
    from datasets.cycles.cycle import CycleStoppedError, run_cycle
    from datasets.cycles.worker import WorkerSettings, look_for_trigger, run_request, watch

    try:
        cycle, triggers = settings_from(options), triggers_from(options)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    version = NextVersionSettings(
        tuple(options.collected or NextVersionSettings().collected),
        tuple(options.synthetic),
        tuple(options.synthetic_evaluation),
        options.evaluation_share,
        options.most_damaged,
    )
    settings = WorkerSettings(
        cycle, version, None if options.no_triggers else triggers, look=options.look, say=ProgressLine()
    )
    by = options.by or whoami()
    with stopped_by_signals() as stop:
        try:
            if options.watch:
                watch(store, places, settings, work=options.work, stop=stop, on_report=print_report)
                return 0
            if options.version:
                report = run_cycle(
                    store,
                    places,
                    options.version,
                    cycle,
                    work=options.work,
                    by=by,
                    why="asked for on the command line",
                    on_progress=settings.say,
                    stop=stop,
                )
                return print_report(report)
            waiting = [one for one in pending(places.authority) if one.version is None]
            if not waiting:
                _, counts, _ = look_for_trigger(store, places, triggers)
                if not counts.new:
                    print("no new labels since the last cycle; nothing to do")
                    return ACCEPTED
                asked = request_cycle(places.authority, by=by, why=f"asked for once; {counts.new} new labels")
                waiting = [read_request(places.authority, asked)]
            return print_report(run_request(store, places, waiting[0], settings, work=options.work, stop=stop))
        except CycleStoppedError:
            print("stopped; the same command goes on", file=sys.stderr)
            return STOPPED


def settings_from(options: argparse.Namespace) -> CycleSettings:
    """The settings of a cycle.

    Raises:
        ValueError: they make no sense.
    """
    parts: dict[str, dict[str, Any]] = {"challenger": {}, "evaluation": {}, "rules": {}}
    for option, part, field, _, _ in _OPTIONS:
        parts[part][field] = getattr(options, option.removeprefix("--").replace("-", "_"))
    base = CycleSettings()
    uri = None if options.tracking in ("", "none") else options.tracking
    return replace(
        base,
        challenger=replace(base.challenger, **parts["challenger"]),
        evaluation=replace(base.evaluation, **parts["evaluation"], threads=options.threads),
        rules=replace(base.rules, **parts["rules"]),
        most_damaged=options.most_damaged,
        promote=not options.no_promote,
        shipped=options.shipped,
        tracking_uri=uri,
        lease_seconds=options.lease,
    )


def triggers_from(options: argparse.Namespace) -> TriggerSettings:
    """When a worker starts a cycle by itself.

    Raises:
        ValueError: it makes no sense.
    """
    chosen = {field.name: getattr(options, field.name) for field in fields(TriggerSettings) if field.name in _NAMES}
    return replace(
        TriggerSettings(),
        **chosen,
        every=timedelta(days=options.every) if options.every > 0 else None,
        pause=timedelta(seconds=options.pause),
    )


_NAMES = frozenset(field for _, field, _, _ in _TRIGGERS)


class ProgressLine:
    """One line on a terminal that tells how far a cycle is; a line for each stage elsewhere."""

    def __init__(self) -> None:
        self._shown, self._stage = 0.0, ""

    def __call__(self, stage: str, done: int, total: int, message: str) -> None:
        """Show it, a few times a second at most. Training has a bar of its own."""
        now = time.monotonic()
        new, self._stage = stage != self._stage, stage
        if sys.stderr.isatty():
            if stage != "train" and (new or now - self._shown > 0.2):
                self._shown = now
                bar = "█" * (20 * done // max(total, 1))
                print(f"\r{stage:9} {bar:<20} {message:<50.50}", end="", file=sys.stderr, flush=True)
            if new:
                print(file=sys.stderr)
        elif new:
            print(f"{stage} {message}".rstrip(), file=sys.stderr, flush=True)


def print_report(report: CycleReport) -> int:
    """Say on stdout how a cycle ended. Returns the exit status."""
    print(json.dumps({"cycle": report.id, "version": report.version, "outcome": report.outcome}))
    print(report.reason)
    for note in (*report.notes, *((report.tracking,) if report.tracking else ())):
        print(f"- {note}")
    sys.stdout.flush()
    return {"accepted": ACCEPTED, "rejected": REJECTED}.get(report.outcome, FAILED)
