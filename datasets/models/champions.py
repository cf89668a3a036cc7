"""Which model serves: the models in the store, the history of champions, and the challenger in shadow.

    models/<digest>/<file>      an exported model folder; the digest is the sha256 of its `model.json`
    models/<digest>/files.json  the sha256 of every file of it
    champion/<number>.json      who serves from then on; the highest number is the champion
    shadow/<number>.json        who reads in shadow from then on, or nobody

Nothing here is ever overwritten. A promotion *creates* the number after the one that its author has seen, and of
several who create one name exactly one succeeds, in a folder as in a bucket: that is the compare-and-swap. A
rollback is a further entry, so the history tells everything that ever served.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, TypeVar, get_args

from datasets.errors import (
    ChampionError,
    ChampionMovedError,
    ModelDamagedError,
    ObjectConflictError,
    ObjectMissingError,
    UnknownModelError,
)
from datasets.objects.canonical import canonical_json
from datasets.objects.clock import Clock
from datasets.objects.folder import disk_errors, locked
from datasets.objects.interface import ObjectStore
from datasets.objects.names import (
    CHAMPION,
    MODELS,
    SHADOW,
    is_digest,
    model_file_name,
    model_name,
    numbered_name,
    numbers,
    put_instead,
)

_LOG = logging.getLogger(__name__)
DESCRIPTION = "model.json"
_FILES = "files.json"
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_SHADOW_TRIES = 100  # of writers who all want to be the last

Kind = Literal["promotion", "rollback", "rejection-revert"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model in the store."""

    digest: str  # sha256 of its model.json
    name: str
    version: str
    files: Mapping[str, str]  # file name -> sha256, model.json among them
    serving: frozenset[str]  # of these, the ones that read: model.json and what it vouches for; not weights.pt
    card: Mapping[str, Any] = field(default_factory=dict, compare=False)  # what model.json says of its training


@dataclass(frozen=True, slots=True)
class ChampionRecord:
    """One entry of the champions' history."""

    number: int  # from 1, without holes
    model: str  # digest
    name: str  # of the model
    version: str  # of the model
    at: datetime  # by the clock of the machine that wrote it; for people, never for the order
    by: str  # who: a person, or a cycle
    reason: str
    dataset_version: str | None  # that the model was trained on
    previous: str | None  # digest of the champion before
    kind: Kind
    attempt: str  # tells two authors apart, and lets one who was cut off find what it wrote
    restores: int | None = None  # number of the entry that a rollback brings back


@dataclass(frozen=True, slots=True)
class ShadowRecord:
    """Who reads in shadow: what it reads is compared and never shown."""

    number: int
    model: str | None  # digest; None is nobody
    name: str | None
    version: str | None
    at: datetime
    by: str
    reason: str


class Champions:
    """Models and champions in one place of objects. Safe to use from several threads.

    Args:
        objects: `Places.authority`: the bucket if there is one, else the spool's folder.
        clock: seconds since 1970, for the times that people read.
    """

    def __init__(self, objects: ObjectStore, *, clock: Clock = time.time) -> None:
        self._objects = objects
        self._clock = clock
        self._guard = threading.Lock()
        self._known: dict[int, ChampionRecord] = {}  # entries never change, so each is read once

    # --- Models ---

    def register(self, directory: Path) -> str:
        """Put an exported model folder into the store, `weights.pt` and other files beside it too.

        May be repeated, by several at once, and after having been cut off: `model.json` is written last, and a
        model without one is not there. Files that `model.json` does not vouch for stay as first registered.

        Returns:
            Its digest.

        Raises:
            ModelDamagedError: this is no whole model folder.
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        description, promised = _described(directory)
        digest = _sha256(description)
        contents = {
            path.name: _read(path)
            for path in sorted(directory.iterdir())
            if path.is_file() and path.name not in (DESCRIPTION, _FILES) and not path.name.startswith(".")
        }
        for file, expected in promised.items():
            if file not in contents:
                raise ModelDamagedError(f"{directory} is no whole model: {file} is missing")
            if _sha256(contents[file]) != expected:
                raise ModelDamagedError(f"{directory / file} is damaged: its SHA-256 is not the one in {DESCRIPTION}")
        absent = sorted(_fetched_files(directory).keys() - contents.keys())
        if absent:  # registered so, nobody could train from it, and later registrations would not heal that
            raise ModelDamagedError(
                f"{directory} was fetched to serve, without {', '.join(absent)}; fetch all of it to register it"
            )
        for file in contents:
            if not _FILE_NAME.match(file):
                raise ModelDamagedError(f"{directory / file}: a file of a model has a name of a-z, 0-9, . _ - only")
        listed = {file: self._put_file(digest, file, data, promised) for file, data in contents.items()}
        try:
            self._objects.put(model_file_name(digest, _FILES), canonical_json(listed))
        except ObjectConflictError:
            self._heal_list(digest, promised, listed)
        self._put_file(digest, DESCRIPTION, description, {DESCRIPTION: digest})
        return digest

    def model(self, digest: str) -> ModelRecord:
        """What the store says of a model; its larger files are not read.

        Raises:
            UnknownModelError: it has no such model, or only part of one.
            ModelDamagedError: what it says is damaged.
        """
        if not is_digest(digest):
            raise UnknownModelError(f"not a model's digest: {digest!r}")
        try:
            description = self._objects.get(model_file_name(digest, DESCRIPTION))
        except ObjectMissingError:
            raise UnknownModelError(f"there is no model {digest[:12]} in {self._objects.url}") from None
        where = f"model {digest[:12]} in {self._objects.url}"
        if _sha256(description) != digest:
            raise ModelDamagedError(f"{where} is damaged: its {DESCRIPTION} is not the one that it is named after")
        content, promised = _parsed(description, where)
        try:
            listed = json.loads(self._objects.get(model_file_name(digest, _FILES)))
        except ObjectMissingError:
            raise ModelDamagedError(f"{where} is not whole: {_FILES} is missing") from None
        except ValueError as error:
            raise ModelDamagedError(f"{where} is damaged: {_FILES}: {error}") from None
        if not _is_file_map(listed) or any(listed.get(file) != expected for file, expected in promised.items()):
            raise ModelDamagedError(f"{where} is damaged: {_FILES} does not fit {DESCRIPTION}")
        card = content.get("card")
        return ModelRecord(
            digest=digest,
            name=str(content["name"]),
            version=str(content["version"]),
            files=listed | {DESCRIPTION: digest},
            serving=frozenset({DESCRIPTION, *promised}),
            card=card if isinstance(card, dict) else {},
        )

    def models(self) -> tuple[str, ...]:
        """Digests of all models in the store, in their order."""
        return tuple(digest for name in self._objects.names(MODELS) if (digest := model_name(name)) is not None)

    def find(self, start: str) -> str:
        """The digest that begins like this.

        Raises:
            UnknownModelError: none does, or more than one.
        """
        found = [digest for digest in self.models() if digest.startswith(start)] if len(start) >= 4 else []
        if len(found) != 1:
            why = f"{len(found)} models begin with" if found else "no model begins with (at least 4 characters of)"
            raise UnknownModelError(f"{why} {start!r} in {self._objects.url}")
        return found[0]

    def fetch(self, digest: str, cache: Path, *, serving: bool = False) -> Path:
        """Bring a model to a folder of this machine, checked, all that is wanted or nothing.

        What was fetched before is checked again and used without asking the store; what is missing or damaged is
        fetched, file by file, into the same folder: who reads from it meanwhile is not disturbed. Several threads and
        processes may share the cache: one fetches, the others wait for it.

        Args:
            digest: of a registered model.
            cache: folder of this machine; made if missing.
            serving: only what reads with it. `weights.pt` and what tells of the training stay in the store; they come
                when somebody asks for all of it.

        Returns:
            `cache/<digest>`, an exported model folder.

        Raises:
            UnknownModelError: the store has no such model.
            ModelDamagedError: the store's bytes are not the ones that the model promises; nothing was left here.
            StoreFullError: no room.
            BucketUnavailableError: the bucket does not answer.
        """
        if not is_digest(digest):
            raise UnknownModelError(f"not a model's digest: {digest!r}")
        folder = cache / digest
        with disk_errors(f"cannot fetch model {digest[:12]} to {cache}"):
            cache.mkdir(parents=True, exist_ok=True)
            with locked(cache / f".{digest}.lock"):
                if _lacking(folder, digest, serving=serving) == set():
                    return folder
                for left in cache.glob(f".{digest}.*.part"):  # by one who was killed
                    shutil.rmtree(left)
                part = cache / f".{digest}.{uuid.uuid4().hex[:8]}.part"
                try:
                    model = self.model(digest)
                    wanted = model.serving if serving else model.files.keys()
                    lacking = [file for file in wanted if not _holds(folder, file, model.files[file])]
                    self._download(model, lacking, part)
                    if folder.is_dir():
                        _move_into(folder, part)
                    else:
                        part.rename(folder)
                finally:
                    shutil.rmtree(part, ignore_errors=True)
        return folder

    # --- Champions ---

    def current(self) -> ChampionRecord | None:
        """The champion; None while the store has none, and everybody serves the model that they ship.

        Raises:
            ChampionError: its entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self._last(CHAMPION)
        return self._record(number) if number else None

    def history(self) -> tuple[ChampionRecord, ...]:
        """All champions, the first one first.

        Raises:
            ChampionError: an entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        return tuple(self._record(number) for number in numbers(self._objects, CHAMPION))

    def begin(self, directory: Path, *, by: str, reason: str = "shipped") -> ChampionRecord:
        """The champion; if the store has none yet, the model in this folder becomes the first one.

        So that a first promotion can be taken back to the model that was shipped.

        Raises:
            ModelDamagedError: the folder holds no whole model.
        """
        present = self.current()
        if present is not None:
            return present
        try:
            return self.promote(self.register(directory), expected=None, by=by, reason=reason)
        except ChampionMovedError:
            return self._record(1)

    def promote(
        self,
        digest: str,
        *,
        expected: int | None,
        by: str,
        reason: str,
        dataset_version: str | None = None,
        kind: Kind = "promotion",
        attempt: str | None = None,
    ) -> ChampionRecord:
        """Make a registered model the champion if nobody has changed the champion since `expected`.

        Args:
            digest: of a registered model.
            expected: number of the entry that the decision was based on; None for "there was none".
            by: who: a person, or a cycle.
            reason: in words.
            dataset_version: that the model was trained on.
            kind: why the entry is written.
            attempt: a name of the caller's own for this decision, such as a cycle's id. One who was cut off and
                asks again under the same name gets the entry that it had written.

        Raises:
            ChampionMovedError: somebody was first, or `expected` is not an entry; nothing was changed.
            UnknownModelError: the model is not registered.
            BucketUnavailableError: no answer; it may or may not have happened. Ask again with the same `attempt`.
        """
        if attempt is not None and expected and self._is_of(expected, attempt, digest):
            return self._record(expected)
        return self._append(
            self.model(digest),
            after=expected or 0,
            by=by,
            reason=reason,
            dataset_version=dataset_version,
            kind=kind,
            attempt=attempt,
        )

    def rollback(self, by: str, reason: str, to: int | None = None) -> ChampionRecord:
        """Bring back an earlier champion, as a new entry.

        Args:
            by: who.
            reason: in words.
            to: number of the entry whose model is to serve again; None is the one before the present champion.
                Rollbacks in a row lead further and further back.

        Raises:
            ChampionMovedError: somebody changed the champion at the same time; nothing was changed.
            ChampionError: there is no earlier one, or no such entry.
            UnknownModelError: its model is no longer in the store.
        """
        past = {record.number: record for record in self.history()}
        if not past:
            raise ChampionError("there is no champion in the store yet, so there is nothing to go back to")
        present = past[max(past)]
        if to is None:
            earlier = [n for n in past if n < _origin(past, present) and past[n].model != present.model]
            if not earlier:
                raise ChampionError(f"no champion was there before {present.name} {present.version}")
            to = max(earlier)
        elif to not in past:
            raise ChampionError(f"there is no entry {to} in the history of champions; the last one is {max(past)}")
        return self._append(
            self.model(past[to].model),
            after=present.number,
            by=by,
            reason=reason,
            dataset_version=past[to].dataset_version,
            kind="rollback",
            attempt=None,
            restores=to,
        )

    # --- Shadow ---

    def shadow(self) -> ShadowRecord | None:
        """Who reads in shadow; None if that was never set. A record whose `model` is None says: nobody, now.

        Raises:
            ChampionError: the entry is damaged.
            BucketUnavailableError: the bucket does not answer.
        """
        number = self._last(SHADOW)
        return _parse_entry(self._objects, SHADOW, number, _shadow_record) if number else None

    def set_shadow(self, digest: str | None, by: str, reason: str) -> ShadowRecord:
        """Let a registered model read in shadow, or nobody (None). The last word counts.

        Raises:
            UnknownModelError: the model is not registered.
        """
        model = self.model(digest) if digest is not None else None
        number = self._last(SHADOW) + 1
        for _ in range(_SHADOW_TRIES):
            record = ShadowRecord(
                number=number,
                model=digest,
                name=model.name if model else None,
                version=model.version if model else None,
                at=self._now(),
                by=by,
                reason=reason,
            )
            entry = _entry(record) | {"attempt": uuid.uuid4().hex}
            try:
                self._objects.put(numbered_name(SHADOW, number), canonical_json(entry) + b"\n")
            except ObjectConflictError:
                number += 1
                continue
            return record
        raise ChampionMovedError("too many others change the shadow at the same time")

    # --- Checking ---

    def problems(self) -> Iterator[tuple[str, str]]:
        """Hash all models again and read all entries. Yields (object name, what is wrong); changes nothing.

        Raises:
            BucketUnavailableError: the bucket does not answer.
        """
        whole = set()
        for digest in self.models():
            try:
                model = self.model(digest)
            except ChampionError as error:
                yield model_file_name(digest, DESCRIPTION), str(error)
                continue
            whole.add(digest)
            for file in model.files:
                try:
                    self._get_file(model, file)
                except ModelDamagedError as error:
                    yield model_file_name(digest, file), str(error)
        for folder in (CHAMPION, SHADOW):
            found = numbers(self._objects, folder)
            for number in sorted(set(range(1, max(found, default=0))) - set(found)):
                yield numbered_name(folder, number), "this entry is missing"
            for number in found:
                try:
                    read: ChampionRecord | ShadowRecord = (
                        self._record(number)
                        if folder == CHAMPION
                        else _parse_entry(self._objects, SHADOW, number, _shadow_record)
                    )
                except ChampionError as error:
                    yield numbered_name(folder, number), str(error)
                    continue
                if read.model is not None and read.model not in whole:
                    yield numbered_name(folder, number), f"its model {read.model[:12]} is missing or damaged"

    # --- Within ---

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _last(self, folder: str) -> int:
        return max(numbers(self._objects, folder), default=0)

    def _record(self, number: int) -> ChampionRecord:
        with self._guard:
            known = self._known.get(number)
        if known is None:
            known = _parse_entry(self._objects, CHAMPION, number, _champion_record)
            with self._guard:
                self._known[number] = known
        return known

    def _append(
        self,
        model: ModelRecord,
        *,
        after: int,
        by: str,
        reason: str,
        dataset_version: str | None,
        kind: Kind,
        attempt: str | None,
        restores: int | None = None,
    ) -> ChampionRecord:
        if after and not self._objects.holds(numbered_name(CHAMPION, after)):
            raise ChampionMovedError(f"there is no entry {after} in the history of champions; look again")
        record = ChampionRecord(
            number=after + 1,
            model=model.digest,
            name=model.name,
            version=model.version,
            at=self._now(),
            by=by,
            reason=reason,
            dataset_version=dataset_version,
            previous=self._model_of(after),
            kind=kind,
            attempt=attempt or uuid.uuid4().hex,
            restores=restores,
        )
        try:
            # Bytes of our own, so "there already, the same" is our own lost answer.
            self._objects.put(numbered_name(CHAMPION, record.number), canonical_json(_entry(record)) + b"\n")
        except ObjectConflictError:
            there = self._record(record.number)
            if self._is_of(record.number, attempt, model.digest):
                return there
            raise ChampionMovedError(
                f"the champion moved on: entry {there.number} by {there.by} made {there.name} {there.version} "
                "the champion; look again before deciding"
            ) from None
        return record

    def _is_of(self, number: int, attempt: str | None, digest: str) -> bool:
        try:
            record = self._record(number)
        except ChampionError:
            return False
        return (record.attempt, record.model) == (attempt, digest)

    def _model_of(self, number: int) -> str | None:
        if not number:
            return None
        try:
            return self._record(number).model
        except ChampionError:
            return None  # damaged: a new champion must be possible all the same

    def _put_file(self, digest: str, file: str, data: bytes, promised: Mapping[str, str]) -> str:
        """Put a file of a model. Returns the sha256 of what is there now."""
        name = model_file_name(digest, file)
        try:
            self._objects.put(name, data)
        except ObjectConflictError:
            if file not in promised:
                return _sha256(self._objects.get(name))  # as first registered
            # The digest leaves no choice of bytes, so what is there is damaged.
            put_instead(self._objects, name, data)
        return _sha256(data)

    def _heal_list(self, digest: str, promised: Mapping[str, str], listed: Mapping[str, str]) -> None:
        """Leave another registration's list of files alone unless it is damaged."""
        name = model_file_name(digest, _FILES)
        try:
            there = json.loads(self._objects.get(name))
        except ValueError:
            there = None
        if not _is_file_map(there) or any(there.get(file) != expected for file, expected in promised.items()):
            put_instead(self._objects, name, canonical_json(listed))

    def _get_file(self, model: ModelRecord, file: str) -> bytes:
        where = f"model {model.digest[:12]} in {self._objects.url}"
        try:
            data = self._objects.get(model_file_name(model.digest, file))
        except ObjectMissingError:
            raise ModelDamagedError(f"{where} is not whole: {file} is missing") from None
        if _sha256(data) != model.files[file]:
            raise ModelDamagedError(f"{where} is damaged: {file} is not the file that was registered")
        return data

    def _download(self, model: ModelRecord, files: Iterable[str], part: Path) -> None:
        part.mkdir()
        for file in files:
            (part / file).write_bytes(self._get_file(model, file))
        (part / _FILES).write_bytes(canonical_json({f: h for f, h in model.files.items() if f != DESCRIPTION}))


def share_champions(source: ObjectStore, target: ObjectStore) -> int:
    """Bring models and champions from one place to another that has none yet: a spool to its new bucket.

    May be repeated after having been cut off.

    Returns:
        Number of entries of the history that were copied.

    Raises:
        ChampionMovedError: the target has another history already.
        ModelDamagedError: a model of the source is damaged.
    """
    there, here = Champions(target), Champions(source)
    with TemporaryDirectory() as folder:
        for digest in here.models():
            there.register(here.fetch(digest, Path(folder)))
    copied = 0
    for history in (SHADOW, CHAMPION):
        for number in numbers(source, history):  # in order: cut off, it is a shorter history and no other
            name = numbered_name(history, number)
            try:
                created = target.put(name, source.get(name))
            except ObjectConflictError:
                raise ChampionMovedError(f"{target.url} has a history of its own: its {name} is another") from None
            copied += created and history == CHAMPION
    return copied


def _origin(past: Mapping[int, ChampionRecord], record: ChampionRecord) -> int:
    """The place in the history to which rollbacks have led: that of the entry that first brought the model."""
    while record.restores is not None and record.restores < record.number and record.restores in past:
        record = past[record.restores]
    return record.number


def _entry(record: ChampionRecord | ShadowRecord) -> dict[str, Any]:
    return asdict(record) | {"at": record.at.isoformat()}


def _parse_entry(objects: ObjectStore, folder: str, number: int, parse: Callable[[dict[str, Any]], T]) -> T:
    name = numbered_name(folder, number)
    try:
        content = json.loads(objects.get(name))
        if content["number"] != number:
            raise ValueError(f"it says that it is number {content['number']}")
        return parse(content)
    except ObjectMissingError as error:
        raise ChampionError(str(error)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ChampionError(f"{name} in {objects.url} is damaged: {error!r}") from None


def _champion_record(content: dict[str, Any]) -> ChampionRecord:
    if content["kind"] not in get_args(Kind) or not is_digest(content["model"]):
        raise ValueError("unknown kind, or not a digest")
    return ChampionRecord(
        number=content["number"],
        model=content["model"],
        name=content["name"],
        version=content["version"],
        at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        by=content["by"],
        reason=content["reason"],
        dataset_version=content["dataset_version"],
        previous=content["previous"],
        kind=content["kind"],
        attempt=content["attempt"],
        restores=content["restores"],
    )


def _shadow_record(content: dict[str, Any]) -> ShadowRecord:
    if content["model"] is not None and not is_digest(content["model"]):
        raise ValueError("not a digest")
    return ShadowRecord(
        number=content["number"],
        model=content["model"],
        name=content["name"],
        version=content["version"],
        at=datetime.fromisoformat(content["at"]).astimezone(UTC),
        by=content["by"],
        reason=content["reason"],
    )


def _described(directory: Path) -> tuple[bytes, dict[str, str]]:
    path = directory / DESCRIPTION
    try:
        description = path.read_bytes()
    except OSError as error:
        raise ModelDamagedError(f"no model in {directory}: {path.name}: {error.strerror}") from None
    return description, _parsed(description, str(path))[1]


def _parsed(description: bytes, where: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The content of a `model.json`, and the sha256 of each file that it vouches for."""
    try:
        content = json.loads(description)
        promised = content["sha256"]
        needed = set(content["files"].values())
        if not (isinstance(content["name"], str) and isinstance(content["version"], str)):
            raise ValueError("a name and a version are texts")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamagedError(f"{where} does not describe a model: {error!r}") from None
    if not _is_file_map(promised) or not needed or not needed <= promised.keys():
        raise ModelDamagedError(f"{where} does not give the SHA-256 of every file of the model")
    return content, {file: expected.lower() for file, expected in promised.items()}


def _is_file_map(value: object) -> bool:
    """Whether this maps plain file names to hashes; a model from elsewhere must not point out of its folder."""
    return isinstance(value, dict) and all(
        isinstance(file, str)
        and _FILE_NAME.match(file)
        and file not in (DESCRIPTION, _FILES)
        and isinstance(expected, str)
        and is_digest(expected.lower())
        for file, expected in value.items()
    )


def _lacking(folder: Path, digest: str, *, serving: bool) -> set[str] | None:
    """The files that a fetched folder lacks or holds damaged; None if it does not even say which it should hold."""
    try:
        wanted = _described(folder)[1]
    except ModelDamagedError:
        return None
    if not _holds(folder, DESCRIPTION, digest):
        return None
    if not serving:
        listed = _fetched_files(folder)
        if not wanted.keys() <= listed.keys():
            return None
        wanted = listed
    return {file for file, expected in wanted.items() if not _holds(folder, file, expected)}


def _fetched_files(folder: Path) -> dict[str, str]:
    """The sha256 of every file that the model of a fetched folder has in the store; {} for any other folder."""
    try:
        listed = json.loads((folder / _FILES).read_bytes())
    except (OSError, ValueError):
        return {}
    return listed if _is_file_map(listed) else {}


def _holds(folder: Path, file: str, expected: str) -> bool:
    """Whether a folder holds this file whole."""
    try:
        return _sha256((folder / file).read_bytes()) == expected
    except OSError:
        return False


def _move_into(folder: Path, part: Path) -> None:
    """Put fetched files in the place of missing and damaged ones, each in one step."""
    for path in sorted(part.iterdir()):
        there = folder / path.name
        if there.exists() and path.name != _FILES:
            _LOG.warning("%s was damaged and is fetched anew", there)
        path.replace(there)


def _read(path: Path) -> bytes:
    with disk_errors(f"cannot read {path}"):
        return path.read_bytes()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
