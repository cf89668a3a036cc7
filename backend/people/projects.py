"""The projects, their members, and what each person sees and changes. Every method may wait for the database.

Which crops belong to a project is no matter of this database: it is kept with the crops (`datasets/samples/marks.py`).
A project that is known there and not here, say because this database was lost, is seen by owners alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from backend.people.person import Person
from backend.people.project import (
    Member,
    MemberRole,
    Project,
    ProjectChange,
    ProjectNotEmptyError,
    ProjectTakenError,
    UnknownProjectError,
    Visibility,
)
from backend.people.tables import PEOPLE, PROJECT_CHANGES, PROJECT_MEMBERS, PROJECTS
from backend.people.who import Who
from datasets.objects.clock import Clock
from datasets.samples.sight import Sight

_MOST_CHANGES: Final = 100  # of a project that are shown
_NOTHING: Final = Sight(frozenset(), others=False)


class Projects:
    """Projects in the people's database.

    Args:
        engine: From `open_people`.
        clock: Seconds since 1970.
    """

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    # -- who sees what ------------------------------------------------------------------------------------

    def who(self, person: Person) -> Who:
        """Return what a person sees and changes; owners all."""
        if person.role == "owner":
            return Who(person.role, person)
        mine = sa.and_(PROJECT_MEMBERS.c.project == PROJECTS.c.id, PROJECT_MEMBERS.c.person == person.id)
        query = sa.select(PROJECTS.c.id, PROJECTS.c.visibility, PROJECT_MEMBERS.c.role).outerjoin(PROJECT_MEMBERS, mine)
        seen, touched = set[str](), set[str]()
        with self._engine.connect() as connection:
            for project, visibility, role in connection.execute(query):
                if visibility != "private" or role is not None:
                    seen.add(project)
                if visibility != "private" or role in ("labeller", "maintainer"):
                    touched.add(project)
        return Who(person.role, person, Sight(frozenset(seen)), Sight(frozenset(touched)))

    def guest(self) -> Who | None:
        """Return what anybody sees: public projects; None where there are none."""
        query = sa.select(PROJECTS.c.id).where(PROJECTS.c.visibility == "public")
        with self._engine.connect() as connection:
            public = frozenset(connection.scalars(query))
        return Who("viewer", None, Sight(public, others=False), _NOTHING, is_guest=True) if public else None

    def role_of(self, who: Who, project: str) -> MemberRole | None:
        """Return what somebody may do with a project; None for one who only sees it as others do."""
        if who.person is None or who.role == "owner":
            return None if who.is_guest else "maintainer"
        mine = (PROJECT_MEMBERS.c.project == project, PROJECT_MEMBERS.c.person == who.person.id)
        with self._engine.connect() as connection:
            return connection.scalar(sa.select(PROJECT_MEMBERS.c.role).where(*mine))

    # -- reading ------------------------------------------------------------------------------------------

    def all(self, who: Who) -> list[Project]:
        """Return the projects that somebody sees, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(PROJECTS).order_by(PROJECTS.c.name, PROJECTS.c.id)).mappings()
            return [project_of(row) for row in rows if who.sight is None or row["id"] in who.sight.projects]

    def get(self, project: str, who: Who) -> Project:
        """Return a project.

        Raises:
            UnknownProjectError: There is none, or it is not seen.
        """
        if who.sight is not None and project not in who.sight.projects:
            raise UnknownProjectError("there is no such project")
        with self._engine.connect() as connection:
            return _get(connection, project)

    def model_of(self, projects: Collection[str]) -> str:
        """Return the digest of the model that reads what belongs to these projects; "" for the champion.

        Of several that name one, the first by its id decides.
        """
        query = sa.select(PROJECTS.c.model).where(PROJECTS.c.id.in_(sorted(projects)), PROJECTS.c.model != "")
        with self._engine.connect() as connection:
            return connection.scalar(query.order_by(PROJECTS.c.id).limit(1)) or ""

    def members(self, project: str) -> list[Member]:
        """Return the members of a project, by address."""
        query = (
            sa.select(PROJECT_MEMBERS, PEOPLE.c.email, PEOPLE.c.name, PEOPLE.c.role.label("account_role"))
            .join(PEOPLE, PEOPLE.c.id == PROJECT_MEMBERS.c.person)
            .where(PROJECT_MEMBERS.c.project == project)
            .order_by(PEOPLE.c.email)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [Member(**{name: row[name] for name in Member.__dataclass_fields__}) for row in rows]

    def changes(self, project: str) -> list[ProjectChange]:
        """Return what was done to a project, the latest first."""
        columns = [PROJECT_CHANGES.c[name] for name in ProjectChange.__dataclass_fields__]
        query = sa.select(*columns).where(PROJECT_CHANGES.c.project == project)
        with self._engine.connect() as connection:
            found = connection.execute(query.order_by(PROJECT_CHANGES.c.id.desc()).limit(_MOST_CHANGES))
            return [ProjectChange(**row) for row in found.mappings()]

    # -- changes ------------------------------------------------------------------------------------------

    def create(
        self,
        project: str,
        *,
        name: str,
        description: str,
        visibility: Visibility,
        who: Who,
        by: str,
        model: str = "",
        model_name: str = "",
    ) -> Project:
        """Add a project; whoever makes it maintains it.

        Args:
            project: Its id.
            name: As people call it.
            description: What it is about.
            visibility: Who sees its crops.
            who: Who makes it.
            by: The name of whoever makes it.
            model: Digest of the model that reads its crops; "" for the champion.
            model_name: That model's name and version.

        Raises:
            ProjectTakenError: There is one of this id.
        """
        made = Project(project, name, description, visibility, model, model_name, by, self._clock())
        try:
            with self._engine.begin() as connection:
                connection.execute(PROJECTS.insert().values(**vars(made)))
                self._note(connection, project, by, "created", visibility)
                if model:
                    self._note(connection, project, by, "model", model_name)
                if who.person is not None:
                    self._put_member(connection, project, who.person.id, "maintainer")
        except IntegrityError as error:
            raise ProjectTakenError(project) from error
        return made

    def change(self, project: str, by: str, **changes: str) -> Project:
        """Change name, description, visibility, or `model` together with `model_name`.

        Raises:
            UnknownProjectError: There is no such project.
        """
        with self._engine.begin() as connection:
            before = _get(connection, project)
            for what, value in changes.items():
                if what != "model_name" and getattr(before, what) != value:
                    self._note(connection, project, by, what, changes["model_name"] if what == "model" else value)
            if changes:
                connection.execute(PROJECTS.update().where(PROJECTS.c.id == project).values(**changes))
            return _get(connection, project)

    def delete(self, project: str, by: str, *, is_empty: bool) -> None:
        """Remove a project with its members; what was done to it stays noted under its id.

        Args:
            project: Its id.
            by: Who does it.
            is_empty: Whether no crop belonged to it when it was looked at.

        Raises:
            UnknownProjectError: There is no such project.
            ProjectNotEmptyError: It is private, or has become so, and is not empty.
        """
        with self._engine.begin() as connection:
            gone = sa.and_(PROJECTS.c.id == project, sa.true() if is_empty else PROJECTS.c.visibility != "private")
            if not connection.execute(PROJECTS.delete().where(gone)).rowcount:
                _get(connection, project)
                raise ProjectNotEmptyError("crops belong to the private project")
            connection.execute(PROJECT_MEMBERS.delete().where(PROJECT_MEMBERS.c.project == project))
            self._note(connection, project, by, "deleted", "")

    def put_member(self, project: str, person: Person, role: MemberRole, by: str) -> None:
        """Add a person to a project, or change what the person may do there.

        Raises:
            UnknownProjectError: There is no such project.
        """
        with self._engine.begin() as connection:
            _get(connection, project)
            self._put_member(connection, project, person.id, role)
            self._note(connection, project, by, "member", f"{person.email} {role}")

    def remove_member(self, project: str, person: Person, by: str) -> None:
        """Take a person out of a project; who is not in it stays out."""
        mine = (PROJECT_MEMBERS.c.project == project, PROJECT_MEMBERS.c.person == person.id)
        with self._engine.begin() as connection:
            if connection.execute(PROJECT_MEMBERS.delete().where(*mine)).rowcount:
                self._note(connection, project, by, "member-removed", person.email)

    @staticmethod
    def _put_member(connection: sa.Connection, project: str, person: str, role: str) -> None:
        mine = (PROJECT_MEMBERS.c.project == project, PROJECT_MEMBERS.c.person == person)
        connection.execute(PROJECT_MEMBERS.delete().where(*mine))
        connection.execute(PROJECT_MEMBERS.insert().values(project=project, person=person, role=role))

    def _note(self, connection: sa.Connection, project: str, by: str, what: str, value: str) -> None:
        change = {"project": project, "at": self._clock(), "by": by, "what": what, "value": value}
        connection.execute(PROJECT_CHANGES.insert().values(**change))


def _get(connection: sa.Connection, project: str) -> Project:
    row = connection.execute(sa.select(PROJECTS).where(PROJECTS.c.id == project)).mappings().first()
    if row is None:
        raise UnknownProjectError("there is no such project")
    return project_of(row)


def project_of(row: Mapping[Any, Any]) -> Project:
    """Return the project of a row of `PROJECTS`."""
    return Project(**{name: row[name] for name in Project.__dataclass_fields__})
