"""An exported model folder: `model.json`, the files whose hashes it holds, and further files beside them.

model.json    names the model, with the SHA-256 of each file that reading needs; its own SHA-256 is the model's digest
files.json    in the store and in fetched folders: the SHA-256 of every file

A foreign model must not point out of its folder, so all names are plain file names.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any, TypeGuard

from datasets.errors import ModelDamagedError
from datasets.objects.canonical import parse_json
from datasets.objects.folder import disk_errors
from datasets.objects.names import is_digest

_LOG = logging.getLogger(__name__)
DESCRIPTION, FILES = "model.json", "files.json"
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")


def read_contents(directory: Path) -> dict[str, bytes]:
    """The files of a whole model folder by name, but for `model.json` and `files.json`.

    Raises:
        ModelDamagedError: a file is missing or damaged, or its name is not one for a store.
    """
    promised = describe(directory)[1]
    contents = {
        path.name: _read(path)
        for path in sorted(directory.iterdir())
        if path.is_file() and path.name not in (DESCRIPTION, FILES) and not path.name.startswith(".")
    }
    for file, expected in promised.items():
        if file not in contents:
            raise ModelDamagedError(f"{directory} is no whole model: {file} is missing")
        if sha256(contents[file]) != expected:
            raise ModelDamagedError(f"{directory / file} is damaged: its SHA-256 is not the one in {DESCRIPTION}")
    absent = sorted(fetched_files(directory).keys() - contents.keys())
    if absent:  # a model registered without its weights could never be trained from, nor be completed later
        raise ModelDamagedError(
            f"{directory} was fetched to serve, without {', '.join(absent)}; fetch all of it to register it"
        )
    for file in contents:
        if not _FILE_NAME.match(file):
            raise ModelDamagedError(f"{directory / file}: a file of a model has a name of a-z, 0-9, . _ - only")
    return contents


def describe(directory: Path) -> tuple[bytes, dict[str, str]]:
    """The bytes of a folder's `model.json`, and the SHA-256 of each file that it lists.

    Raises:
        ModelDamagedError: there is no `model.json`, or it does not describe a model.
    """
    path = directory / DESCRIPTION
    try:
        description = path.read_bytes()
    except OSError as error:
        raise ModelDamagedError(f"no model in {directory}: {path.name}: {error.strerror}") from None
    return description, parse_description(description, str(path))[1]


def parse_description(description: bytes, where: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The content of a `model.json`, and the SHA-256 of each file that it lists.

    Raises:
        ModelDamagedError: it does not describe a model; `where` names it in the message.
    """
    try:
        content = parse_json(description)
        promised = content["sha256"]
        needed = set(content["files"].values())
        if not (isinstance(content["name"], str) and isinstance(content["version"], str)):
            raise ValueError("a name and a version are texts")
        if not isinstance(content.get("domain", ""), str):
            raise ValueError("a domain is a text")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamagedError(f"{where} does not describe a model: {error!r}") from None
    if not is_file_map(promised) or not needed or not needed <= promised.keys():
        raise ModelDamagedError(f"{where} does not give the SHA-256 of every file of the model")
    return content, {file: expected.lower() for file, expected in promised.items()}


def is_file_map(value: object) -> TypeGuard[dict[str, str]]:
    """Whether this maps plain file names to hashes."""
    return isinstance(value, dict) and all(
        isinstance(file, str)
        and _FILE_NAME.match(file)
        and file not in (DESCRIPTION, FILES)
        and isinstance(expected, str)
        and is_digest(expected.lower())
        for file, expected in value.items()
    )


def find_lacking(folder: Path, digest: str, *, serving: bool) -> set[str] | None:
    """The files that a fetched folder lacks or holds damaged; None if its list of files is missing, too."""
    try:
        wanted = describe(folder)[1]
    except ModelDamagedError:
        return None
    if not holds_file(folder, DESCRIPTION, digest):
        return None
    if not serving:
        listed = fetched_files(folder)
        if not wanted.keys() <= listed.keys():
            return None
        wanted = listed
    return {file for file, expected in wanted.items() if not holds_file(folder, file, expected)}


def holds_file(folder: Path, file: str, expected: str) -> bool:
    """Whether a folder holds this file whole."""
    try:
        return sha256((folder / file).read_bytes()) == expected
    except OSError:
        return False


def move_into(folder: Path, part: Path) -> None:
    """Put fetched files in the place of missing and damaged ones, each in one step."""
    for path in sorted(part.iterdir()):
        there = folder / path.name
        if there.exists() and path.name != FILES:
            _LOG.warning("%s was damaged and is fetched anew", there)
        path.replace(there)


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def fetched_files(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file that a fetched folder's model has in the store; {} for any other folder."""
    try:
        listed = parse_json((folder / FILES).read_bytes())
    except (OSError, ValueError):
        return {}
    return listed if is_file_map(listed) else {}


def _read(path: Path) -> bytes:
    with disk_errors(f"cannot read {path}"):
        return path.read_bytes()
