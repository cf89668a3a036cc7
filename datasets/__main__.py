"""Commands about what the store holds: `python -m datasets COMMAND --help`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasets.commands import champion as champion_commands
from datasets.commands import cycle as cycle_commands
from datasets.commands.version import COMMANDS, add_parsers, forget, list_versions, run, verify_versions
from datasets.errors import BucketUnavailableError, StoreError
from datasets.samples.export import export_samples
from datasets.samples.places import Places
from datasets.samples.sample import Sample
from datasets.samples.store import SampleStore


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0; 1 if something is wrong or failed; 2 for a command that makes no sense.
    """
    environment = os.environ if environment is None else environment
    options = _parser(environment).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        if options.command in champion_commands.COMMANDS:  # these need no labels
            with Places.open(options.spool, options.storage_url or None) as places:
                return champion_commands.run(places, options)
        with (
            SampleStore.open(
                options.spool,
                storage_url=options.storage_url or None,
                database=_setting(environment, "DATABASE_URL") or None,
                upload=options.command in ("create", "delete", *cycle_commands.COMMANDS),
            ) as store,
            Places.open(options.spool, options.storage_url or None) as places,
        ):
            if options.command in cycle_commands.COMMANDS:
                return cycle_commands.run(store, places, options)
            return run(store, places, options) if options.command in COMMANDS else _run(store, places, options)
    except StoreError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `... list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _setting(environment: Mapping[str, str], name: str) -> str:
    """The backend takes these names with its prefix, too; both must find the same store."""
    return environment.get(name) or environment.get(f"TAGS_{name}") or ""


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    data = Path(environment.get("TAGS_DATA_DIR") or "var")
    default = Path(environment.get("TAGS_SPOOL_DIR") or data / "spool")
    parser = argparse.ArgumentParser(
        prog="python -m datasets",
        description="Look after the confirmed crops and their labels. DATABASE_URL names the database.",
    )
    parser.add_argument("--spool", type=Path, default=default, help="folder of the store (TAGS_SPOOL_DIR; %(default)s)")
    parser.add_argument(
        "--storage-url",
        default=_setting(environment, "STORAGE_URL"),
        metavar="URL",
        help="bucket that holds a copy, gs://bucket/prefix (STORAGE_URL)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("reindex", help="rebuild the database from spool and bucket")
    commands.add_parser("verify", help="hash everything again and name what is wrong")
    export = commands.add_parser("export", help="write a plain folder: pictures and labels.tsv")
    export.add_argument("folder", type=Path, help="an empty or new folder")
    delete = commands.add_parser("delete", help="remove a sample for good, here and in the bucket")
    delete.add_argument("--sample", required=True, metavar="DIGEST", help="as `list` shows it")
    delete.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="how long to wait for the bucket")
    listing = commands.add_parser("list", help="show the live samples, or the versions, one line each")
    listing.add_argument("what", nargs="?", choices=("samples", "versions"), default="samples", help="(%(default)s)")
    listing.add_argument("--json", action="store_true", help="one JSON object a line")
    counts = commands.add_parser("counts", help="how much is kept, and how much is unsent")
    counts.add_argument("--json", action="store_true", help="one JSON object")
    add_parsers(commands)
    champion_commands.add_parsers(commands, environment)
    cycle_commands.add_parsers(commands, environment)
    return parser


def _run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    match options.command:
        case "reindex":
            events = store.reindex()
            counts = store.counts()
            print(f"{events} events, {counts.kept} live labels on {counts.crops} crops, {counts.unsent} unsent")
        case "verify":
            problems = 0
            for problem in store.verify():
                print(problem)
                problems += 1
            problems += verify_versions(places)
            problems += champion_commands.verify_champions(places)
            print(f"{problems} problems" if problems else "everything is as it should be")
            return 1 if problems else 0
        case "export":
            print(f"{export_samples(store, options.folder)} labels written to {options.folder}")
        case "delete":
            return _delete(store, places, options.sample, options.wait)
        case "list" if options.what == "versions":
            list_versions(places, as_json=options.json)
        case "list":
            for sample in store.samples():
                print(json.dumps(_described(sample), ensure_ascii=False) if options.json else _line(sample))
        case "counts":
            found = dataclasses.asdict(store.counts())
            if options.json:
                print(json.dumps(found))
            else:
                for name, value in found.items():
                    print(f"{name}\t{value}")
    return 0


def _delete(store: SampleStore, places: Places, digest: str, wait: float) -> int:
    try:
        store.pull()  # another backend may have labelled the same crop, and what is unknown cannot be buried
    except BucketUnavailableError as error:
        print(f"removing it here first: {error}", file=sys.stderr)
    labels = store.delete(digest)
    print(f"removed {digest} with {labels} live labels")
    confirmed = store.flush(wait)
    forget(store, places)
    if not confirmed:
        print("the bucket has not confirmed it yet; the next backend on this spool goes on", file=sys.stderr)
        return 1
    return 0


def _line(sample: Sample) -> str:
    label = sample.label
    return "\t".join(
        (
            sample.digest,
            label.status,
            label.text,
            label.prediction_id,
            sample.stored_at.isoformat(timespec="seconds"),
        )
    )


def _described(sample: Sample) -> dict[str, object]:
    label = dataclasses.asdict(sample.label) | {"at": sample.label.at.isoformat()}
    return {
        "sample": sample.digest,
        "crop": sample.crop,
        "event": sample.event,
        "width": sample.width,
        "height": sample.height,
        "stored_at": sample.stored_at.isoformat(),
        **label,
    }


if __name__ == "__main__":
    sys.exit(main())
