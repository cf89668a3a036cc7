"""Seals: entries of the champions and of the shadow, signed with the store's key.

Who can write to the bucket can put an entry there, but cannot sign it. A backend or worker with the key takes sealed
entries only; without a key, entries carry no seal, and none is looked for.

A model's digest covers the files that reading needs, because `model.json` lists their hashes. The weights that a cycle
trains from are not among them, so the seal names the hash of the list of all files as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from datasets.errors import ChampionUnsignedError
from datasets.models.model_folder import DESCRIPTION, fetched_files
from datasets.objects.canonical import canonical_json
from datasets.objects.chain import ChainEntry
from datasets.objects.names import is_digest
from datasets.objects.record import Record
from datasets.objects.store_key import StoreKey


def _checked_digest(text: str) -> str:
    if not is_digest(text):
        raise ValueError("not a digest")
    return text


Digest = Annotated[str, AfterValidator(_checked_digest)]


class Seal(Record):
    """The signature of an entry."""

    files: Digest | None  # hash of the list of all files of the entry's model; None without a model
    signature: str


class SealedEntry(ChainEntry):
    """An entry of a chain that names a model."""

    seal: Seal | None = None  # None in entries that were written without a key

    def to_bytes(self) -> bytes:
        """Serialise; without a seal as releases before it did."""
        return canonical_json(self.model_dump(mode="json", exclude=None if self.seal else {"seal"})) + b"\n"


Entry = TypeVar("Entry", bound=SealedEntry)


def sealed(entry: Entry, key: StoreKey | None, purpose: str, files: Mapping[str, str] | None) -> Entry:
    """The entry with its seal; as it is without a key.

    Args:
        entry: an entry without a seal.
        key: the store's key.
        purpose: name of the chain's folder: an entry of the shadow is none of the champions.
        files: SHA-256 of every file of its model, by name; None without a model.
    """
    if key is None:
        return entry
    listed = None if files is None else files_digest(files)
    signature = key.sign(purpose, _signed(entry, listed))
    return entry.model_copy(update={"seal": Seal(files=listed, signature=signature)})


def is_sealed(entry: SealedEntry, key: StoreKey, purpose: str) -> bool:
    """Whether the entry is as it was when the key signed it."""
    seal = entry.seal
    return seal is not None and key.matches(purpose, _signed(entry, seal.files), seal.signature)


def check_seal(entry: SealedEntry, key: StoreKey | None, purpose: str) -> None:
    """Refuse an entry without a genuine seal, if there is a key.

    Raises:
        ChampionUnsignedError: the entry has none.
    """
    if key is not None and not is_sealed(entry, key, purpose):
        raise ChampionUnsignedError(
            f"entry {entry.number} of {purpose} is not signed with the store's key; "
            "`.venv/bin/python -m datasets champion promote DIGEST` signs a model that you trust"
        )


def check_files(entry: SealedEntry, folder: Path) -> None:
    """Refuse a fetched model whose files are not those that a sealed entry names.

    Raises:
        ChampionUnsignedError: they are others.
    """
    description = hashlib.sha256((folder / DESCRIPTION).read_bytes()).hexdigest()
    if entry.seal is not None and entry.seal.files != files_digest(fetched_files(folder) | {DESCRIPTION: description}):
        raise ChampionUnsignedError(f"the files of the model in entry {entry.number} are not those that were signed")


def files_digest(files: Mapping[str, str]) -> str:
    """The hash of a model's list of files.

    Args:
        files: SHA-256 of every file by name, `model.json` among them.
    """
    return hashlib.sha256(canonical_json(dict(files))).hexdigest()


def _signed(entry: SealedEntry, files: str | None) -> dict[str, object]:
    # Fields at their default are left out, so that releases with and without a later field sign the same.
    content = entry.model_dump(mode="json", exclude={"seal"}, exclude_defaults=True)
    return {"entry": content, "files": files}
