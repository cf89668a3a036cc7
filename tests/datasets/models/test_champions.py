from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import BucketUnavailableError, ChampionError, ChampionMovedError, UnknownModelError
from datasets.models.audit import find_model_problems
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.objects.bucket import BucketObjects
from datasets.objects.canonical import canonical_json
from datasets.objects.interface import ObjectStore
from datasets.objects.names import numbered_name
from datasets.reason import Reason
from tests.datasets.making import at_once, model_folder, register_models


@pytest.fixture
def champions(objects: ObjectStore) -> Champions:
    return Champions(objects)


def test_promotions_and_rollbacks_are_a_history(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    a, b, c, d = register_models(champions.registry, tmp_path, "a", "b", "c", "d")
    first = champions.promote(a, expected=None, by="me", reason="shipped")
    assert (first.number, first.previous, first.kind) == (1, None, "promotion")
    second = champions.promote(b, expected=1, by="cycle 7", reason="better", dataset_version="v2.0")
    assert (second.number, second.model, second.name, second.previous) == (2, b, "b", a)
    champions.promote(c, expected=2, by="cycle 8", reason="better")
    back = champions.rollback("me", "reads worse")
    assert (back.number, back.model, back.previous, back.kind) == (4, b, c, "rollback")
    assert (back.restores, back.dataset_version) == (2, "v2.0")
    assert champions.rollback("me", "worse still").model == a  # further back, not forth again
    with pytest.raises(ChampionError, match="no champion was there before a"):
        champions.rollback("me", "and more")
    champions.promote(d, expected=5, by="me", reason="try")
    assert champions.rollback("me", "no").model == a
    assert champions.rollback("me", "the third one", to=3).model == c
    with pytest.raises(ChampionError, match="no entry 99"):
        champions.rollback("me", "", to=99)
    history = champions.history()
    assert [record.number for record in history] == list(range(1, 9))
    assert champions.current() == history[-1]
    assert [record.model for record in history] == [a, b, c, b, a, d, a, c]
    assert list(find_model_problems(objects)) == []


def test_nothing_to_roll_back(champions: Champions, tmp_path: Path) -> None:
    with pytest.raises(ChampionError, match="nothing to go back to"):
        champions.rollback("me", "")
    champions.begin(model_folder(tmp_path / "a", "a"), by="me")
    with pytest.raises(ChampionError, match="no champion was there before"):
        champions.rollback("me", "")


def test_who_has_not_seen_the_last_entry_is_refused(champions: Champions, tmp_path: Path) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    with pytest.raises(ChampionMovedError, match="no entry 1"):
        champions.promote(a, expected=1, by="me", reason="")
    champions.promote(a, expected=None, by="you", reason="")
    for expected in (None, 2, 7):
        with pytest.raises(ChampionMovedError):
            champions.promote(b, expected=expected, by="me", reason="")
    with pytest.raises(ChampionMovedError, match="entry 1 has made a"):
        champions.promote(a, expected=None, by="me", reason="")
    assert len(champions.history()) == 1


def test_one_who_was_cut_off_finds_its_own_entry(champions: Champions, tmp_path: Path) -> None:
    a, b = register_models(champions.registry, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    done = champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-7")
    assert champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-7") == done
    assert champions.promote(b, expected=2, by="cycle", reason="", attempt="cycle-7") == done
    with pytest.raises(ChampionMovedError):
        champions.promote(a, expected=1, by="cycle", reason="", attempt="cycle-7")
    with pytest.raises(ChampionMovedError):
        champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-8")


def test_a_lost_answer_is_no_other_author(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=60.0)
    champions = Champions(objects)
    [a] = register_models(champions.registry, tmp_path, "a")
    gcs.faults.lose_answer = 1
    assert champions.promote(a, expected=None, by="me", reason="").number == 1
    objects.close()


def test_the_bucket_away(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=0.1)
    gcs.faults.unavailable = -1
    for ask in (Champions(objects).current, Champions(objects).history):
        with pytest.raises(BucketUnavailableError):
            ask()
    objects.close()


def test_of_many_promotions_from_one_entry_exactly_one_wins(objects: ObjectStore, tmp_path: Path) -> None:
    models = register_models(ModelRegistry(objects), tmp_path, *"abcdefgh")

    def promote(number: int, expected: int | None) -> str | None:
        try:
            champions = Champions(objects)  # as another process has it
            return champions.promote(models[number], expected=expected, by=f"{number}", reason="").by
        except ChampionMovedError:
            return None

    for expected in (None, 1, 2):
        won = [by for by in at_once(8, lambda number, seen=expected: promote(number, seen)) if by is not None]
        assert len(won) == 1
        current = Champions(objects).current()
        assert current is not None
        assert (current.by, current.number) == (won[0], (expected or 0) + 1)
    assert [record.number for record in Champions(objects).history()] == [1, 2, 3]


RACER = """
import sys
from datasets.models.champions import Champions
from datasets.errors import ChampionMovedError
from datasets.samples.places import open_objects
from datasets.samples.uploader import UploadPolicy
champions = Champions(open_objects(sys.argv[1], UploadPolicy()))
print("ready", flush=True)
for line in sys.stdin:
    digest, expected = line.split()
    try:
        champions.promote(digest, expected=int(expected) or None, by=sys.argv[2], reason="")
        print("won", flush=True)
    except ChampionMovedError:
        print("moved", flush=True)
"""


def test_of_many_processes_exactly_one_wins_each_entry(objects: ObjectStore, tmp_path: Path) -> None:
    [digest] = register_models(ModelRegistry(objects), tmp_path, "a")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, objects.url, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    try:
        assert all(process.stdout.readline() == "ready\n" for process in processes)
        for expected in range(10):
            for process in processes:
                process.stdin.write(f"{digest} {expected}\n")
                process.stdin.flush()
            assert sorted(process.stdout.readline() for process in processes) == ["moved\n"] * 3 + ["won\n"]
    finally:
        for process in processes:
            process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0] * 4
    assert [record.number for record in Champions(objects).history()] == list(range(1, 11))


def test_many_begin_with_the_shipped_model(objects: ObjectStore, tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "a", "a")
    records = at_once(6, lambda number: Champions(objects).begin(folder, by=f"backend {number}"))
    assert len({record.attempt for record in records}) == 1
    assert Champions(objects).history() == (records[0],)
    other = model_folder(tmp_path / "b", "b")
    assert Champions(objects).begin(other, by="me") == records[0]
    assert len(Champions(objects).registry.digests()) == 1


def test_an_unknown_model_is_not_promoted(champions: Champions) -> None:
    for digest in ("0" * 64, "../../etc", ""):
        with pytest.raises(UnknownModelError):
            champions.promote(digest, expected=None, by="me", reason="")
    assert champions.current() is None


def test_reasons_are_kept_as_data(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register_models(champions.registry, tmp_path, "a")
    by = Reason(kind="trigger", values={"trigger": "corrections"})
    reason = Reason(kind="accepted", values={"fixed": 25, "broken": 5, "crops": 200, "p": 0.0003, "others": 12})
    champions.promote(a, expected=None, by=by, reason=reason)
    current = Champions(objects).current()
    assert current is not None
    assert (current.by, current.reason) == (by, reason)
    assert champions.begin(tmp_path / "a", by="me") == current


def test_a_kind_of_entry_that_is_no_longer_written_is_read(champions: Champions, objects: ObjectStore) -> None:
    entry = {
        "number": 1,
        "model": "a" * 64,
        "name": "a",
        "version": "1",
        "at": "2026-05-04T12:30:00+00:00",
        "by": "jin",
        "reason": "it read worse",
        "dataset_version": None,
        "previous": None,
        "kind": "rejection-revert",
        "attempt": "x",
        "restores": None,
    }
    objects.put(numbered_name("champion/", 1), canonical_json(entry))
    current = champions.current()
    assert current is not None
    assert (current.kind, current.reason) == ("rejection-revert", Reason.words("it read worse"))
