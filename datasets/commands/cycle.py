"""The command `cycle`: train a challenger, compare it with the champion, promote or reject it; once, or as a worker."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets.commands.progress_bar import ProgressBar
from datasets.commands.whoami import whoami
from datasets.cycles.heartbeat import Heartbeat, worker_name
from datasets.cycles.report import CycleReport, Reports
from datasets.cycles.requests import pending, read_request, request_cycle
from datasets.cycles.settings import WorkerSettings
from datasets.cycles.settings_file import SettingsError, read_settings, write_settings
from datasets.cycles.tracking import default_uri
from datasets.cycles.triggers import TriggerSettings
from datasets.cycles.watch import CycleStoppedError
from datasets.cycles.wording import in_english
from datasets.reason import Reason
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from ocr_model.command_line import print_json
from ocr_model.training.stopping import stopped_by_signals

COMMANDS = ("cycle",)
ACCEPTED, FAILED, REJECTED, STOPPED = 0, 1, 3, 130  # exit statuses
_DAY = 86400.0  # seconds


def work_folder(environment: Mapping[str, str]) -> Path:
    """Folder for the cycles of shoe tags under way, where no argument names one."""
    return Path(environment.get("TAGS_DATA_DIR") or "var") / "cycles"


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser], environment: Mapping[str, str]) -> None:
    """Describe the command to argparse. An option that is not given leaves its setting to the settings file."""
    default = WorkerSettings()
    cycle = commands.add_parser(
        "cycle",
        help="train a challenger on a version and promote it if it is better",
        description="Train a challenger from the champion, let both read the same crops, promote or reject it, and "
        "write a report. A killed cycle goes on with the same command. Exit status: 0 accepted (or nothing to do), "
        "3 rejected, 1 failed, 130 stopped.",
    )
    mode = cycle.add_mutually_exclusive_group(required=True)
    mode.add_argument("--version", metavar="NAME", help="dataset version to train on")
    mode.add_argument("--once", action="store_true", help="make the next version from the labels so far, and run")
    mode.add_argument("--watch", action="store_true", help="work: run requested cycles, and request those that are due")
    mode.add_argument("--print-settings", action="store_true", help="print all settings as a settings file, and end")
    cycle.add_argument("--settings", type=Path, metavar="FILE", help="TOML, as --print-settings writes it")
    cycle.add_argument("--work", type=Path, help=f"folder for cycles under way ({work_folder(environment)})")
    cycle.add_argument("--by", default="", help="name for the report (you, on this machine)")
    cycle.add_argument("--no-promote", action="store_true", help="decide and report, and leave the champion")
    cycle.add_argument(
        "--tracking",
        metavar="URI",
        help=f"URI of MLflow; none = no tracker (MLFLOW_TRACKING_URI; {default_uri(environment)})",
    )
    cycle.set_defaults(tracker=default_uri(environment))
    challenger = default.cycle.challenger
    cycle.add_argument(
        "--crops", type=int, metavar="N", help=f"crops to train on, collected and rendered ({challenger.crops})"
    )
    cycle.add_argument(
        "--threads", type=int, metavar="N", help=f"threads of torch and of a reading ({challenger.threads})"
    )
    cycle.add_argument(
        "--most-damaged",
        type=float,
        metavar="SHARE",
        help="largest share of unreadable crops, and of unreadable label events, to go on without "
        f"({default.cycle.most_damaged})",
    )
    made = cycle.add_argument_group("the version that --once and --watch create")
    made.add_argument("--collected", action="append", metavar="FILTER", help="labels to take (all)")
    made.add_argument("--synthetic", nargs="+", metavar="RECIPE:COUNT[:SEED]", help="crops to train on")
    triggers, when = TriggerSettings(), cycle.add_argument_group("when --watch requests a cycle by itself")
    when.add_argument("--no-triggers", action="store_true", help="never: run requested cycles only")
    when.add_argument(
        "--corrections",
        type=int,
        metavar="N",
        help=f"new corrected labels that make a cycle due; 0 = never for this reason ({triggers.corrections})",
    )
    when.add_argument(
        "--every", type=float, metavar="DAYS", help=f"schedule; 0 = none ({triggers.every.total_seconds() / _DAY:g})"
    )


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Run the command.

    Returns:
        The exit status.

    Raises:
        StoreError: with one line that says what is wrong.
    """
    # Imported here, so that other commands start without the recognizer and the plots.
    from datasets.cycles.cycle import require_training, run_cycle
    from datasets.cycles.worker import watch

    try:
        settings = settings_from(options)
        if options.print_settings:  # without the tracker of this environment, whose URI may hold a password
            print(write_settings(read_settings(options.settings, _given(options))), end="")
            return 0
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    require_training()  # before anything is written to the store
    from data_gen.missing_fonts import warn_of_missing_fonts  # needs what has just been looked for

    warn_of_missing_fonts(settings.cycle.challenger.base_recipe or store.domain.recipe)
    work, heartbeat = options.work, Heartbeat(places.authority, worker_name(), listens=options.watch)
    with stopped_by_signals() as stop, ProgressBar() as bar, heartbeat:
        try:
            if options.watch:
                watch(
                    store,
                    places,
                    settings,
                    work=work,
                    stop=stop,
                    heartbeat=heartbeat,
                    on_progress=bar,
                    on_report=print_report,
                )
                return 0
            if options.once:
                return _run_once(store, places, settings, options, heartbeat, bar, stop)
            report = run_cycle(
                store,
                places,
                options.version,
                settings.cycle,
                work=work,
                by=options.by or whoami(),
                why=Reason(kind="command_line"),
                on_progress=bar,
                heartbeat=heartbeat,
                stop=stop,
            )
            return print_report(report)
        except CycleStoppedError:
            print("stopped; the same command continues", file=sys.stderr)
            return STOPPED


def settings_from(options: argparse.Namespace) -> WorkerSettings:
    """The settings of the file, changed by the options.

    Raises:
        SettingsError: a setting makes no sense.
    """
    settings = read_settings(options.settings, _given(options))
    uri = options.tracker if settings.cycle.tracking_uri is None else settings.cycle.tracking_uri
    cycle = replace(settings.cycle, tracking_uri=None if uri in ("", "none") else uri)
    return replace(settings, cycle=cycle, triggers=None if options.no_triggers else settings.triggers)


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that options change, by their keys in a settings file."""
    given: dict[str, Any] = {
        "cycle.challenger.crops": options.crops,
        "cycle.challenger.threads": options.threads,
        "cycle.evaluation.threads": options.threads,
        "cycle.most_damaged": options.most_damaged,
        "cycle.promote": False if options.no_promote else None,
        "cycle.tracking_uri": options.tracking,
        "version.most_damaged": options.most_damaged,
        "version.collected": options.collected,
        "version.synthetic": options.synthetic,
        "triggers.corrections": options.corrections,
        "triggers.every": None if options.every is None else options.every * _DAY,
    }
    return {key: value for key, value in given.items() if value is not None}


def _run_once(
    store: SampleStore,
    places: Places,
    settings: WorkerSettings,
    options: argparse.Namespace,
    heartbeat: Heartbeat,
    bar: ProgressBar,
    stop: threading.Event,
) -> int:
    """Run the oldest request for a new version; without one, request it here."""
    from datasets.cycles.worker import look_for_trigger, run_request

    waiting = [request for request in pending(places.authority) if request.version is None]
    if not waiting:
        triggers = settings.triggers or TriggerSettings()
        _, counts, _ = look_for_trigger(store, places, triggers, Reports(places.authority))
        if not counts.new:
            print("no new labels since the last cycle; nothing to do")
            return ACCEPTED
        why = Reason(kind="once", values={"new": counts.new})
        asked = request_cycle(places.authority, by=options.by or whoami(), why=why)
        waiting = [read_request(places.authority, asked)]
    report = run_request(
        store,
        places,
        waiting[0],
        settings,
        work=options.work,
        on_progress=bar,
        heartbeat=heartbeat,
        stop=stop,
    )
    return print_report(report)


def print_report(report: CycleReport) -> int:
    """Print how a cycle ended. Returns the exit status."""
    print_json({"cycle": report.id, "version": report.version, "outcome": report.outcome})
    print(in_english(report.reason))
    for note in (*report.notes, *((report.tracking,) if report.tracking else ())):
        print(f"- {note}")
    sys.stdout.flush()
    return {"accepted": ACCEPTED, "rejected": REJECTED}.get(report.outcome, FAILED)
