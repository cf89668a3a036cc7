"""The requests about projects, one method per request."""

from __future__ import annotations

from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.project_answers import (
    MemberList,
    MemberRole,
    Project,
    ProjectDetails,
    ProjectList,
    Visibility,
)


class ProjectsClient:
    """Requests over one connection.

    Every method raises `BackendError` when there is no answer.

    Args:
        connection: To the backend.
        token: The session's or the team's; None asks as a guest.
        name: Who asks; "" for the team.
    """

    def __init__(self, connection: Connection, token: str | None, name: str = "") -> None:
        self._connection = connection if token is None else connection.with_token(token)
        self._by = {"by": name} if name else {}

    def all(self) -> tuple[Project, ...]:
        """The projects that the visitor sees, by name, without their numbers."""
        return self._connection.ask(ProjectList, "GET", "/v1/team/projects", params={"counts": "false"}).root

    def get(self, project: str) -> ProjectDetails:
        """A project with its members and history."""
        return self._connection.ask(ProjectDetails, "GET", _path(project))

    def create(self, name: str, project: str, description: str, visibility: Visibility, model: str = "") -> Project:
        """Make a project; sent again on a broken connection, it may say that the id is taken."""
        fields = {"name": name, "id": project, "description": description, "visibility": visibility, "model": model}
        return self._connection.ask(Project, "POST", "/v1/team/projects", fields=fields | self._by)

    def change(self, project: str, **fields: str) -> Project:
        """Change `name`, `description` or `visibility`."""
        # An empty field counts as left out.
        said = {name: value or " " for name, value in fields.items()}
        return self._connection.ask(Project, "POST", _path(project), fields=said | self._by)

    def delete(self, project: str) -> None:
        """Delete a project; its crops leave it."""
        self._connection.delete(_path(project))

    def put_member(self, project: str, person: str, role: MemberRole) -> MemberList:
        """Add a person, or change what the person may do."""
        fields = {"role": role} | self._by
        return self._connection.ask(MemberList, "POST", _member(project, person), fields=fields)

    def remove_member(self, project: str, person: str) -> None:
        """Take a person out of a project."""
        self._connection.delete(_member(project, person))


def _path(project: str) -> str:
    return f"/v1/team/projects/{quote(project, safe='')}"


def _member(project: str, person: str) -> str:
    return f"{_path(project)}/members/{quote(person, safe='')}"
