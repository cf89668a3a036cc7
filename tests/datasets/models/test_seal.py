"""With the store's key, an entry counts only as its author signed it; without one, nothing changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datasets.errors import ChampionMovedError, ChampionUnsignedError
from datasets.models.audit import find_model_problems
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.models.shadow import ShadowHistory
from datasets.models.share import share_champions
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CHAMPION, SHADOW, model_file_name, numbered_name
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason
from tests.datasets.making import model_folder, register_models

KEY = StoreKey.parse("the-key-of-one-store-and-no-other")
VALUES = {"p": 0.25, "fixed": 3, "broken": 1.0, "why": Reason.words("더 나아요"), "x": None}
REASON = Reason(kind="accepted", values=VALUES)


@pytest.fixture
def champions(objects: ObjectStore) -> Champions:
    return Champions(objects, key=KEY)


def rewrite(objects: ObjectStore, name: str, to: str | None = None, **changes: object) -> None:
    """What one who can write to the bucket does to an entry."""
    content = json.loads(objects.get(name)) | changes
    objects.delete(to or name)
    objects.put(to or name, json.dumps(content).encode())


def test_a_signed_entry_is_believed_by_every_machine_with_the_key(
    champions: Champions, objects: ObjectStore, tmp_path: Path
) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    champions.promote(a, expected=None, by=Reason.words("me"), reason=REASON)
    champions.promote(b, expected=1, by="cycle 7", reason=REASON, dataset_version="v2.0", attempt="cycle-7")
    assert champions.promote(b, expected=2, by="cycle 7", reason=REASON, attempt="cycle-7").number == 2
    champions.rollback("me", "reads worse")
    read = Champions(objects, key=KEY)
    current = read.current()
    assert current is not None
    assert (current.number, current.model) == (3, a)
    assert [read.is_signed(entry) for entry in read.history()] == [True, True, True]
    with pytest.raises(ChampionUnsignedError):
        Champions(objects, key=StoreKey.parse("k" * 32)).current()
    without = Champions(objects)
    assert without.current() == current
    assert without.is_signed(current) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"seal": None},
        {"seal": {"files": None, "signature": "A" * 43}},
        {"version": "9"},
        {"dataset_version": "v9.9"},
        {"at": "2026-05-04T12:30:00+00:00"},
        {"reason": {"kind": "words", "values": {"text": "trust me"}}},
        {"attempt": "another"},
        {"restores": 1},
        {"model": "evil"},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_an_entry_that_was_changed_is_refused(
    champions: Champions, objects: ObjectStore, tmp_path: Path, changes: dict[str, object]
) -> None:
    a, evil = register_models(champions.registry, tmp_path, "a", "evil")
    champions.promote(a, expected=None, by="me", reason=REASON)
    rewrite(objects, numbered_name(CHAMPION, 1), **({"model": evil} if "model" in changes else changes))
    with pytest.raises(ChampionUnsignedError, match="not signed with the store's key"):
        Champions(objects, key=KEY).current()
    assert Champions(objects).current() is not None


def test_a_signature_is_for_one_number_of_one_chain(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    champions.promote(b, expected=1, by="me", reason="")
    rewrite(objects, numbered_name(CHAMPION, 1), numbered_name(CHAMPION, 3), number=3)
    assert Champions(objects, key=KEY).current() == champions.entry(2)
    shadow = ShadowHistory(objects, key=KEY)
    shadow.check(shadow.set(a, "me", ""))
    rewrite(objects, numbered_name(SHADOW, 1), numbered_name(CHAMPION, 4), number=4)
    read = Champions(objects, key=KEY)
    assert read.current() == champions.entry(2)
    assert list(read.set_aside()) == [numbered_name(CHAMPION, number) for number in (3, 4)]
    assert [name for name, _ in find_model_problems(objects, KEY)] == list(read.set_aside())


def test_the_shadow_is_signed_too(objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(ModelRegistry(objects), tmp_path, "a")
    shadow = ShadowHistory(objects, key=KEY)
    for digest in (a, None):
        shadow.set(digest, "me", "")
        record = ShadowHistory(objects, key=KEY).current()
        assert record is not None
        shadow.check(record)
    unsigned = ShadowHistory(objects).set(a, "evil", "")
    with pytest.raises(ChampionUnsignedError):
        shadow.check(unsigned)
    ShadowHistory(objects).check(unsigned)
    current = shadow.current()
    assert current is not None
    assert (current.number, list(shadow.set_aside())) == (2, [numbered_name(SHADOW, 3)])
    assert ShadowHistory(objects).current() == unsigned
    assert shadow.set(a, "me", "").number == 4
    assert shadow.set_aside() == {}


def test_a_rollback_signs_nothing_that_was_not_signed(
    champions: Champions, objects: ObjectStore, tmp_path: Path
) -> None:
    a, b, evil, worse = register_models(champions.registry, tmp_path, "a", "b", "evil", "worse")
    champions.promote(a, expected=None, by="me", reason="")
    champions.promote(b, expected=1, by="me", reason="")
    forger = Champions(objects)
    forger.promote(evil, expected=2, by="evil", reason="")
    forger.promote(worse, expected=3, by="evil", reason="")
    with pytest.raises(ChampionUnsignedError):
        champions.rollback("me", "", to=3)
    assert champions.rollback("me", "back from b, which serves").model == a
    assert champions.current() is not None
    forger.promote(evil, expected=5, by="evil", reason="", attempt="cycle-7")
    # An entry that a forger wrote in a cycle's name is not that cycle's.
    assert champions.promote(evil, expected=5, by="me", reason="", attempt="cycle-7").number == 7


def test_an_unsigned_history_is_read_and_can_be_signed(objects: ObjectStore, tmp_path: Path) -> None:
    before = Champions(objects)
    [a] = register_models(before.registry, tmp_path, "a")
    before.promote(a, expected=None, by="me", reason="of a release before")
    assert b"seal" not in objects.get(numbered_name(CHAMPION, 1))
    champions = Champions(objects, key=KEY)
    with pytest.raises(ChampionUnsignedError, match="champion promote DIGEST"):
        champions.begin(tmp_path / "a", by="me")
    assert [entry.number for entry in champions.history()] == [1]
    with pytest.raises(ChampionMovedError):
        champions.promote(a, expected=1, by="me", reason="no entry counts")
    champions.promote(a, expected=None, by="me", reason="signed")
    current = champions.current()
    assert current is not None
    assert current.number == 2


def test_weights_beside_the_signed_ones_are_refused(objects: ObjectStore, tmp_path: Path) -> None:
    """A model's digest does not cover the weights that a cycle trains from; its seal does."""
    folder = model_folder(tmp_path / "a", "a")
    (folder / "weights.pt").write_bytes(b"good")
    champions = Champions(objects, key=KEY)
    digest = champions.registry.register(folder)
    record = champions.promote(digest, expected=None, by="me", reason="")
    assert (champions.fetch(record, tmp_path / "cache") / "weights.pt").read_bytes() == b"good"
    assert champions.fetch(record, tmp_path / "cache").is_dir()  # again, without fetching
    for file in ("weights.pt", "files.json", "model.json"):
        objects.delete(model_file_name(digest, file))
    (folder / "weights.pt").write_bytes(b"evil")
    assert champions.registry.register(folder) == digest
    with pytest.raises(ChampionUnsignedError, match="not those that were signed"):
        champions.fetch(record, tmp_path / "other")
    assert not (tmp_path / "other" / digest).exists()
    unsigned = Champions(objects).promote(digest, expected=1, by="evil", reason="")
    with pytest.raises(ChampionUnsignedError):
        champions.fetch(unsigned, tmp_path / "other")
    assert (Champions(objects).fetch(unsigned, tmp_path / "other") / "weights.pt").read_bytes() == b"evil"


def test_signed_entries_keep_their_seals_in_a_new_bucket(tmp_path: Path) -> None:
    spool, bucket = FolderObjects(tmp_path / "spool"), FolderObjects(tmp_path / "bucket")
    champions = Champions(spool, key=KEY)
    [a] = register_models(champions.registry, tmp_path, "a")
    champions.promote(a, expected=None, by="me", reason="")
    assert share_champions(spool, bucket) == 1
    assert Champions(bucket, key=KEY).current() == champions.current()
