"""The models in the store.

    models/<digest>/<file>      an exported model folder; the digest is the SHA-256 of its `model.json`
    models/<digest>/files.json  the SHA-256 of every file of it

Objects are never overwritten, except damaged ones.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from datasets.errors import (
    ChampionError,
    ForeignModelError,
    ModelDamagedError,
    ObjectConflictError,
    ObjectDamagedError,
    ObjectMissingError,
    UnknownModelError,
)
from datasets.models.model_folder import (
    DESCRIPTION,
    FILES,
    describe,
    find_lacking,
    holds_file,
    is_file_map,
    move_into,
    parse_description,
    read_contents,
    sha256,
)
from datasets.objects.canonical import canonical_json, parse_json
from datasets.objects.folder import disk_errors, locked
from datasets.objects.interface import ObjectStore
from datasets.objects.names import MODELS, is_digest, model_file_name, model_name, put_instead
from datasets.objects.store_domain import domain_of
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS

_LEAST_OF_DIGEST = 4  # characters that name a model


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model in the store."""

    digest: str  # sha256 of its model.json
    name: str
    version: str
    files: Mapping[str, str]  # file name -> sha256, model.json among them
    serving: frozenset[str]  # names of the files that reading needs: model.json and those that it lists; not weights.pt
    card: Mapping[str, Any] = field(default_factory=dict, compare=False)  # the training's card in model.json


class ModelRegistry:
    """The models in one place of objects. Safe to use from several threads.

    Args:
        objects: `Places.authority`: the bucket if there is one, else the spool's folder.
    """

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    @cached_property
    def domain(self) -> Domain:
        """What its models read.

        Raises:
            DomainError: the place does not say it in a way that can be read.
            BucketUnavailableError: the bucket does not answer.
        """
        return domain_of(self._objects)

    def register(self, directory: Path) -> str:
        """Put an exported model folder into the store, `weights.pt` and other files beside it too.

        May be repeated, by several processes at once, and after having been cut off: `model.json` is written last, and
        without it there is no model. Files that `model.json` does not list stay as first registered.

        Returns:
            Its digest.

        Raises:
            ForeignModelError: it reads another domain; nothing was stored.
            ModelDamagedError: this is no whole model folder.
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        description, promised = describe(directory)
        self._check_domain(parse_description(description, str(directory))[0], str(directory))
        contents = read_contents(directory)
        digest = sha256(description)
        listed = {file: self._put_file(digest, file, data, promised) for file, data in contents.items()}
        try:
            self._objects.put(model_file_name(digest, FILES), canonical_json(listed))
        except ObjectConflictError:
            self._heal_list(digest, promised, listed)
        self._put_file(digest, DESCRIPTION, description, {DESCRIPTION: digest})
        return digest

    def model(self, digest: str) -> ModelRecord:
        """The store's record of a model; its larger files are not read.

        Raises:
            UnknownModelError: the store has no such model, or only a part of it.
            ForeignModelError: it reads another domain.
            ModelDamagedError: the record is damaged.
        """
        if not is_digest(digest):
            raise UnknownModelError(f"not a model's digest: {digest!r}")
        try:
            description = self._objects.get(model_file_name(digest, DESCRIPTION))
        except ObjectMissingError:
            raise UnknownModelError(f"there is no model {digest[:12]} in {self._objects.url}") from None
        except ObjectDamagedError as error:
            raise ModelDamagedError(str(error)) from None
        where = f"model {digest[:12]} in {self._objects.url}"
        if sha256(description) != digest:
            raise ModelDamagedError(f"{where} is damaged: its {DESCRIPTION} is not the one that it is named after")
        content, promised = parse_description(description, where)
        self._check_domain(content, where)
        try:
            listed = parse_json(self._objects.get(model_file_name(digest, FILES)))
        except ObjectMissingError:
            raise ModelDamagedError(f"{where} is not whole: {FILES} is missing") from None
        except ValueError as error:
            raise ModelDamagedError(f"{where} is damaged: {FILES}: {error}") from None
        if not is_file_map(listed) or any(listed.get(file) != expected for file, expected in promised.items()):
            raise ModelDamagedError(f"{where} is damaged: {FILES} does not fit {DESCRIPTION}")
        card = content.get("card")
        return ModelRecord(
            digest=digest,
            name=str(content["name"]),
            version=str(content["version"]),
            files=listed | {DESCRIPTION: digest},
            serving=frozenset({DESCRIPTION, *promised}),
            card=card if isinstance(card, dict) else {},
        )

    def digests(self) -> tuple[str, ...]:
        """Digests of all models in the store, in their order."""
        return tuple(digest for name in self._objects.names(MODELS) if (digest := model_name(name)) is not None)

    def find(self, start: str) -> str:
        """The model's digest that begins with these characters.

        Raises:
            UnknownModelError: none does, or more than one.
        """
        is_enough = len(start) >= _LEAST_OF_DIGEST
        found = [digest for digest in self.digests() if digest.startswith(start)] if is_enough else []
        if len(found) != 1:
            needed = f"(at least {_LEAST_OF_DIGEST} characters of)"
            why = f"{len(found)} models begin with" if found else f"no model begins with {needed}"
            raise UnknownModelError(f"{why} {start!r} in {self._objects.url}")
        return found[0]

    def named(self, name: str) -> ModelRecord:
        """The model of a name: `NAME`, `NAME VERSION`, or the beginning of its digest. Damaged models have no name.

        Raises:
            UnknownModelError: there is none, or there are several.
            BucketUnavailableError: the bucket does not answer.
        """
        wanted, found = " ".join(name.split()), list[ModelRecord]()
        for digest in self.digests():
            try:
                model = self.model(digest)
            except ChampionError:
                continue
            is_begun = len(wanted) >= _LEAST_OF_DIGEST and digest.startswith(wanted)
            if is_begun or wanted in (model.name, f"{model.name} {model.version}"):
                found.append(model)
        if len(found) != 1:
            told = ", ".join(f"{model.name} {model.version} ({model.digest[:8]})" for model in found)
            why = f"several models have the name {wanted!r}: {told}" if found else f"no model has the name {wanted!r}"
            raise UnknownModelError(why)
        return found[0]

    def fetch(self, digest: str, cache: Path, *, serving: bool = False) -> Path:
        """Bring a model to a folder of this machine, checked; all wanted files or none.

        A model that was fetched before is checked again and used without asking the store. Missing and damaged files
        are fetched into the same folder one by one, so a reader of the folder is not disturbed. Several threads and
        processes may share the cache: one fetches, the others wait for it.

        Args:
            digest: digest of a registered model.
            cache: folder of this machine; made if missing.
            serving: only the files that reading needs. `weights.pt` and the training's records stay in the store until
                the whole model is fetched.

        Returns:
            `cache/<digest>`, an exported model folder.

        Raises:
            UnknownModelError: the store has no such model.
            ModelDamagedError: the store's bytes do not match the model's hashes; nothing was left here.
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        if not is_digest(digest):
            raise UnknownModelError(f"not a model's digest: {digest!r}")
        folder = cache / digest
        with disk_errors(f"cannot fetch model {digest[:12]} to {cache}"):
            cache.mkdir(parents=True, exist_ok=True)
            with locked(cache / f".{digest}.lock"):
                if find_lacking(folder, digest, serving=serving) == set():
                    return folder
                for left in cache.glob(f".{digest}.*.part"):  # left by a process that was killed
                    shutil.rmtree(left)
                part = cache / f".{digest}.{uuid.uuid4().hex[:8]}.part"
                try:
                    model = self.model(digest)
                    wanted = model.serving if serving else model.files.keys()
                    lacking = [file for file in wanted if not holds_file(folder, file, model.files[file])]
                    self._download(model, lacking, part)
                    if folder.is_dir():
                        move_into(folder, part)
                    else:
                        part.rename(folder)
                finally:
                    shutil.rmtree(part, ignore_errors=True)
        return folder

    def problems(self) -> Iterator[tuple[str, str]]:
        """Hash all models again. Yields (object name, fault); changes nothing.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        for digest in self.digests():
            try:
                model = self.model(digest)
            except ChampionError as error:
                yield model_file_name(digest, DESCRIPTION), str(error)
                continue
            for file in model.files:
                try:
                    self._get_file(model, file)
                except ModelDamagedError as error:
                    yield model_file_name(digest, file), str(error)

    def _check_domain(self, description: Mapping[str, Any], where: str) -> None:
        """Raise ForeignModelError if a model does not read what the store is of."""
        read = description.get("domain", TAGS.name)
        if read != self.domain.name:
            raise ForeignModelError(f"{where} reads {read}, and {self._objects.url} is a store of {self.domain.name}")

    def _put_file(self, digest: str, file: str, data: bytes, promised: Mapping[str, str]) -> str:
        """Put a file of a model. Returns the SHA-256 of the bytes that are there now."""
        name = model_file_name(digest, file)
        try:
            self._objects.put(name, data)
        except ObjectConflictError:
            if file not in promised:
                return sha256(self._objects.get(name))  # as first registered
            # The name fixes the bytes, so the stored ones are damaged.
            put_instead(self._objects, name, data)
        return sha256(data)

    def _heal_list(self, digest: str, promised: Mapping[str, str], listed: Mapping[str, str]) -> None:
        """Leave another registration's list of files alone unless it is damaged."""
        name = model_file_name(digest, FILES)
        try:
            there = parse_json(self._objects.get(name))
        except ValueError:
            there = None
        if not is_file_map(there) or any(there.get(file) != expected for file, expected in promised.items()):
            put_instead(self._objects, name, canonical_json(listed))

    def _get_file(self, model: ModelRecord, file: str) -> bytes:
        where = f"model {model.digest[:12]} in {self._objects.url}"
        try:
            data = self._objects.get(model_file_name(model.digest, file))
        except ObjectMissingError:
            raise ModelDamagedError(f"{where} is not whole: {file} is missing") from None
        except ObjectDamagedError as error:
            raise ModelDamagedError(f"{where} is damaged: {error}") from None
        if sha256(data) != model.files[file]:
            raise ModelDamagedError(f"{where} is damaged: {file} is not the file that was registered")
        return data

    def _download(self, model: ModelRecord, files: Iterable[str], part: Path) -> None:
        part.mkdir()
        for file in files:
            (part / file).write_bytes(self._get_file(model, file))
        (part / FILES).write_bytes(canonical_json({f: h for f, h in model.files.items() if f != DESCRIPTION}))
