"""The command line of the store of crops, labels, versions and models: `python -m datasets COMMAND --help`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from datasets.commands import champion as champion_commands
from datasets.commands import (
    counts,
    create,
    delete,
    export,
    features,
    listing,
    materialize,
    seal,
    show,
    tag,
    upload,
    verify,
)
from datasets.commands import cycle as cycle_commands
from datasets.errors import StoreError
from datasets.objects.store_key import StoreKey
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from ocr_model.command_line import run_command


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0; 1 if the command failed or found a fault; 2 for a command that makes no sense.
    """
    environment = os.environ if environment is None else environment
    options = _parser(environment).parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        if options.command == "upload" and options.to:  # another machine's store
            return upload.send(options, environment)
        key = _store_key(environment)
        if options.command in champion_commands.COMMANDS:  # these need no labels, so no `SampleStore` is opened
            with Places.open(options.spool, options.storage_url or None, key=key) as places:
                return champion_commands.run(places, options)
        with (
            SampleStore.open(
                options.spool,
                storage_url=options.storage_url or None,
                database=_setting(environment, "DATABASE_URL") or None,
                upload=options.command in ("create", "delete", "seal", "tag", "upload", *cycle_commands.COMMANDS),
            ) as store,
            Places.open(options.spool, options.storage_url or None, key=key) as places,
        ):
            if options.command in cycle_commands.COMMANDS:
                return cycle_commands.run(store, places, options)
            status: int = options.run(store, places, options)
            return status
    except StoreError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _setting(environment: Mapping[str, str], name: str) -> str:
    """A variable under its own name or with the backend's prefix, so that both programs find the same store."""
    return environment.get(name) or environment.get(f"TAGS_{name}") or ""


def _store_key(environment: Mapping[str, str]) -> StoreKey | None:
    """The key with which the backends of this store check champions; None if none is set.

    Raises:
        StoreError: it is too short; the message does not show it.
    """
    text = environment.get("TAGS_STORE_KEY")
    if not text:
        return None
    try:
        return StoreKey.parse(text)
    except ValueError as error:
        raise StoreError(f"TAGS_STORE_KEY {error}") from None


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    data = Path(environment.get("TAGS_DATA_DIR") or "var")
    default = Path(environment.get("TAGS_SPOOL_DIR") or data / "spool")
    parser = argparse.ArgumentParser(
        prog="python -m datasets",
        description="Look after the confirmed crops and their labels. DATABASE_URL names the database.",
        epilog="Exit status: 0; 1 if the command failed or found a fault; 2 for wrong arguments; 130 after Ctrl-C; 141 "
        "if the program that takes the output ended.",
    )
    parser.add_argument("--spool", type=Path, default=default, help="folder of the store (TAGS_SPOOL_DIR; %(default)s)")
    parser.add_argument(
        "--storage-url",
        default=_setting(environment, "STORAGE_URL"),
        metavar="URL",
        help="bucket that holds a copy, gs://bucket/prefix or s3://bucket/prefix (STORAGE_URL)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (create, delete, export, features, listing, materialize, seal, tag, upload, verify):
        module.add_parser(commands)
    for family in (counts, show):
        family.add_parsers(commands)
    champion_commands.add_parsers(commands, environment)
    cycle_commands.add_parsers(commands, environment)
    return parser


if __name__ == "__main__":
    sys.exit(run_command(main))
