"""The catalogue of versions: `versions/<name>.json`, and beside it `versions/<name>/card.md` and the like.

The manifest is immutable. The files beside it are made from it and from the crops, and may be made anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

from datasets.errors import (
    BucketUnavailableError,
    DomainError,
    ObjectConflictError,
    ObjectDamagedError,
    ObjectMissingError,
)
from datasets.objects.interface import ObjectStore
from datasets.objects.names import VERSIONS, put_instead, version_file_name, version_name
from datasets.samples.places import Places
from datasets.versions.version import (
    UnknownVersionError,
    Version,
    VersionError,
    VersionExistsError,
    checked_version_name,
)

_LOG = logging.getLogger(__name__)
_NUMBERED = re.compile(r"v(\d+)\.(\d+)\Z")


class VersionCatalogue:
    """All versions, by name. With a bucket, the bucket's versions count, and the spool keeps copies."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def names(self) -> list[str]:
        """Names of all versions, v2.0 before v10.0; those that the spool knows while the bucket does not answer."""
        found: set[str] = set()
        for objects in self._all():
            try:
                found.update(name for name in map(version_name, objects.names(VERSIONS)) if name)
            except BucketUnavailableError as error:
                _LOG.warning("listing only the versions in this spool: %s", error)
        return sorted(found, key=_natural)

    def read(self, name: str) -> Version:
        """Read a version and check its hash. While the bucket does not answer, the spool's copy is read.

        Raises:
            UnknownVersionError: there is no version of this name.
            DomainError: it is of another domain than the store.
            VersionError: it is damaged.
        """
        checked_version_name(name)
        unavailable = None
        for objects in reversed(self._all()):
            try:
                data = objects.get(version_file_name(name))
            except ObjectMissingError:
                continue
            except BucketUnavailableError as error:
                unavailable = error
                continue
            except ObjectDamagedError as error:
                raise VersionError(f"version {name} is damaged: {error}") from None
            if unavailable is not None:
                _LOG.warning("reading the spool's copy of version %s: %s", name, unavailable)
            version = Version.named(name, data)
            self._check_domain(version)
            return version
        if unavailable is not None:
            raise unavailable
        raise UnknownVersionError(
            f"there is no version {name}; `.venv/bin/python -m datasets list versions` shows them"
        )

    def lineage(self, name: str) -> Iterator[Version]:
        """A version, its parent, the parent's parent ...

        Raises:
            UnknownVersionError: one of them is not there.
            VersionError: one is damaged, or not the one that its child was built on.
        """
        version = self.read(name)
        yield version
        while (parent := version.manifest.parent) is not None:
            version = self.read(parent.name)
            if version.manifest.hash != parent.hash:
                raise VersionError(f"version {parent.name} is not the one that {name} was built on")
            yield version

    def _check_domain(self, version: Version) -> None:
        wanted = self._places.domain.name
        if version.manifest.domain != wanted:
            raise DomainError(
                f"version {version.name} is of {version.manifest.domain}, and this is a store of {wanted}"
            )

    def create(self, version: Version) -> None:
        """Claim the name for this version, for good. Of several creators exactly one succeeds.

        Raises:
            DomainError: it was drawn up from a store of another domain.
            VersionExistsError: another creator was first.
            BucketUnavailableError: the bucket does not answer.
        """
        name = checked_version_name(version.name)
        self._check_domain(version)
        if self._places.replica is not None:
            self._share_parents(version)
            if self._places.local.holds(version_file_name(name)) and not self._places.replica.holds(
                version_file_name(name)
            ):
                raise VersionExistsError(
                    f"{name} was created in this spool before there was a bucket; take another name"
                )
        data = version.to_bytes()
        try:
            # Each attempt writes unique bytes, so equal bytes are this attempt's own, whose answer was lost.
            self._places.authority.put(version_file_name(name), data)
        except ObjectConflictError:
            there = self.read(name)
            same = "with the same content" if there.manifest.hash == version.manifest.hash else "with other content"
            raise VersionExistsError(
                f"version {name} exists already, {same}: "
                f"created {there.created_at.isoformat(timespec='seconds')}, hash {there.manifest.hash[:12]}"
            ) from None
        if self._places.replica is not None:
            self._places.local.put(version_file_name(name), data)

    def get_beside(self, name: str, file: str) -> bytes | None:
        """A file beside a version; None if there is none, as far as is known now."""
        for objects in reversed(self._all()):
            try:
                return objects.get(version_file_name(name, file))
            except (ObjectMissingError, ObjectDamagedError, BucketUnavailableError):
                continue
        return None

    def put_beside(self, name: str, file: str, data: bytes) -> None:
        """Put a file beside a version, replacing an earlier one."""
        for objects in self._all():
            put_instead(objects, version_file_name(name, file), data)

    def drop_beside(self, name: str, file: str) -> None:
        """Remove a file that lies beside a version."""
        for objects in self._all():
            objects.delete(version_file_name(name, file))

    def _all(self) -> list[ObjectStore]:
        return [self._places.local] + ([self._places.replica] if self._places.replica is not None else [])

    def _share_parents(self, version: Version) -> None:
        """Send parents from before there was a bucket to the bucket: a child cannot be read without them."""
        if version.manifest.parent is None or self._places.replica is None:
            return
        for ancestor in self.lineage(version.manifest.parent.name):
            if not self._places.replica.holds(version_file_name(ancestor.name)):
                self._places.replica.put(version_file_name(ancestor.name), ancestor.to_bytes())


def next_version_name(names: Iterable[str]) -> str:
    """The name after the highest name: v3.1 after v3.0; v1.0 if there is none."""
    numbers = [(int(match[1]), int(match[2])) for name in names if (match := _NUMBERED.match(name))]
    if not numbers:
        return "v1.0"
    major, minor = max(numbers)
    return f"v{major}.{minor + 1}"


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]
