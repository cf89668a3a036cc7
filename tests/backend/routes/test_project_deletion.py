"""A project is deleted by owners; its crops leave it by events, and no private crop comes to be seen."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.people.project import ProjectNotEmptyError, UnknownProjectError
from backend.people.tables import PROJECTS, open_people
from backend.settings import Settings
from datasets.samples.store import SampleStore
from tests.backend.routes.test_projects import HIDDEN, World, digests, world

__all__ = ["digests", "world"]


def delete(world: World, who: str, project: str = "secret") -> tuple[int, dict[str, object]]:
    answer = world.client.delete(f"/v1/team/projects/{project}", headers=world.people[who])
    return answer.status_code, answer.json()


def test_a_private_project_with_crops_stays(world: World) -> None:
    status, body = delete(world, "owner")
    assert (status, body["kind"]) == (409, "project-not-empty")
    assert world.found("ada", "project = secret") == set(world.hidden)
    assert not set(world.hidden) & world.found("bob")


def test_only_owners_delete(world: World) -> None:
    for who in ("ada", "bob", "cy"):
        status, body = delete(world, who)
        assert (status, body["kind"]) == (403, "role-needed")
    assert delete(world, "owner", "no-such")[0] == 404


def test_the_crops_of_a_project_that_the_team_sees_leave_it_by_events(world: World, settings: Settings) -> None:
    assert world.post("projects/secret", "ada", visibility="team").status_code == 200
    status, body = delete(world, "owner")
    assert (status, body["id"]) == (200, "secret")
    assert world.get("projects", "owner").json() == []
    for who in ("bob", "owner"):
        assert world.found(who, "project = secret") == set()
        assert world.found(who) == set(world.digests)
    with SampleStore.open(settings.spool, upload=False) as store:  # as the events say
        store.upkeep.reindex()
        assert not any(sample.projects for sample in store.samples())
        last = store.marks.history(world.hidden[0])[-1]
    assert (last.by, last.value, [last.action]) == ("owner <owner@example.com>", None, body["actions"])
    assert delete(world, "owner")[0] == 404
    # What is taken back belongs to a project that is gone: owners alone see it.
    back = world.client.delete(f"/v1/team/marks/{last.action}", headers=world.people["owner"])
    assert (back.status_code, back.json()["crops"]) == (200, HIDDEN)
    assert set(world.hidden) <= world.found("owner")
    assert not set(world.hidden) & world.found("bob")


def test_a_crop_of_a_private_project_too_stays_private(world: World) -> None:
    assert world.post("projects", "ada", name="Shared", visibility="team").status_code == 201
    assert world.post("marks", "ada", samples=" ".join(world.hidden), join="shared").status_code == 200
    assert set(world.hidden) <= world.found("bob")
    assert delete(world, "owner", "shared")[0] == 200
    assert not set(world.hidden) & world.found("bob")
    assert set(world.hidden) <= world.found("ada")


def test_an_empty_private_project_goes_with_its_members(world: World) -> None:
    assert world.post("marks", "ada", samples=" ".join(world.hidden), leave="secret").status_code == 200
    assert delete(world, "owner") == (200, {"id": "secret", "actions": []})
    projects = world.client.app.state.services.accounts.projects
    assert projects.members("secret") == []
    assert [change.what for change in projects.changes("secret")][:1] == ["deleted"]
    # Others cannot take its id and see what comes back to it.
    assert world.post("projects", "bob", name="secret").status_code == 409


def test_a_project_that_has_become_private_meanwhile_stays(world: World) -> None:
    projects = world.client.app.state.services.accounts.projects
    with pytest.raises(ProjectNotEmptyError):
        projects.delete("secret", "owner", is_empty=False)
    with pytest.raises(UnknownProjectError):
        projects.delete("no-such", "owner", is_empty=True)


def test_a_database_of_an_earlier_release_gets_the_new_columns(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'people.sqlite3'}"
    old = sa.create_engine(url)
    with old.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE people_projects (id VARCHAR(40) PRIMARY KEY, name VARCHAR(100) NOT NULL, description TEXT "
            "NOT NULL, visibility VARCHAR(16) NOT NULL, created_by TEXT NOT NULL, created_at FLOAT NOT NULL)"
        )
        connection.exec_driver_sql("INSERT INTO people_projects VALUES ('shoes', 'Shoes', '', 'team', 'Kim', 1.0)")
    old.dispose()
    for _ in range(2):
        engine = open_people(url)
        with engine.connect() as connection:
            assert connection.execute(sa.select(PROJECTS.c.model, PROJECTS.c.model_name)).one() == ("", "")
        engine.dispose()


def test_a_description_is_emptied_by_a_blank(world: World) -> None:
    assert world.post("projects/secret", "ada", description="").json()["description"] != ""
    assert world.post("projects/secret", "ada", description=" ").json()["description"] == ""
