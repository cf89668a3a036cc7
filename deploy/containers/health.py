"""Tells a container's engine whether its program is well: `python -m deploy.containers.health URL | worker`.

Exit status 0 if the URL answers 200, or if a worker of this host has signed its heartbeat within the last minute, in
the store of any domain of TAGS_DOMAINS; else 1, and a line that says why.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SECONDS = 4.0


def main(arguments: Sequence[str]) -> int:
    """Look once; return the exit status."""
    if len(arguments) != 1:
        print("health: one URL, or the word worker", file=sys.stderr)
        return 2
    problem = _worker_problem() if arguments[0] == "worker" else _url_problem(arguments[0])
    if problem:
        print(f"health: {problem}", file=sys.stderr)
    return 1 if problem else 0


def _url_problem(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_SECONDS) as answer:
            return "" if answer.status == 200 else f"{url} answers {answer.status}"
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"{url}: {error}"


def _worker_problem() -> str:
    from datasets.cycles.heartbeat import FRESH, last_beats
    from datasets.errors import StoreError
    from datasets.samples.places import Places, own_folder, own_url
    from datasets.samples.uploader import UploadPolicy
    from ocr_model.domains.registry import served_domains
    from ocr_model.errors import UnknownDomainError

    spool = Path(os.environ.get("TAGS_SPOOL_DIR") or Path(os.environ.get("TAGS_DATA_DIR") or "var") / "spool")
    host = re.sub(r"[^a-z0-9-]+", "-", socket.gethostname().lower()).strip("-") or "worker"
    policy, url = UploadPolicy(timeout=_SECONDS, deadline=_SECONDS), os.environ.get("STORAGE_URL") or ""
    try:
        domains = served_domains(os.environ.get("TAGS_DOMAINS") or "")
    except UnknownDomainError as error:
        return f"TAGS_DOMAINS: {error}"
    problem = f"no heartbeat of {host} in the last {FRESH:.0f} s"
    for domain in domains:
        folder, bucket = own_folder(spool, domain, domains[0]), own_url(url, domain, domains[0]) or None
        try:
            with Places.open(folder, bucket, domain=domain, policy=policy) as places:
                beats = [beat for beat in last_beats(places.authority) if beat.worker.startswith(host)]
        except StoreError as error:
            problem = str(error)
            continue
        oldest = datetime.now(UTC) - timedelta(seconds=FRESH)
        if any(beat.at >= oldest for beat in beats):
            return ""
    return problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
