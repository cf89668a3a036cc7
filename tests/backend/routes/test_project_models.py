"""A project may name the model that reads its crops, and versions of it say so where a cycle is asked for."""

import asyncio
from pathlib import Path

import pytest

from backend.reading.project_models import ProjectModels
from backend.settings import Settings
from datasets.cycles.requests import pending
from datasets.errors import ChampionUnsignedError, StoreError, UnknownModelError
from datasets.models.champions import Champions
from datasets.models.registry import ModelRegistry
from datasets.objects.folder import FolderObjects
from datasets.objects.store_key import StoreKey
from datasets.reason import Reason
from datasets.samples.places import Places
from ocr_model.errors import ModelError
from tests.backend.conftest import FakeReader
from tests.backend.routes.test_projects import World, digests, world
from tests.datasets.making import register_models

__all__ = ["digests", "world"]


@pytest.fixture
def models(settings: Settings, tmp_path: Path) -> list[str]:
    """Digests of two models in the store, named one and two."""
    return register_models(ModelRegistry(FolderObjects(settings.spool)), tmp_path, "one", "two")


def open_places(settings: Settings) -> Places:
    return Places.open(settings.spool, None)


def test_a_project_names_a_model_of_the_store(world: World, models: list[str]) -> None:
    changed = world.post("projects/secret", "ada", model="one")
    assert (changed.status_code, changed.json()["model"]) == (200, "one 1.0")
    assert world.client.app.state.services.accounts.projects.model_of(["secret", "none"]) == models[0]
    made = world.post("projects", "ada", name="Bags", model="two 1.0")
    assert (made.status_code, made.json()["model"]) == (201, "two 1.0")
    told = [(it["what"], it["value"]) for it in world.get("projects/secret", "ada").json()["changes"]]
    assert told[0] == ("model", "one 1.0")
    assert world.post("projects/secret", "ada", name="Other").json()["model"] == "one 1.0"
    assert world.post("projects/secret", "ada", model=" ").json()["model"] == ""
    assert world.client.app.state.services.accounts.projects.model_of(["secret"]) == ""


def test_a_name_that_the_store_does_not_hold_once_is_refused_in_words(world: World, models: list[str]) -> None:
    for path, fields in (("projects/secret", {}), ("projects", {"name": "Bags"})):
        refused = world.post(path, "ada", model="three", **fields)
        assert (refused.status_code, refused.json()["kind"]) == (404, "unknown-model")
        assert refused.json()["detail"] == "no model has the name 'three'"
    assert {project["id"] for project in world.get("projects", "ada").json()} == {"secret"}
    assert world.post("projects/secret", "bob", model="one").status_code == 404


def test_the_crops_of_a_project_are_read_anew_by_its_model(world: World, models: list[str]) -> None:
    reader = FakeReader()
    reader.text = "READ BY ONE"
    found: list[Path] = []

    def load(folder: Path) -> FakeReader:
        found.append(folder)
        return reader

    world.client.app.state.services.project_models._load = load
    assert world.post("projects/secret", "ada", model="one").status_code == 200
    for _ in range(2):
        assert world.get(f"samples/{world.hidden[0]}/reading", "ada").json()["text"] == "READ BY ONE"
    assert world.get(f"samples/{world.digests[-1]}/reading", "ada").json()["text"] != "READ BY ONE"
    (folder,) = found
    assert (folder.name, (folder / "model.json").is_file()) == (models[0], True)
    assert world.post("projects/secret", "ada", model=" ").status_code == 200
    assert world.get(f"samples/{world.hidden[0]}/reading", "ada").json()["text"] != "READ BY ONE"


def test_an_upload_into_a_project_is_read_by_its_model(world: World, models: list[str]) -> None:
    keeper = world.client.app.state.services.uploads
    assert world.post("projects/secret", "ada", model="two").status_code == 200
    folders = [asyncio.run(keeper._project_folder(project)) for project in ("secret", "", "no-such")]
    assert folders[1:] == [None, None]
    assert folders[0].name == models[1]
    assert (folders[0] / "encoder.onnx").is_file()


def test_of_a_store_with_a_key_a_model_is_one_that_a_signed_champion_names(
    settings: Settings, models: list[str], tmp_path: Path
) -> None:
    key = StoreKey(b"a key of the store, long enough to sign with")
    found = ProjectModels(lambda: open_places(settings), tmp_path / "cache", lambda folder: FakeReader(), key)
    with pytest.raises(ChampionUnsignedError):
        found.find("one")
    Champions(FolderObjects(settings.spool), key=key).promote(models[0], expected=None, by="me", reason="shipped")
    assert found.find("one").digest == models[0]
    with pytest.raises(ChampionUnsignedError):
        found.folder(models[1])
    with pytest.raises(UnknownModelError):
        found.find("three")
    found.close()


def test_a_model_that_does_not_load_is_told(settings: Settings, models: list[str], tmp_path: Path) -> None:
    def load(folder: Path) -> FakeReader:
        raise ModelError("no graph")

    found = ProjectModels(lambda: open_places(settings), tmp_path / "cache", load)
    with pytest.raises(StoreError, match="does not load: no graph"):
        found.reader(models[0])
    found.close()


def test_a_cycle_on_a_projects_version_says_the_project(world: World, settings: Settings) -> None:
    for where, name in (("project = secret and turn = 0", "v2.0"), ("status = accepted", "v3.0")):
        made = world.post("versions", "ada", where=where, name=name, key=name[:2])
        assert made.status_code == 200, made.text
    assert world.post("cycles", "ada", version="v2.0", why="enough").status_code == 202
    assert world.post("cycles", "ada", version="v3.0").status_code == 202
    whys = {request.version: request.why for request in pending(FolderObjects(settings.spool))}
    enough = {"project": "secret", "why": Reason.words("enough")}
    assert whys == {"v2.0": Reason(kind="project_why", values=enough), "v3.0": Reason.words("")}
    told = {cycle["version"]: cycle["why"]["text"] for cycle in world.get("cycles", "ada").json()["cycles"]}
    assert told == {"v2.0": "a version of the project secret: enough", "v3.0": ""}
    # Whoever does not see the project is told the words alone.
    hidden = {cycle["version"]: cycle["why"]["text"] for cycle in world.get("cycles", "bob").json()["cycles"]}
    assert hidden == {"v2.0": "enough", "v3.0": ""}
