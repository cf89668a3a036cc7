"""The names of all objects, the same in the spool and in the bucket.

    domain.json                                  what the store is of, if not of shoe tags (see store_domain.py)
    crops/<ab>/<sha256>.png                      a confirmed crop, named by the hash of its pixels and size
    events/<writer>/<sequence>-<digest>.json     one event: a label, a tombstone, a pair (see event.py)
    segments/<writer>/<first>-<last>-<digest>.jsonl.gz    up to a thousand events in one object (see segment.py)
    versions/<name>.json                         a dataset version (see version.py)
    versions/<name>/<file>                       its card, and other things made from it
    models/<sha256 of model.json>/<file>         a recognizer
    champion/<number>.json                       the model that serves from then on; the highest number counts
    shadow/<number>.json                         the model that reads in shadow from then on
    canary/<number>.json                         the model that answers a share of requests from then on
    cycles/<id>/<file>                           a request for a cycle, and its report
    leases/<name>/<number>.json                  the holder of a lease (see lease.py)
    workers/<worker>/<number>.json               a worker's heartbeats
    searches/<number>.json                       the saved searches from then on (see search/saved.py)
    downloads/<month>/<time>-<random>.json       who has downloaded what (see exports/downloads.py)

Beside these a spool has a folder `local/`, which never leaves its machine: `index.sqlite3`, `store.key`, `tmp/`
(files being written), `writers/` (names under which its processes write events), `unfinished/` (the crops that they
are at work on) and lock files.

Crops, events and segments are written to the spool first and copied to the bucket. Everything listed below them is
written where all machines see it: to the bucket if there is one, else to the spool (`Places.authority`); versions to
both.

Crops, events, segments, versions, models, champions, reports and saved searches are the truth; everything else can be
rebuilt from them.
"""

from __future__ import annotations

import re

from datasets.errors import ObjectConflictError
from datasets.objects.interface import ObjectStore

DOMAIN = "domain.json"
CROPS = "crops/"
EVENTS = "events/"
SEGMENTS = "segments/"
VERSIONS = "versions/"
MODELS = "models/"
CHAMPION = "champion/"
SHADOW = "shadow/"
CANARY = "canary/"
CYCLES = "cycles/"
LEASES = "leases/"
WORKERS = "workers/"
SEARCHES = "searches/"
DOWNLOADS = "downloads/"
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_VERSION = re.compile(r"versions/(?P<name>[a-z0-9][a-z0-9._-]{0,63})\.json\Z")
_MODEL = re.compile(r"models/(?P<digest>[0-9a-f]{64})/model\.json\Z")
_NUMBERED = re.compile(r"[0-9]{8}\.json\Z")
_CROP = re.compile(r"crops/(?P<shard>[0-9a-f]{2})/(?P<digest>(?P=shard)[0-9a-f]{62})\.png\Z")


def is_digest(text: str) -> bool:
    """Whether a text is a digest of a crop or of a model."""
    return _DIGEST.match(text) is not None


def crop_name(digest: str) -> str:
    """Object name of the crop with this digest."""
    return f"{CROPS}{digest[:2]}/{digest}.png"


def crop_digest(name: str) -> str | None:
    """Digest in the object name of a crop; None if it is not a crop's name."""
    match = _CROP.match(name)
    return match["digest"] if match else None


def version_file_name(name: str, file: str | None = None) -> str:
    """Object name of a dataset version, or of a file beside it."""
    return f"{VERSIONS}{name}.json" if file is None else f"{VERSIONS}{name}/{file}"


def version_name(name: str) -> str | None:
    """Name of the version in its object name; None if it is not a version's."""
    match = _VERSION.match(name)
    return match["name"] if match else None


def model_file_name(digest: str, file: str) -> str:
    """Object name of a file of a model."""
    return f"{MODELS}{digest}/{file}"


def model_name(name: str) -> str | None:
    """Digest of the model in the object name of its `model.json`; None if it is not one."""
    match = _MODEL.match(name)
    return match["digest"] if match else None


def models_url(objects: ObjectStore) -> str:
    """URL of the folder of models, for programs that read the bucket themselves; ends in a slash."""
    return f"{objects.url.rstrip('/')}/{MODELS}"


def numbered_name(folder: str, number: int) -> str:
    """Object name of an entry of a chain (see chain.py)."""
    return f"{folder}{number:08d}.json"


def numbers(objects: ObjectStore, folder: str, start: int = 0) -> list[int]:
    """Numbers of the entries of a chain in this folder (ends in a slash), from `start` on, in order."""
    names = objects.names(folder, numbered_name(folder, start) if start else "")
    return [int(name[len(folder) :][:8]) for name in names if _NUMBERED.match(name[len(folder) :])]


def put_instead(objects: ObjectStore, name: str, data: bytes) -> None:
    """Put an object, replacing one of the same name with other bytes."""
    try:
        objects.put(name, data)
    except ObjectConflictError:
        objects.delete(name)
        objects.put(name, data)
