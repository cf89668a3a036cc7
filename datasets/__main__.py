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
    describe,
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
from datasets.objects.store_domain import domain_key
from datasets.objects.store_key import StoreKey
from datasets.samples.places import Places, own_folder, own_url
from datasets.samples.store import SampleStore
from ocr_model.command_line import run_command
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import DOMAINS, domain_named, served_domains
from ocr_model.errors import UnknownDomainError

_WRITING = ("create", "delete", "describe", "seal", "tag", "upload")  # commands that send what they write to the bucket


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0; 1 if the command failed or found a fault; 2 for a command that makes no sense.
    """
    environment = os.environ if environment is None else environment
    try:
        first = served_domains(environment.get("TAGS_DOMAINS", ""))[0]
    except UnknownDomainError as error:
        print(f"error: TAGS_DOMAINS: {error}", file=sys.stderr)
        return 2
    options = _at_home(_parser(environment, first).parse_args(arguments), environment, first)
    domain = domain_named(options.domain)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        if options.command == "upload" and options.to:  # another machine's store
            return upload.send(options, environment)
        key = _store_key(environment, domain)
        if options.command in champion_commands.COMMANDS:  # these need no labels, so no `SampleStore` is opened
            with Places.open(options.spool, options.storage_url or None, domain=domain, key=key) as places:
                return champion_commands.run(places, options)
        with (
            SampleStore.open(
                options.spool,
                storage_url=options.storage_url or None,
                database=_setting(environment, "DATABASE_URL") or None,
                domain=domain,
                upload=options.command in (*_WRITING, *cycle_commands.COMMANDS),
            ) as store,
            Places.open(options.spool, options.storage_url or None, domain=domain, key=key) as places,
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


def _spool(environment: Mapping[str, str]) -> Path:
    """Folder of the first domain's store, where no argument names one."""
    data = Path(environment.get("TAGS_DATA_DIR") or "var")
    return Path(environment.get("TAGS_SPOOL_DIR") or data / "spool")


def _at_home(options: argparse.Namespace, environment: Mapping[str, str], first: Domain) -> argparse.Namespace:
    """The options, with the domain's own folders and bucket where none are named, as a backend has them."""
    domain = domain_named(options.domain)
    if options.spool is None:
        options.spool = own_folder(_spool(environment), domain, first)
    if options.storage_url is None:
        options.storage_url = own_url(_setting(environment, "STORAGE_URL"), domain, first)
    if options.command in cycle_commands.COMMANDS and options.work is None:
        options.work = own_folder(cycle_commands.work_folder(environment), domain, first)
    return options


def _store_key(environment: Mapping[str, str], domain: Domain) -> StoreKey | None:
    """The key with which the backends of this store check champions; None if none is set.

    Raises:
        StoreError: it is too short; the message does not show it.
    """
    text = environment.get("TAGS_STORE_KEY")
    if not text:
        return None
    try:
        return domain_key(StoreKey.parse(text), domain)
    except ValueError as error:
        raise StoreError(f"TAGS_STORE_KEY {error}") from None


def _parser(environment: Mapping[str, str], first: Domain) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m datasets",
        description="Look after the confirmed crops and their labels. DATABASE_URL names the database.",
        epilog="Exit status: 0; 1 if the command failed or found a fault; 2 for wrong arguments; 130 after Ctrl-C; 141 "
        "if the program that takes the output ended.",
    )
    parser.add_argument(
        "--domain",
        choices=list(DOMAINS),
        default=first.name,
        help="what is kept there (the first of TAGS_DOMAINS; %(default)s)",
    )
    parser.add_argument(
        "--spool",
        type=Path,
        help=f"folder of the store (TAGS_SPOOL_DIR; {_spool(environment)}; of another domain it is below "
        f"{_spool(environment).parent}/domains)",
    )
    parser.add_argument(
        "--storage-url",
        metavar="URL",
        help="bucket that holds a copy, gs://bucket/prefix or s3://bucket/prefix (STORAGE_URL; of another domain it is "
        "below its domains/)",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (create, delete, describe, export, features, listing, materialize, seal, tag, upload, verify):
        module.add_parser(commands)
    for family in (counts, show):
        family.add_parsers(commands)
    champion_commands.add_parsers(commands, environment)
    cycle_commands.add_parsers(commands, environment)
    return parser


if __name__ == "__main__":
    sys.exit(run_command(main))
