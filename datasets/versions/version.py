"""Dataset versions: their contents, written so that the same content has the same hash on every machine.

`versions/<name>.json` holds `manifest` (everything that counts), `hash` (the sha256 of the manifest in canonical
JSON: keys sorted, no spaces, UTF-8) and `created` (creator, time, author). The hash covers neither these nor the name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import AliasChoices, AliasPath, Field, ValidationError

from datasets.errors import ObjectConflictError, StoreError
from datasets.objects.canonical import canonical_json, parse_json
from datasets.objects.record import Record, UtcTime, one_line
from datasets.samples.damage import Damage
from datasets.samples.review import SuspicionRules
from datasets.samples.sample import LabelStatus
from datasets.versions.similarity import NEAR
from datasets.versions.split import Side
from ocr_model.domains.tags import TAGS

SCHEMA = 1
SIDES = ("training", "evaluation", "unreadable")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


class VersionError(StoreError):
    """A dataset version is damaged, impossible, or has an unknown form."""


class VersionExistsError(VersionError, ObjectConflictError):
    """There is a version of this name already."""


class UnknownVersionError(VersionError, LookupError):
    """There is no version of this name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by which labels become a version. Part of its hash, so a stored 1 stays 1 and 1.0 stays 1.0."""

    evaluation_share: float | int = 0.2  # share of the groups of codes and pictures to hold back
    near: int = NEAR  # bits of the picture hash in which crops of one group differ at most
    include_suspicious: bool = False  # whether labels that wait for a second look are taken
    suspicion: SuspicionRules = field(default_factory=SuspicionRules)


@dataclass(frozen=True, slots=True)
class Parent:
    """The version that another version builds on: crops keep the sides that it gave them."""

    name: str
    hash: str


@dataclass(frozen=True, slots=True)
class SyntheticPart:
    """Crops that a recipe draws, the same ones wherever the digest is the same."""

    recipe: str  # name of a shipped recipe, or path of a .toml file
    count: int  # crops
    seed: int
    side: Side
    digest: str  # of the recipe with its fonts, libraries and code
    ingredients: Mapping[str, str]  # hash or version of each ingredient of the digest, to name differences


@dataclass(frozen=True, slots=True)
class Entry:
    """A crop and its label."""

    digest: str  # names the crop
    event: str  # object name of the label event
    status: LabelStatus
    text: str  # the whole line, without spaces
    side: Literal["training", "evaluation", "unreadable"]  # unreadable ones are kept apart
    code: str  # key that no other side has, from `Domain.group`
    picture: str  # from `similarity.picture_hash`
    light: int  # mean brightness, 0..255
    turn: int  # quarter turns clockwise that the shopper applied
    source: str  # the label's origin


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A crop that the filters chose, and that waits for a second look."""

    digest: str
    reason: str  # a `review.Reason`
    detail: str  # in words
    labels: tuple[tuple[str, str], ...]  # (object name of the event, text or "(unreadable)")


class Manifest(Record):
    """The contents of a version that its hash covers."""

    parent: Parent | None
    filters: tuple[str, ...]  # in canonical spelling, sorted; a label is taken if any of them takes it
    watermark: Mapping[str, int]  # the label events up to which it was drawn up, {writer: sequence}
    rules: Rules
    synthetic: tuple[SyntheticPart, ...]
    entries: tuple[Entry, ...]  # by digest
    left_out: tuple[LeftOut, ...]  # by digest
    damaged: tuple[Damage, ...] = ()  # crops and events that it was made without, by object name
    domain: str = TAGS.name  # of the store that it was drawn up from

    def stored(self) -> dict[str, Any]:
        """The plain values that are hashed and stored."""
        content = self.model_dump(mode="json") | {"schema": SCHEMA}
        if not self.damaged:  # earlier releases, which knew no damage, wrote and hashed no such field
            del content["damaged"]
        if self.domain == TAGS.name:  # nor did they know of other domains
            del content["domain"]
        return content

    @property
    def hash(self) -> str:
        """sha256 of the canonical JSON, hexadecimal."""
        return hashlib.sha256(canonical_json(self.stored())).hexdigest()

    def on(self, side: str) -> tuple[Entry, ...]:
        """The entries of one side."""
        return tuple(entry for entry in self.entries if entry.side == side)


class Version(Record):
    """A manifest under its name."""

    name: str
    manifest: Manifest
    # By the clock of the machine that created it; for people.
    created_at: UtcTime = Field(validation_alias=AliasChoices("created_at", AliasPath("created", "at")))
    # Tells two creators apart: each attempt draws its own, but for a request that is sent again.
    creator: str = Field(validation_alias=AliasChoices("creator", AliasPath("created", "creator")))
    # Who asked for it, for people; "" in versions of releases that did not note it.
    author: str = Field(default="", validation_alias=AliasChoices("author", AliasPath("created", "author")))

    def to_bytes(self) -> bytes:
        """Serialise the version to canonical JSON, without its name."""
        created = {"at": self.created_at.isoformat(), "creator": self.creator}
        if self.author:
            created["author"] = self.author
        content = {"created": created, "hash": self.manifest.hash, "manifest": self.manifest.stored()}
        return canonical_json(content) + b"\n"

    @classmethod
    def named(cls, name: str, data: bytes) -> Version:
        """Read the version of this name and check its hash.

        Raises:
            VersionError: it is damaged, or a newer program wrote it.
        """
        try:
            stored = parse_json(data)
            schema = stored["manifest"]["schema"]
            if schema != SCHEMA:
                raise VersionError(f"version {name} has schema {schema}, but this program knows {SCHEMA} only")
            version = cls.model_validate({**stored, "name": name})
            if version.manifest.hash != stored["hash"]:
                raise VersionError(f"version {name} is damaged: its content does not match its hash")
        except ValidationError as error:
            raise VersionError(f"version {name} is damaged: {one_line(error)}") from None
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise VersionError(f"version {name} is damaged: {error!r}") from error
        return version


def checked_version_name(name: str) -> str:
    """Return the name if a version may have it.

    Raises:
        VersionError: no version may have it.
    """
    if not _NAME.match(name) or name.endswith(".json"):
        raise VersionError(f"a version is named like v2.0 (a-z, 0-9, point, dash, underscore), not {name!r}")
    return name
