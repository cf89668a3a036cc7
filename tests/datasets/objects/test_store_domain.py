"""A place of objects is of one domain, says so itself, and is opened as no other one."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.errors import BucketUnavailableError, DomainError
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.names import DOMAIN
from datasets.objects.store_domain import DomainObjects, domain_of, settle_domain
from ocr_model.domains.digits import DIGITS
from ocr_model.domains.domain import Domain
from ocr_model.domains.plates import PLATES
from ocr_model.domains.tags import TAGS


def test_an_empty_place_becomes_what_it_is_asked_to_be(objects: ObjectStore) -> None:
    settle_domain(objects, DIGITS)
    settle_domain(objects, DIGITS)
    assert domain_of(objects) is DIGITS
    assert objects.get(DOMAIN).startswith(b'{"domain":"digits","hash":"')


def test_a_place_of_shoe_tags_gets_no_record_and_is_one_without(objects: ObjectStore) -> None:
    settle_domain(objects, TAGS)
    assert not objects.holds(DOMAIN)
    assert domain_of(objects) is TAGS


@pytest.mark.parametrize("other", [TAGS, PLATES], ids=lambda domain: domain.name)
def test_a_place_is_opened_as_no_other_domain(objects: ObjectStore, other: Domain) -> None:
    settle_domain(objects, DIGITS)
    with pytest.raises(DomainError, match=rf"is a store of digits, and {other.name} need one of their own"):
        settle_domain(objects, other)
    assert domain_of(objects) is DIGITS


@pytest.mark.parametrize(
    "name", ["events/a/b.json", "segments/a.gz", "crops/ab/c.png", "versions/v1.json", "models/m/f"]
)
def test_a_place_that_holds_anything_without_a_record_is_of_shoe_tags(objects: ObjectStore, name: str) -> None:
    objects.put(name, b"{}")
    with pytest.raises(DomainError, match="is a store of tags, and digits need one of their own"):
        settle_domain(objects, DIGITS)
    assert not objects.holds(DOMAIN)
    settle_domain(objects, TAGS)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Invalid JSON"),
        (b'{"domain":"digits"}', "hash: Field required"),
        (b'{"domain":"plates","hash":"5d"}', "does not match its hash"),
    ],
)
def test_a_damaged_record_opens_as_nothing(objects: ObjectStore, data: bytes, why: str) -> None:
    objects.put(DOMAIN, data)
    for domain in (TAGS, DIGITS, PLATES):
        with pytest.raises(DomainError, match=why):
            settle_domain(objects, domain)


def test_a_domain_of_a_later_release_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = FolderObjects(tmp_path)
    settle_domain(objects, DIGITS)
    monkeypatch.setattr("ocr_model.domains.registry.DOMAINS", {"tags": TAGS})
    with pytest.raises(DomainError, match="there is no domain 'digits'; there are tags"):
        settle_domain(objects, TAGS)


def test_nothing_of_a_bucket_of_another_domain_is_read_or_written(tmp_path: Path) -> None:
    inner = FolderObjects(tmp_path)
    settle_domain(inner, DIGITS)
    bucket = DomainObjects(inner, TAGS)
    for use in (
        lambda: bucket.put("crops/ab/c.png", b"x"),
        lambda: bucket.get(DOMAIN),
        lambda: bucket.holds(DOMAIN),
        lambda: bucket.delete(DOMAIN),
        lambda: bucket.delete_all([DOMAIN]),
        lambda: bucket.names("crops/"),
        lambda: bucket.folders("events/"),
    ):
        with pytest.raises(DomainError, match="is a store of digits"):
            use()
    assert domain_of(inner) is DIGITS
    assert bucket.url == inner.url


def test_a_bucket_that_did_not_answer_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = FolderObjects(tmp_path)
    settle_domain(inner, DIGITS)
    bucket = DomainObjects(inner, TAGS)

    def is_down(name: str) -> bytes:
        raise BucketUnavailableError("down")

    with monkeypatch.context() as patch:
        patch.setattr(inner, "get", is_down)
        with pytest.raises(BucketUnavailableError):
            bucket.holds(DOMAIN)
    with pytest.raises(DomainError):
        bucket.holds(DOMAIN)
