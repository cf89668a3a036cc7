"""A process that seals a backend's events all the time, a few in a segment: `python -m ...sealer SPOOL`.

It says a line for each segment, so that it is killed after some of them.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from datasets.errors import StoreError
from datasets.samples.store import SampleStore
from datasets.samples.uploader import UploadPolicy

EVENTS = 3  # of a segment
_PAUSE = 0.02  # seconds between two looks
_HASTY = UploadPolicy(timeout=1.0, deadline=0.2, first_delay=0.02, longest_delay=0.1, pull_interval=0.2)


def main() -> None:
    """Seal until killed."""
    url, database = os.environ.get("STORAGE_URL"), os.environ.get("DATABASE_URL")
    while True:
        try:
            with SampleStore.open(Path(sys.argv[1]), storage_url=url, database=database, policy=_HASTY) as store:
                while True:
                    for sealed in store.sealer.seal(EVENTS):
                        print(sealed, flush=True)
                    store.bucket.look_around()
                    time.sleep(_PAUSE)
        except StoreError:  # such as an index that a backend is at work on
            time.sleep(_PAUSE)


if __name__ == "__main__":
    main()
