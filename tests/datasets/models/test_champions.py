from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import (
    BucketUnavailableError,
    ChampionError,
    ChampionMovedError,
    ModelDamagedError,
    StoreFullError,
    UnknownModelError,
)
from datasets.models.champions import Champions, share_champions
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.names import model_file_name, numbered_name
from datasets.samples.genuine import is_genuine
from tests.datasets.making import at_once, model_folder


@pytest.fixture
def champions(objects: ObjectStore) -> Champions:
    return Champions(objects)


def register(champions: Champions, tmp_path: Path, *names: str) -> list[str]:
    return [champions.register(model_folder(tmp_path / name, name)) for name in names]


# --- Models ---


def test_a_model_comes_back_byte_for_byte(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "a", "a")
    (folder / ".lock").write_bytes(b"left over")
    (folder / "plots").mkdir()
    digest = champions.register(folder)
    assert digest == hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    assert champions.register(folder) == digest
    model = champions.model(digest)
    assert (model.name, model.version, model.card) == ("a", "1.0", {"recipe": "tags-1"})
    assert sorted(model.files) == ["decoder.onnx", "encoder.onnx", "model.json", "weights.pt"]
    fetched = champions.fetch(digest, tmp_path / "cache")
    assert fetched == tmp_path / "cache" / digest
    for file in model.files:
        assert (fetched / file).read_bytes() == (folder / file).read_bytes()
    assert champions.models() == (digest,)
    assert champions.find(digest[:6]) == digest
    assert is_genuine(model_file_name(digest, "model.json"), (folder / "model.json").read_bytes())
    assert not is_genuine(model_file_name(digest, "model.json"), b"{}")
    assert list(champions.problems()) == []
    # What was fetched may be registered elsewhere.
    assert Champions(FolderObjects(tmp_path / "other")).register(fetched) == digest


def test_a_shipped_model_can_be_registered(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "ocr_model" / "weights" / "champion"
    champions = Champions(FolderObjects(tmp_path / "objects"))
    fetched = champions.fetch(champions.register(shipped), tmp_path / "cache")
    assert (fetched / "weights.pt").read_bytes() == (shipped / "weights.pt").read_bytes()


def test_unknown_models(champions: Champions, tmp_path: Path) -> None:
    for digest in ("0" * 64, "../../etc", ""):
        with pytest.raises(UnknownModelError):
            champions.model(digest)
        with pytest.raises(UnknownModelError):
            champions.fetch(digest, tmp_path / "cache")
        with pytest.raises(UnknownModelError):
            champions.promote(digest, expected=None, by="me", reason="")
        with pytest.raises(UnknownModelError):
            champions.set_shadow(digest, "me", "")
        with pytest.raises(UnknownModelError):
            champions.find(digest)
    assert champions.current() is None
    assert champions.shadow() is None


def no_file(folder: Path) -> None:
    (folder / "encoder.onnx").unlink()


def other_bytes(folder: Path) -> None:
    (folder / "encoder.onnx").write_bytes(b"rotten")


def no_description(folder: Path) -> None:
    (folder / "model.json").unlink()


def no_json(folder: Path) -> None:
    (folder / "model.json").write_text("{")


def described(folder: Path, **changes: object) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (no_file, "encoder.onnx is missing"),
        (other_bytes, "encoder.onnx is damaged"),
        (no_description, "no model in"),
        (no_json, "does not describe a model"),
        (lambda folder: described(folder, sha256={}), "SHA-256 of every file"),
        (lambda folder: described(folder, sha256={"../../x": "0" * 64}), "SHA-256 of every file"),
        (lambda folder: described(folder, files={}), "SHA-256 of every file"),
        (lambda folder: described(folder, files="encoder.onnx"), "does not describe a model"),
        (lambda folder: described(folder, name=None), "does not describe a model"),
        (lambda folder: (folder / "Read me.txt").write_text(""), "has a name of"),
    ],
)
def test_only_whole_models_are_registered(tmp_path: Path, spoil: Callable[[Path], object], message: str) -> None:
    champions = Champions(FolderObjects(tmp_path / "objects"))
    folder = model_folder(tmp_path / "a", "a")
    spoil(folder)
    with pytest.raises(ModelDamagedError, match=message):
        champions.register(folder)
    assert champions.models() == ()


@pytest.mark.parametrize("file", ["encoder.onnx", "weights.pt", "model.json", "files.json"])
@pytest.mark.parametrize("how", ["other bytes", "gone"])
def test_a_damaged_model_is_refused_named_and_healed(
    champions: Champions, objects: ObjectStore, tmp_path: Path, file: str, how: str
) -> None:
    folder = model_folder(tmp_path / "a", "a")
    digest = champions.register(folder)
    objects.delete(model_file_name(digest, file))
    if how == "other bytes":
        objects.put(model_file_name(digest, file), b'{"x.onnx": "rotten"}')
    if (how, file) == ("gone", "model.json"):  # written last: without it there is no model
        assert champions.models() == ()
    else:
        assert file in "".join(what for _, what in champions.problems())
    with pytest.raises(ChampionError):
        champions.fetch(digest, tmp_path / "cache")
    assert not (tmp_path / "cache" / digest).exists()
    assert list((tmp_path / "cache").glob("*.part")) == []
    if file == "weights.pt" and how == "other bytes":
        return  # nobody vouches for it but the store itself
    assert champions.register(folder) == digest
    assert list(champions.problems()) == []
    assert (champions.fetch(digest, tmp_path / "cache") / file).is_file()


def test_a_registration_that_was_cut_off_is_no_model(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags", timeout=1.0, deadline=0.1)
    champions = Champions(objects)
    folder = model_folder(tmp_path / "a", "a")
    gcs.faults.applies_to = lambda method, path: method == "POST" and len(gcs.names("tags")) >= 2
    gcs.faults.unavailable = -1
    with pytest.raises(BucketUnavailableError):
        champions.register(folder)
    gcs.faults.unavailable = 0
    assert gcs.names("tags")
    assert champions.models() == ()
    (folder / "weights.pt").write_bytes(b"saved again")
    champions.fetch(champions.register(folder), tmp_path / "cache")
    objects.close()


def test_a_fetched_model_needs_no_store_and_heals(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    [digest] = register(champions, tmp_path, "a")
    cache = tmp_path / "cache"
    champions.fetch(digest, cache)
    (cache / digest / "encoder.onnx").write_bytes(b"half")
    (cache / f".{digest}.0123abcd.part").mkdir()  # of one who was killed
    assert (champions.fetch(digest, cache) / "encoder.onnx").read_bytes() != b"half"
    assert [path.name for path in cache.iterdir() if not path.name.endswith(".lock")] == [digest]
    for name in list(objects.names("models/")):
        objects.delete(name)
    assert champions.fetch(digest, cache) == cache / digest


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_who_only_serves_fetches_no_weights_and_a_trainer_adds_them(
    champions: Champions, objects: ObjectStore, tmp_path: Path
) -> None:
    folder, cache = model_folder(tmp_path / "a", "a"), tmp_path / "cache"
    (folder / "curve.png").write_bytes(b"a curve")
    digest = champions.register(folder)
    serving = {"decoder.onnx", "encoder.onnx", "model.json"}
    assert champions.model(digest).serving == serving
    fetched = champions.fetch(digest, cache, serving=True)
    assert files_of(fetched) == {*serving, "files.json"}
    assert all((fetched / file).read_bytes() == (folder / file).read_bytes() for file in serving)
    before = (fetched / "encoder.onnx").stat().st_ino
    with pytest.raises(ModelDamagedError, match=r"fetched to serve, without curve\.png, weights\.pt"):
        Champions(FolderObjects(tmp_path / "other")).register(fetched)
    assert champions.fetch(digest, cache) == fetched
    assert files_of(fetched) == {*serving, "curve.png", "files.json", "weights.pt"}
    assert (fetched / "weights.pt").read_bytes() == (folder / "weights.pt").read_bytes()
    assert (fetched / "encoder.onnx").stat().st_ino == before  # what was there stayed, under whoever reads from it
    assert Champions(FolderObjects(tmp_path / "other")).register(fetched) == digest
    for name in list(objects.names("models/")):  # neither needs the store now
        objects.delete(name)
    assert champions.fetch(digest, cache, serving=True) == champions.fetch(digest, cache) == fetched


def test_who_only_serves_fetches_only_that(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags/shop")
    champions = Champions(objects)
    [digest] = register(champions, tmp_path, "a")

    def downloaded(*, serving: bool) -> set[str]:
        gcs.requests.clear()
        champions.fetch(digest, tmp_path / "cache", serving=serving)
        paths = [unquote(path).partition("?")[0] for method, path in gcs.requests if method == "GET"]
        return {path.rpartition("/")[2] for path in paths if "/models/" in path}  # the client asks of the bucket, too

    assert downloaded(serving=True) == {"model.json", "files.json", "encoder.onnx", "decoder.onnx"}
    assert downloaded(serving=True) == set()
    assert downloaded(serving=False) == {"model.json", "files.json", "weights.pt"}
    assert downloaded(serving=False) == set()
    (tmp_path / "cache" / digest / "weights.pt").write_bytes(b"half")
    assert downloaded(serving=True) == set()  # no harm to who does not need it
    assert downloaded(serving=False) == {"model.json", "files.json", "weights.pt"}
    objects.close()


@pytest.mark.parametrize("how", ["other bytes", "gone"])
def test_weights_that_cannot_be_had_stop_the_trainer_only(
    champions: Champions, objects: ObjectStore, tmp_path: Path, how: str
) -> None:
    [digest] = register(champions, tmp_path, "a")
    objects.delete(model_file_name(digest, "weights.pt"))
    if how == "other bytes":
        objects.put(model_file_name(digest, "weights.pt"), b"rotten")
    cache = tmp_path / "cache"
    fetched = champions.fetch(digest, cache, serving=True)
    with pytest.raises(ModelDamagedError, match=r"weights\.pt"):
        champions.fetch(digest, cache)
    assert files_of(fetched) == {"decoder.onnx", "encoder.onnx", "files.json", "model.json"}
    assert champions.fetch(digest, cache, serving=True) == fetched
    assert list(cache.glob(".*.part")) == []


@pytest.mark.parametrize("file", ["files.json", "model.json", "encoder.onnx"])
@pytest.mark.parametrize("serving", [True, False])
def test_a_fetched_folder_heals_whatever_is_wrong(
    champions: Champions, tmp_path: Path, file: str, serving: bool
) -> None:
    [digest] = register(champions, tmp_path, "a")
    fetched = champions.fetch(digest, tmp_path / "cache", serving=True)
    for data in (b"{}", None):
        (fetched / file).unlink()
        if data is not None:
            (fetched / file).write_bytes(data)
        champions.fetch(digest, tmp_path / "cache", serving=serving)
        whole = champions.fetch(digest, tmp_path / "cache")
        for name in ("model.json", "encoder.onnx", "decoder.onnx", "weights.pt"):
            assert (whole / name).read_bytes() == (tmp_path / "a" / name).read_bytes()


def test_servers_and_trainers_fetch_at_once(champions: Champions, tmp_path: Path) -> None:
    [digest] = register(champions, tmp_path, "a")
    model = champions.model(digest)

    def fetch(number: int) -> bool:
        serving = number % 2 == 0
        wanted = model.serving if serving else model.files.keys()
        return wanted <= files_of(champions.fetch(digest, tmp_path / "cache", serving=serving))

    assert all(at_once(8, fetch))


def test_many_fetch_one_model(champions: Champions, tmp_path: Path) -> None:
    [digest] = register(champions, tmp_path, "a")
    whole = set(champions.model(digest).files)

    def fetch(_: int) -> bool:
        return whole <= {path.name for path in champions.fetch(digest, tmp_path / "cache").iterdir()}

    assert all(at_once(8, fetch))


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    champions = Champions(FolderObjects(tmp_path / "objects"))
    [digest] = register(champions, tmp_path, "a")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreFullError):
        champions.fetch(digest, tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


# --- Champions ---


def test_promotions_and_rollbacks_are_a_history(champions: Champions, tmp_path: Path) -> None:
    a, b, c, d = register(champions, tmp_path, "a", "b", "c", "d")
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
    assert list(champions.problems()) == []


def test_nothing_to_roll_back(champions: Champions, tmp_path: Path) -> None:
    with pytest.raises(ChampionError, match="nothing to go back to"):
        champions.rollback("me", "")
    champions.begin(model_folder(tmp_path / "a", "a"), by="me")
    with pytest.raises(ChampionError, match="no champion was there before"):
        champions.rollback("me", "")


def test_who_has_not_seen_the_last_entry_is_refused(champions: Champions, tmp_path: Path) -> None:
    a, b = register(champions, tmp_path, "a", "b")
    with pytest.raises(ChampionMovedError, match="no entry 1"):
        champions.promote(a, expected=1, by="me", reason="")
    champions.promote(a, expected=None, by="you", reason="")
    for expected in (None, 2, 7):
        with pytest.raises(ChampionMovedError):
            champions.promote(b, expected=expected, by="me", reason="")
    with pytest.raises(ChampionMovedError, match="entry 1 by you made a"):
        champions.promote(a, expected=None, by="me", reason="")
    assert len(champions.history()) == 1


def test_one_who_was_cut_off_finds_its_own_entry(champions: Champions, tmp_path: Path) -> None:
    a, b = register(champions, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    done = champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-7")
    assert champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-7") == done
    assert champions.promote(b, expected=2, by="cycle", reason="", attempt="cycle-7") == done
    with pytest.raises(ChampionMovedError):
        champions.promote(a, expected=1, by="cycle", reason="", attempt="cycle-7")
    with pytest.raises(ChampionMovedError):
        champions.promote(b, expected=1, by="cycle", reason="", attempt="cycle-8")


def test_a_lost_answer_is_no_other_author(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags", timeout=2.0, deadline=5.0)
    champions = Champions(objects)
    [a] = register(champions, tmp_path, "a")
    gcs.faults.lose_answer = 1
    assert champions.promote(a, expected=None, by="me", reason="").number == 1
    gcs.faults.lose_answer = 1
    champions.set_shadow(a, "me", "")
    assert gcs.names("tags", "shadow/") == ["shadow/00000001.json"]
    objects.close()


def test_the_bucket_away(gcs: GcsServer) -> None:
    objects = BucketObjects("gs://tags", timeout=1.0, deadline=0.1)
    gcs.faults.unavailable = -1
    for ask in (Champions(objects).current, Champions(objects).shadow, Champions(objects).history):
        with pytest.raises(BucketUnavailableError):
            ask()
    objects.close()


def test_of_many_promotions_from_one_entry_exactly_one_wins(objects: ObjectStore, tmp_path: Path) -> None:
    models = register(Champions(objects), tmp_path, *"abcdefgh")

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
    [digest] = register(Champions(objects), tmp_path, "a")
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
    assert len(Champions(objects).models()) == 1


@pytest.mark.parametrize("bytes_there", [b"", b"[]", b"{}", b'{"number": 2}', b"\xff"])
def test_a_damaged_entry_is_named_and_does_not_block(
    champions: Champions, objects: ObjectStore, tmp_path: Path, bytes_there: bytes
) -> None:
    a, b = register(champions, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    objects.put(numbered_name("champion/", 2), bytes_there)
    objects.put(numbered_name("shadow/", 1), bytes_there)
    with pytest.raises(ChampionError, match=r"champion/00000002\.json"):
        champions.current()
    with pytest.raises(ChampionError, match=r"shadow/00000001\.json"):
        champions.shadow()
    assert [name for name, _ in champions.problems()] == ["champion/00000002.json", "shadow/00000001.json"]
    champions.set_shadow(b, "me", "")
    assert champions.promote(b, expected=2, by="me", reason="").previous is None
    current = champions.current()
    assert current is not None
    assert current.model == b


def test_problems_name_a_hole_and_a_missing_model(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    a, b = register(champions, tmp_path, "a", "b")
    for number, digest in enumerate((a, b, a)):
        champions.promote(digest, expected=number or None, by="me", reason="")
    objects.delete(numbered_name("champion/", 2))
    objects.delete(model_file_name(a, "model.json"))
    found = [(name, what.split(" ")[0]) for name, what in Champions(objects).problems()]
    assert found == [
        ("champion/00000002.json", "this"),
        ("champion/00000001.json", "its"),
        ("champion/00000003.json", "its"),
    ]


# --- Shadow ---


def test_the_last_word_on_the_shadow_counts(champions: Champions, objects: ObjectStore, tmp_path: Path) -> None:
    [a] = register(champions, tmp_path, "a")
    assert champions.set_shadow(a, "me", "try it").name == "a"
    shadow = champions.shadow()
    assert shadow is not None
    assert (shadow.number, shadow.model, shadow.by, shadow.reason) == (1, a, "me", "try it")
    champions.set_shadow(None, "me", "enough")
    shadow = champions.shadow()
    assert shadow is not None
    assert (shadow.number, shadow.model, shadow.name) == (2, None, None)
    records = at_once(6, lambda number: Champions(objects).set_shadow(a, f"{number}", ""))
    assert sorted(record.number for record in records) == list(range(3, 9))
    assert champions.current() is None


# --- From a spool to its first bucket ---


def test_a_bucket_takes_over_the_history_of_the_spool(gcs: GcsServer, tmp_path: Path) -> None:
    spool, bucket = FolderObjects(tmp_path / "spool"), BucketObjects("gs://tags")
    champions = Champions(spool)
    a, b = register(champions, tmp_path, "a", "b")
    champions.promote(a, expected=None, by="me", reason="")
    champions.promote(b, expected=1, by="me", reason="")
    champions.set_shadow(a, "me", "")
    assert share_champions(spool, bucket) == 2
    assert share_champions(spool, bucket) == 0
    assert Champions(bucket).history() == champions.history()
    assert Champions(bucket).shadow() == champions.shadow()
    assert list(Champions(bucket).problems()) == []
    other = FolderObjects(tmp_path / "other")
    Champions(other).promote(Champions(other).register(tmp_path / "a"), expected=None, by="you", reason="")
    with pytest.raises(ChampionMovedError, match="history of its own"):
        share_champions(other, bucket)
    bucket.close()
