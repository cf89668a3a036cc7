"""`verify` hashes everything that the store holds again."""

from __future__ import annotations

import argparse

from datasets.commands.champion import verify_champions
from datasets.errors import BucketUnavailableError, StoreError
from datasets.samples.places import Places
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command to argparse."""
    commands.add_parser("verify", help="hash everything again and name what is wrong").set_defaults(run=run)


def run(store: SampleStore, places: Places, options: argparse.Namespace) -> int:
    """Print every fault. The exit status is 1 if there is one."""
    problems = 0
    for problem in store.upkeep.verify():
        print(problem)
        problems += 1
    problems += _verify_versions(places)
    problems += verify_champions(places)
    found = "1 problem" if problems == 1 else f"{problems} problems"
    print(found if problems else "no faults found")
    return 1 if problems else 0


def _verify_versions(places: Places) -> int:
    """Check every version's hash, and print each fault. Returns the number of faults."""
    catalogue, wrong = VersionCatalogue(places), 0
    for name in catalogue.names():
        try:
            catalogue.read(name)
        except BucketUnavailableError:
            raise
        except StoreError as error:
            print(f"{places.authority.url}: {error}")
            wrong += 1
    return wrong
