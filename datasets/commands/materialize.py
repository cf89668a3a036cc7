"""`materialize` writes a version to a folder to train on and to evaluate on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data_gen.processes import WorkerProcessError
from data_gen.workplace import add_options, open_workplace
from datasets.commands.removed import buried_now, print_gone
from datasets.errors import StoreError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.materialize import materialize


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    write = commands.add_parser("materialize", help="write a version to a folder to train on and to evaluate on")
    write.add_argument("name")
    write.add_argument("--out", type=Path, required=True, help="new folder, or the folder of a stopped run")
    add_options(write, "draw synthetic crops")
    write.add_argument(
        "--allow-other-digest",
        action="store_true",
        help="go on although a recipe draws other crops here than the version says",
    )
    write.set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Write the folder and print what it holds."""
    version = VersionCatalogue(places).read(options.name)
    try:
        with open_workplace(options) as workplace:
            done = materialize(
                store,
                version,
                options.out,
                buried=buried_now(store, places),
                workplace=workplace,
                allow_other_digest=options.allow_other_digest,
            )
    except WorkerProcessError as error:
        raise StoreError(str(error)) from error
    print(", ".join(f"{count} {side}" for side, count in done.crops.items()) + f": {done.folder}")
    if done.repeated:
        print(f"{done.repeated} drawn crops left out: their code is on the other side")
    for recipe in done.differing:
        print(f"warning: {recipe} drew other crops here than {version.name} says", file=sys.stderr)
    print_gone(version, done.gone)
    return 0
