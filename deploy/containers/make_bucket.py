"""Makes the bucket of STORAGE_URL in an emulator, and tells whether it honours preconditions.

    STORAGE_EMULATOR_HOST=http://bucket:4443 STORAGE_URL=gs://tags/labels python -m deploy.containers.make_bucket

The store creates each object once and moves its pointers by compare-and-set. An emulator that ignores
`ifGenerationMatch` would lose labels silently, so the start of the whole stops here. Never run it against Google's own
service: it makes no bucket there.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from google.api_core.exceptions import Conflict, GoogleAPIError, PreconditionFailed
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

_PROBE = "emulator-probe"
_WAITING_SECONDS = 60.0
_PAUSE = 0.5


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Make the bucket, unless it is there, and try its preconditions; return the exit status."""
    emulator, parts = environment.get("STORAGE_EMULATOR_HOST"), urlsplit(environment.get("STORAGE_URL") or "")
    if arguments or not emulator or parts.scheme != "gs" or not parts.netloc:
        print("make_bucket: set STORAGE_EMULATOR_HOST=http://... and STORAGE_URL=gs://bucket/prefix", file=sys.stderr)
        return 2
    client = storage.Client(project="emulator", credentials=_anonymous(), client_options={"api_endpoint": emulator})
    deadline = time.monotonic() + _WAITING_SECONDS
    while True:
        try:
            _make(client, parts.netloc)
            problem = _broken_precondition(client.bucket(parts.netloc))
        except (GoogleAPIError, requests.RequestException) as error:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            problem = f"{emulator} does not answer: {error}"
        if problem:
            print(f"make_bucket: {problem}", file=sys.stderr)
        return 1 if problem else 0


def _anonymous() -> AnonymousCredentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]


def _make(client: Any, name: str) -> None:
    if client.lookup_bucket(name, timeout=5, retry=None) is not None:
        return
    try:
        client.create_bucket(name, timeout=5, retry=None)
    except Conflict:  # another one was quicker
        return


def _broken_precondition(bucket: Any) -> str:
    """What an emulator does that the store cannot live with; empty if nothing."""
    probe = bucket.blob(_PROBE)
    probe.upload_from_string(b"first", timeout=5, retry=None)
    probe.reload(timeout=5)
    generation = probe.generation
    for wrong, meaning in ((0, "creates an object that exists"), (generation + 1, "replaces another generation")):
        try:
            bucket.blob(_PROBE).upload_from_string(b"second", if_generation_match=wrong, timeout=5, retry=None)
        except PreconditionFailed:
            continue
        return f"the emulator {meaning} in spite of a precondition, so that labels would be lost"
    bucket.blob(_PROBE).upload_from_string(b"third", if_generation_match=generation, timeout=5, retry=None)
    bucket.blob(_PROBE).delete(timeout=5)
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
