"""Models go into the store and come back byte for byte, or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote

import pytest

from benchmarks.drivers.gcs_server import GcsServer
from datasets.errors import (
    BucketUnavailableError,
    ChampionError,
    ModelDamagedError,
    StoreFullError,
    UnknownModelError,
)
from datasets.models.audit import find_model_problems
from datasets.models.registry import ModelRegistry
from datasets.objects.bucket import BucketObjects
from datasets.objects.folder import FolderObjects
from datasets.objects.interface import ObjectStore
from datasets.objects.names import model_file_name
from datasets.samples.genuine import is_genuine
from tests.datasets.making import at_once, model_folder, register_models


@pytest.fixture
def registry(objects: ObjectStore) -> ModelRegistry:
    return ModelRegistry(objects)


def test_a_model_is_found_by_its_name_version_or_digest(registry: ModelRegistry, tmp_path: Path) -> None:
    one, two = register_models(registry, tmp_path, "one", "two")
    for name in ("one", " one  1.0 ", one[:8]):
        assert registry.named(name).digest == one
    for name in ("", "three", "one 2.0", one[:3]):
        with pytest.raises(UnknownModelError, match="no model has the name"):
            registry.named(name)
    again = registry.register(model_folder(tmp_path / "again", "two"))
    assert again == two
    other = model_folder(tmp_path / "other", "two x")
    (other / "model.json").write_text((other / "model.json").read_text().replace('"two x"', '"two"'))
    registry.register(other)
    with pytest.raises(UnknownModelError, match=r"several models have the name 'two': two 1\.0"):
        registry.named("two")
    assert registry.named(two[:12]).digest == two


def test_a_model_comes_back_byte_for_byte(registry: ModelRegistry, objects: ObjectStore, tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "a", "a")
    (folder / ".lock").write_bytes(b"left over")
    (folder / "plots").mkdir()
    digest = registry.register(folder)
    assert digest == hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()
    assert registry.register(folder) == digest
    model = registry.model(digest)
    assert (model.name, model.version, model.card) == ("a", "1.0", {"recipe": "tags-1"})
    assert sorted(model.files) == ["decoder.onnx", "encoder.onnx", "model.json", "weights.pt"]
    fetched = registry.fetch(digest, tmp_path / "cache")
    assert fetched == tmp_path / "cache" / digest
    for file in model.files:
        assert (fetched / file).read_bytes() == (folder / file).read_bytes()
    assert registry.digests() == (digest,)
    assert registry.find(digest[:6]) == digest
    assert is_genuine(model_file_name(digest, "model.json"), (folder / "model.json").read_bytes())
    assert not is_genuine(model_file_name(digest, "model.json"), b"{}")
    assert list(find_model_problems(objects)) == []
    # What was fetched may be registered elsewhere.
    assert ModelRegistry(FolderObjects(tmp_path / "other")).register(fetched) == digest


def test_a_shipped_model_can_be_registered(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "ocr_model" / "weights" / "champion"
    registry = ModelRegistry(FolderObjects(tmp_path / "objects"))
    fetched = registry.fetch(registry.register(shipped), tmp_path / "cache")
    assert (fetched / "weights.pt").read_bytes() == (shipped / "weights.pt").read_bytes()


def test_unknown_models(registry: ModelRegistry, tmp_path: Path) -> None:
    for digest in ("0" * 64, "../../etc", ""):
        with pytest.raises(UnknownModelError):
            registry.model(digest)
        with pytest.raises(UnknownModelError):
            registry.fetch(digest, tmp_path / "cache")
        with pytest.raises(UnknownModelError):
            registry.find(digest)


@pytest.mark.parametrize("file", ["encoder.onnx", "weights.pt", "model.json", "files.json"])
@pytest.mark.parametrize("how", ["other bytes", "gone"])
def test_a_damaged_model_is_refused_named_and_healed(
    registry: ModelRegistry, objects: ObjectStore, tmp_path: Path, file: str, how: str
) -> None:
    folder = model_folder(tmp_path / "a", "a")
    digest = registry.register(folder)
    objects.delete(model_file_name(digest, file))
    if how == "other bytes":
        objects.put(model_file_name(digest, file), b'{"x.onnx": "rotten"}')
    if (how, file) == ("gone", "model.json"):  # written last: without it there is no model
        assert registry.digests() == ()
    else:
        assert file in "".join(what for _, what in find_model_problems(objects))
    with pytest.raises(ChampionError):
        registry.fetch(digest, tmp_path / "cache")
    assert not (tmp_path / "cache" / digest).exists()
    assert list((tmp_path / "cache").glob("*.part")) == []
    if file == "weights.pt" and how == "other bytes":
        return  # nobody vouches for it but the store itself
    assert registry.register(folder) == digest
    assert list(find_model_problems(objects)) == []
    assert (registry.fetch(digest, tmp_path / "cache") / file).is_file()


def test_a_registration_that_was_cut_off_is_no_model(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags", timeout=20.0, deadline=0.1)
    registry = ModelRegistry(objects)
    folder = model_folder(tmp_path / "a", "a")
    gcs.faults.applies_to = lambda method, path: method == "POST" and len(gcs.names("tags")) >= 2
    gcs.faults.unavailable = -1
    with pytest.raises(BucketUnavailableError):
        registry.register(folder)
    gcs.faults.unavailable = 0
    assert gcs.names("tags")
    assert registry.digests() == ()
    (folder / "weights.pt").write_bytes(b"saved again")
    registry.fetch(registry.register(folder), tmp_path / "cache")
    objects.close()


def test_a_fetched_model_needs_no_store_and_heals(
    registry: ModelRegistry, objects: ObjectStore, tmp_path: Path
) -> None:
    [digest] = register_models(registry, tmp_path, "a")
    cache = tmp_path / "cache"
    registry.fetch(digest, cache)
    (cache / digest / "encoder.onnx").write_bytes(b"half")
    (cache / f".{digest}.0123abcd.part").mkdir()  # of one who was killed
    assert (registry.fetch(digest, cache) / "encoder.onnx").read_bytes() != b"half"
    assert [path.name for path in cache.iterdir() if not path.name.endswith(".lock")] == [digest]
    for name in list(objects.names("models/")):
        objects.delete(name)
    assert registry.fetch(digest, cache) == cache / digest


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_who_only_serves_fetches_no_weights_and_a_trainer_adds_them(
    registry: ModelRegistry, objects: ObjectStore, tmp_path: Path
) -> None:
    folder, cache = model_folder(tmp_path / "a", "a"), tmp_path / "cache"
    (folder / "curve.png").write_bytes(b"a curve")
    digest = registry.register(folder)
    serving = {"decoder.onnx", "encoder.onnx", "model.json"}
    assert registry.model(digest).serving == serving
    fetched = registry.fetch(digest, cache, serving=True)
    assert files_of(fetched) == {*serving, "files.json"}
    assert all((fetched / file).read_bytes() == (folder / file).read_bytes() for file in serving)
    before = (fetched / "encoder.onnx").stat().st_ino
    with pytest.raises(ModelDamagedError, match=r"fetched to serve, without curve\.png, weights\.pt"):
        ModelRegistry(FolderObjects(tmp_path / "other")).register(fetched)
    assert registry.fetch(digest, cache) == fetched
    assert files_of(fetched) == {*serving, "curve.png", "files.json", "weights.pt"}
    assert (fetched / "weights.pt").read_bytes() == (folder / "weights.pt").read_bytes()
    assert (fetched / "encoder.onnx").stat().st_ino == before  # what was there stayed, under whoever reads from it
    assert ModelRegistry(FolderObjects(tmp_path / "other")).register(fetched) == digest
    for name in list(objects.names("models/")):  # neither needs the store now
        objects.delete(name)
    assert registry.fetch(digest, cache, serving=True) == registry.fetch(digest, cache) == fetched


def test_who_only_serves_fetches_only_that(gcs: GcsServer, tmp_path: Path) -> None:
    objects = BucketObjects("gs://tags/shop")
    registry = ModelRegistry(objects)
    [digest] = register_models(registry, tmp_path, "a")

    def downloaded(*, serving: bool) -> set[str]:
        gcs.requests.clear()
        registry.fetch(digest, tmp_path / "cache", serving=serving)
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
    registry: ModelRegistry, objects: ObjectStore, tmp_path: Path, how: str
) -> None:
    [digest] = register_models(registry, tmp_path, "a")
    objects.delete(model_file_name(digest, "weights.pt"))
    if how == "other bytes":
        objects.put(model_file_name(digest, "weights.pt"), b"rotten")
    cache = tmp_path / "cache"
    fetched = registry.fetch(digest, cache, serving=True)
    with pytest.raises(ModelDamagedError, match=r"weights\.pt"):
        registry.fetch(digest, cache)
    assert files_of(fetched) == {"decoder.onnx", "encoder.onnx", "files.json", "model.json"}
    assert registry.fetch(digest, cache, serving=True) == fetched
    assert list(cache.glob(".*.part")) == []


@pytest.mark.parametrize("file", ["files.json", "model.json", "encoder.onnx"])
@pytest.mark.parametrize("serving", [True, False])
def test_a_fetched_folder_heals_whatever_is_wrong(
    registry: ModelRegistry, tmp_path: Path, file: str, serving: bool
) -> None:
    [digest] = register_models(registry, tmp_path, "a")
    fetched = registry.fetch(digest, tmp_path / "cache", serving=True)
    for data in (b"{}", None):
        (fetched / file).unlink()
        if data is not None:
            (fetched / file).write_bytes(data)
        registry.fetch(digest, tmp_path / "cache", serving=serving)
        whole = registry.fetch(digest, tmp_path / "cache")
        for name in ("model.json", "encoder.onnx", "decoder.onnx", "weights.pt"):
            assert (whole / name).read_bytes() == (tmp_path / "a" / name).read_bytes()


def test_servers_and_trainers_fetch_at_once(registry: ModelRegistry, tmp_path: Path) -> None:
    [digest] = register_models(registry, tmp_path, "a")
    model = registry.model(digest)

    def fetch(number: int) -> bool:
        serving = number % 2 == 0
        wanted = model.serving if serving else model.files.keys()
        return wanted <= files_of(registry.fetch(digest, tmp_path / "cache", serving=serving))

    assert all(at_once(8, fetch))


def test_many_fetch_one_model(registry: ModelRegistry, tmp_path: Path) -> None:
    [digest] = register_models(registry, tmp_path, "a")
    whole = set(registry.model(digest).files)

    def fetch(_: int) -> bool:
        return whole <= {path.name for path in registry.fetch(digest, tmp_path / "cache").iterdir()}

    assert all(at_once(8, fetch))


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = ModelRegistry(FolderObjects(tmp_path / "objects"))
    [digest] = register_models(registry, tmp_path, "a")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreFullError):
        registry.fetch(digest, tmp_path / "cache")
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]
