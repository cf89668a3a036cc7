"""The domain that a store belongs to: a small object in its spool and in its bucket says it.

    domain.json    {"domain": "digits", "hash": sha256 of the rest}

It is written before anything else and never changes. A place without it is of shoe tags, as all stores of earlier
releases are. So crops of two domains cannot come together: no sample says its domain, its store does.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterator
from typing import Self

from datasets.errors import DomainError, ObjectConflictError, ObjectMissingError
from datasets.objects.canonical import canonical_json
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION, CROPS, DOMAIN, EVENTS, MODELS, SEGMENTS, VERSIONS
from datasets.objects.record import Record
from ocr_model.domains.domain import Domain
from ocr_model.domains.registry import domain_named
from ocr_model.domains.tags import TAGS
from ocr_model.errors import UnknownDomainError

_CONTENT = (EVENTS, SEGMENTS, CROPS, VERSIONS, MODELS, CHAMPION)


class _Said(Record):
    """What the object says."""

    domain: str
    hash: str

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(domain=name, hash=hashlib.sha256(canonical_json({"domain": name})).hexdigest())


def domain_of(objects: ObjectStore) -> Domain:
    """The domain of a place of objects.

    Raises:
        DomainError: its record is damaged, or names a domain that this release does not know.
        BucketUnavailableError: the bucket does not answer.
    """
    if isinstance(objects, DomainObjects):
        return objects.domain
    return _read(objects) or TAGS


def settle_domain(objects: ObjectStore, domain: Domain) -> None:
    """Make sure that a place is of a domain; an empty place becomes so.

    Raises:
        DomainError: it is of another domain, or its record is damaged.
        StoreFullError: no room for the record.
        BucketUnavailableError: the bucket does not answer.
    """
    found = _read(objects)
    if found is None and domain is not TAGS:
        if not _is_empty(objects):
            raise _wrong(objects, TAGS, domain)
        try:
            objects.put(DOMAIN, _Said.of(domain.name).to_bytes())
        except ObjectConflictError:
            found = _read(objects)  # another process was quicker
        else:
            found = domain
    if (found or TAGS) is not domain:
        raise _wrong(objects, found or TAGS, domain)


class DomainObjects:
    """A bucket of one domain: before its first use, its record is looked at, and every use of another one's fails.

    Args:
        objects: the bucket.
        domain: that it must be of.
    """

    def __init__(self, objects: ObjectStore, domain: Domain) -> None:
        self._objects = objects
        self.domain = domain
        self._is_settled = False
        self._guard = threading.Lock()

    @property
    def url(self) -> str:
        """Its address; see `ObjectStore.url`."""
        return self._objects.url

    def settled(self) -> ObjectStore:
        """The bucket itself, once it is known to be of the domain.

        Raises:
            DomainError: it is of another one.
            BucketUnavailableError: it does not answer.
        """
        if not self._is_settled:
            with self._guard:
                if not self._is_settled:
                    settle_domain(self._objects, self.domain)
                    self._is_settled = True
        return self._objects

    def put(self, name: str, data: bytes) -> bool:
        """Create the object; see `ObjectStore.put`."""
        return self.settled().put(name, data)

    def get(self, name: str) -> bytes:
        """Return the bytes; see `ObjectStore.get`."""
        return self.settled().get(name)

    def holds(self, name: str) -> bool:
        """Whether there is such an object; see `ObjectStore.holds`."""
        return self.settled().holds(name)

    def delete(self, name: str) -> bool:
        """Remove the object; see `ObjectStore.delete`."""
        return self.settled().delete(name)

    def delete_all(self, names: Collection[str]) -> None:
        """Remove objects; see `ObjectStore.delete_all`."""
        self.settled().delete_all(names)

    def names(self, prefix: str, start: str = "") -> Iterator[str]:
        """Names in a folder; see `ObjectStore.names`."""
        return self.settled().names(prefix, start)

    def folders(self, prefix: str) -> Iterator[str]:
        """The folders right below a prefix; see `ObjectStore.folders`."""
        return self.settled().folders(prefix)

    def close(self) -> None:
        """Close the connections."""
        self._objects.close()


def _read(objects: ObjectStore) -> Domain | None:
    """The domain that a place says; None if it says none."""
    try:
        data = objects.get(DOMAIN)
    except ObjectMissingError:
        return None
    try:
        said = _Said.from_bytes(data)
        if said != _Said.of(said.domain):
            raise ValueError("its content does not match its hash")
        return domain_named(said.domain)
    except (ValueError, UnknownDomainError) as error:
        raise DomainError(f"{DOMAIN} in {objects.url} does not say what is kept there: {error}") from None


def _is_empty(objects: ObjectStore) -> bool:
    return not any(next(iter(objects.names(folder)), None) for folder in _CONTENT)


def _wrong(objects: ObjectStore, found: Domain, wanted: Domain) -> DomainError:
    return DomainError(
        f"{objects.url} is a store of {found.name}, and {wanted.name} need one of their own "
        f"(`--domain {found.name}` opens it)"
    )
