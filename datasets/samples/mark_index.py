"""The part of the index that answers questions about tags and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from datasets.samples.database_errors import database_errors
from datasets.samples.live_rows import parts
from datasets.samples.marks import CropMarks, crop_marks, project_in, tag_of_project
from datasets.samples.seen_index import SeenIndex
from datasets.samples.tables import (
    ACTION_TABLE,
    EVENT_TABLE,
    IN_ORDER,
    LIVE_MARK_TABLE,
    LIVE_TABLE,
    MARK_TABLE,
    time_of,
)

_UNMARKED = CropMarks()


@dataclass(frozen=True, slots=True)
class MarkChange:
    """A tag or a value that a crop was given, or that was taken from it."""

    action: str
    by: str
    at: datetime
    is_tag: bool  # else a key of metadata
    name: str  # the tag or the key
    value: str | None  # "" for a tag that was given; None if it was taken
    undone_by: str | None  # who took the action back; None: nobody has


class MarkIndex(SeenIndex):
    """Tags and metadata by crop. Its methods raise `IndexUnavailableError` when the database does not answer.

    Args:
        engine: of the index.
    """

    def last_change(self) -> int:
        """A number that grows with each change of marks, and so whenever a crop may come to be seen or hidden."""
        with database_errors(), self._engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(ACTION_TABLE.c.id))) or 0

    def seen_among(self, digests: Iterable[str]) -> set[str]:
        """Those of these crops that are seen; what was never labelled is seen by who sees all."""
        if self._sight is None:
            return set(digests)
        found = set[str]()
        with database_errors(), self._engine.connect() as connection:
            for some in parts(sorted(set(digests))):
                about = (EVENT_TABLE.c.kind == "label", EVENT_TABLE.c.sample.in_(some), *self._is_seen(EVENT_TABLE))
                found.update(connection.scalars(sa.select(EVENT_TABLE.c.sample).where(*about).distinct()))
        return found

    def of(self, digests: Iterable[str]) -> dict[str, CropMarks]:
        """The marks of crops, by digest; crops without marks are left out."""
        wanted = self.seen_among(digests)
        with database_errors(), self._engine.connect() as connection:
            return {digest: self._as_seen(marks) for digest, marks in marks_in(connection, wanted).items()}

    def _as_seen(self, marks: CropMarks) -> CropMarks:
        sight = self._sight
        return marks if sight is None else replace(marks, projects=marks.projects & sight.projects)

    def tags(self) -> Mapping[str, int]:
        """All tags, each with the number of live labels whose crop has it."""
        query = (
            sa.select(LIVE_MARK_TABLE.c.name, sa.func.count())
            .join(LIVE_TABLE, LIVE_TABLE.c.sample == LIVE_MARK_TABLE.c.sample)
            .where(LIVE_MARK_TABLE.c.is_tag.is_(True), *self._is_seen(LIVE_TABLE))
            .group_by(LIVE_MARK_TABLE.c.name)
        )
        with database_errors(), self._engine.connect() as connection:
            found = sorted(connection.execute(query).all())
        return {str(tag): int(number) for tag, number in found if project_in(tag) is None}

    def history(self, digest: str) -> list[MarkChange]:
        """All that was ever said about a crop, the first first."""
        undo = ACTION_TABLE.alias("undo")
        query = (
            sa.select(
                ACTION_TABLE.c.action,
                ACTION_TABLE.c.author,
                EVENT_TABLE.c.at,
                MARK_TABLE.c.is_tag,
                MARK_TABLE.c.name,
                MARK_TABLE.c.value,
                # Two machines may both have taken it back, which does no more.
                sa.select(sa.func.min(undo.c.author)).where(undo.c.undoes == ACTION_TABLE.c.action).scalar_subquery(),
            )
            .select_from(MARK_TABLE)
            .join(EVENT_TABLE, EVENT_TABLE.c.id == MARK_TABLE.c.id)
            .join(ACTION_TABLE, ACTION_TABLE.c.id == MARK_TABLE.c.id)
            .where(MARK_TABLE.c.sample == digest)
            .order_by(*IN_ORDER, MARK_TABLE.c.is_tag.desc(), MARK_TABLE.c.name)
        )
        if digest not in self.seen_among([digest]):
            return []
        with database_errors(), self._engine.connect() as connection:
            return [
                MarkChange(action, by, time_of(at), bool(is_tag), name, value, undone_by)
                for action, by, at, is_tag, name, value, undone_by in connection.execute(query)
                if self._knows(name)
            ]

    def _knows(self, tag: str) -> bool:
        project = project_in(tag)
        return project is None or self._sight is None or project in self._sight.projects

    def projects_of(self, action: str) -> set[str]:
        """The projects into or out of which an action has taken crops."""
        query = (
            sa.select(MARK_TABLE.c.name)
            .join(ACTION_TABLE, ACTION_TABLE.c.id == MARK_TABLE.c.id)
            .where(ACTION_TABLE.c.action == action, MARK_TABLE.c.is_tag.is_(True))
            .distinct()
        )
        with database_errors(), self._engine.connect() as connection:
            return {project for tag in connection.scalars(query) if (project := project_in(tag)) is not None}

    def crops_in(self, project: str) -> list[str]:
        """Digests of all crops that belong to a project, labelled or not, sorted; not bounded to what somebody sees."""
        about = (LIVE_MARK_TABLE.c.is_tag.is_(True), LIVE_MARK_TABLE.c.name == tag_of_project(project))
        with database_errors(), self._engine.connect() as connection:
            return list(connection.scalars(sa.select(LIVE_MARK_TABLE.c.sample).where(*about).order_by("sample")))

    def crops_of(self, action: str) -> list[str] | None:
        """Digests of the crops of an action; None if it is not known, or was taken back."""
        undo = sa.select(ACTION_TABLE.c.id).where(ACTION_TABLE.c.undoes == action)
        query = (
            sa.select(MARK_TABLE.c.sample)
            .join(ACTION_TABLE, ACTION_TABLE.c.id == MARK_TABLE.c.id)
            .where(ACTION_TABLE.c.action == action)
            .distinct()
        )
        with database_errors(), self._engine.connect() as connection:
            if connection.execute(undo.limit(1)).first() is not None:
                return None
            return sorted(map(str, connection.scalars(query))) or None

    def last_stamp(self, digests: Sequence[str]) -> int:
        """The latest place in their order of the events about marks of these crops; 0 if there are none."""
        with database_errors(), self._engine.connect() as connection:
            stamps = [0]
            for some in parts(digests):
                query = (
                    sa.select(sa.func.max(EVENT_TABLE.c.stamp))
                    .join(MARK_TABLE, MARK_TABLE.c.id == EVENT_TABLE.c.id)
                    .where(MARK_TABLE.c.sample.in_(some))
                )
                stamps.append(connection.scalar(query) or 0)
            return max(stamps)


def marks_in(connection: sa.Connection, digests: Iterable[str]) -> dict[str, CropMarks]:
    """The marks of crops, by digest, in the index of a connection."""
    found: dict[str, list[tuple[bool, str, str]]] = {}
    for some in parts(sorted(set(digests))):
        columns = (LIVE_MARK_TABLE.c[name] for name in ("sample", "is_tag", "name", "value"))
        for row in connection.execute(sa.select(*columns).where(LIVE_MARK_TABLE.c.sample.in_(some))):
            found.setdefault(row.sample, []).append((bool(row.is_tag), row.name, row.value))
    return {digest: crop_marks(present) for digest, present in found.items()}


def tagged(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[dict[str, object]]:
    """Rows of labels, each with the tags and the metadata of its crop."""
    marks = marks_in(connection, [row["sample"] for row in rows])
    found = [marks.get(row["sample"], _UNMARKED) for row in rows]
    return [
        {**row, "tags": crop.tags, "metadata": frozenset(crop.values.items())}
        for row, crop in zip(rows, found, strict=True)
    ]
