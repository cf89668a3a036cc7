"""The two places of objects: the spool's folder on this machine and, if there is one, the bucket.

Labels are kept through `SampleStore`. Dataset versions only read events and crops, and keep objects of their own, so
they need no writer's name and no index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from datasets.errors import StoreError
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.store_domain import DomainObjects, domain_of, settle_domain
from datasets.objects.store_key import StoreKey
from datasets.samples.uploader import UploadPolicy
from ocr_model.domains.domain import Domain
from ocr_model.domains.tags import TAGS


@dataclass(frozen=True, slots=True)
class Places:
    """The places of objects. With a bucket, the bucket decides which object has a name: every machine sees it."""

    local: ObjectStore  # the spool's folder
    replica: ObjectStore | None = None  # the bucket
    key: StoreKey | None = None  # signs champions; None: they are not signed

    @classmethod
    def open(
        cls,
        spool: Path,
        storage_url: str | None = None,
        *,
        domain: Domain = TAGS,
        policy: UploadPolicy | None = None,
        key: StoreKey | None = None,
    ) -> Self:
        """Open the spool's folder and the bucket; nothing is sent over the network yet.

        Args:
            spool: the same folder as for `SampleStore.open`.
            storage_url: `gs://bucket/prefix`, `s3://bucket/prefix`, `file:///folder`, or None.
            domain: what the store is of; an empty one becomes so.
            policy: time limits of the bucket.
            key: the store's key.

        Raises:
            DomainError: the spool is of another domain; that the bucket is, is found with its first use.
            StoreError: the folder cannot be used, or the URL is of no known kind.
        """
        local = FolderObjects(spool)
        settle_domain(local, domain)
        replica = open_objects(storage_url, policy or UploadPolicy(), domain) if storage_url else None
        return cls(local, replica, key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def authority(self) -> ObjectStore:
        """The place that decides which writer has created a name first."""
        return self.replica or self.local

    @property
    def domain(self) -> Domain:
        """What the store is of.

        Raises:
            DomainError: the spool does not say it in a way that can be read.
        """
        return domain_of(self.local)

    def close(self) -> None:
        """Close the connections."""
        if self.replica is not None:
            self.replica.close()
        self.local.close()


def domain_folder(folder: Path, domain: Domain) -> Path:
    """Where a domain keeps what shoe tags keep in this folder: `var/spool` -> `var/domains/digits/spool`."""
    return folder if domain is TAGS else folder.parent / "domains" / domain.name / folder.name


def domain_url(url: str, domain: Domain) -> str:
    """Where a domain's bucket is beside that of shoe tags: `gs://bucket/prefix/domains/digits`; "" for ""."""
    return url if domain is TAGS or not url else f"{url.rstrip('/')}/domains/{domain.name}"


def own_folder(folder: Path, domain: Domain, first: Domain) -> Path:
    """Where a backend of several domains keeps this one's: the first has the folder, see `domain_folder` for others."""
    return folder if domain is first else domain_folder(folder, domain)


def own_url(url: str, domain: Domain, first: Domain) -> str:
    """Where a backend of several domains has this one's bucket; see `own_folder`."""
    return url if domain is first else domain_url(url, domain)


def open_objects(url: str, policy: UploadPolicy, domain: Domain = TAGS) -> DomainObjects:
    """Open a bucket or a folder by its URL; nothing is sent over the network yet.

    Args:
        url: `gs://bucket/prefix`, `s3://bucket/prefix` or `file:///folder`.
        policy: time limits of a bucket.
        domain: that it must be of. An empty one becomes so with its first use; the first use of another one's fails.

    Raises:
        StoreError: the URL is of no known kind.
    """
    return DomainObjects(_open(url, policy), domain)


def _open(url: str, policy: UploadPolicy) -> ObjectStore:
    scheme = urlsplit(url).scheme
    if scheme == "gs":
        # Imported here: Google's client costs a second of start-up.
        from datasets.objects.bucket import BucketObjects

        return BucketObjects(url, timeout=policy.timeout, deadline=policy.deadline)
    if scheme == "s3":
        from datasets.objects.s3 import S3Objects

        return S3Objects(url, timeout=policy.timeout, deadline=policy.deadline)
    if scheme == "file":
        return FolderObjects(Path(unquote(urlsplit(url).path)))
    raise StoreError(f"storage is written gs://bucket/prefix, s3://bucket/prefix or file:///folder, not {url!r}")
