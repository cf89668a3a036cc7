"""The team's view of tags and metadata."""

from __future__ import annotations

import uuid

from backend.team.bodies import ActionBody, MarksForm, TagBody
from backend.team.search_line import parse_search
from datasets.errors import LabelError
from datasets.samples.marks import CropMarks, project_id
from datasets.samples.seen_store import SeenStore

_AT_ONCE = 500  # labels of a page of a search whose crops are all changed
_MARKED_AT_ONCE = 2000  # crops; shoppers' labels wait while they are written


class TeamSamples:
    """Tags and metadata of a store's crops. Safe to use from several threads.

    Args:
        store: Where confirmed samples are kept, as somebody sees it.
    """

    def __init__(self, store: SeenStore) -> None:
        self._store = store

    def tags(self) -> list[TagBody]:
        """All tags.

        Raises:
            StoreError: The index does not answer.
        """
        return [TagBody(tag=tag, labels=labels) for tag, labels in self._store.marks.tags().items()]

    def mark(self, form: MarksForm, by: str) -> ActionBody:
        """Give and take tags and metadata; on the disk when this returns.

        Args:
            form: What to change.
            by: Who does it.

        Raises:
            Problem: 422, the filter cannot be understood.
            LabelError: Nothing to change, no label matches, or a tag, key or value out of range.
            UnknownSampleError: A crop has no label.
            NotYoursError: Others make the changes of a crop or a project.
            StoreError: Nothing answers, or the disk is full.
        """
        if bool(form.samples.strip()) == bool(form.where.strip()):
            raise LabelError("either `samples` or `where` names the crops")
        crops = list(dict.fromkeys(form.samples.split())) or self._found(form.where)
        pairs = [line.partition("=") for line in form.values.splitlines() if line.strip()]
        if not crops:
            raise LabelError("no label matches")
        if any(not equals for _, equals, _ in pairs):
            raise LabelError("metadata is written key=value, one a line")
        join, leave = _lines(form.join), _lines(form.leave)
        self._store.check_touch(crops)
        self._store.check_projects({project_id(project) for project in (*join, *leave)})
        action = form.action or uuid.uuid4().hex
        for start in range(0, len(crops), _MARKED_AT_ONCE):
            self._store.everything.marks.change(
                crops[start : start + _MARKED_AT_ONCE],
                by=by,
                give=_lines(form.give),
                take=_lines(form.take),
                values={key.strip(): value for key, _, value in pairs},
                drop=_lines(form.drop),
                join=join,
                leave=leave,
                action=action,
            )
        return ActionBody(action=action, crops=len(crops))

    def crops_in(self, project: str) -> list[str]:
        """Digests of all crops that belong to a project, whether the sender sees them or not; for owners.

        Raises:
            StoreError: The index does not answer.
        """
        return self._store.everything.marks.index.crops_in(project)

    def leave(self, project: str, by: str) -> list[str]:
        """Let all crops leave a project; on the disk when this returns. For owners.

        Returns:
            Names of the actions.

        Raises:
            StoreError: Nothing answers, or the disk is full; the same again goes on.
        """
        marks, crops = self._store.everything.marks, self.crops_in(project)
        return [
            marks.change(crops[start : start + _MARKED_AT_ONCE], by=by, leave=[project], are_to_come=True)
            for start in range(0, len(crops), _MARKED_AT_ONCE)
        ]

    def projects_of(self, digest: str) -> frozenset[str]:
        """The projects that a crop belongs to, of those that the sender knows.

        Raises:
            StoreError: The index does not answer.
        """
        return self._store.marks.of([digest]).get(digest, CropMarks()).projects

    def unmark(self, action: str, by: str) -> ActionBody:
        """Take an action back.

        Raises:
            UnknownActionError: It is not known, or was taken back already.
            NotYoursError: Others make the changes of its crops or projects.
            StoreError: Nothing answers, or the disk is full.
        """
        self._store.check_action(action)
        return ActionBody(action=action, crops=self._store.everything.marks.undo(action, by=by))

    def _found(self, where: str) -> list[str]:
        wanted, after, crops = parse_search(where), None, dict[str, None]()
        while True:
            page = self._store.search.page(wanted, size=_AT_ONCE, after=after)
            crops |= dict.fromkeys(sample.digest for sample in page.samples)
            if (after := page.after) is None:
                return list(crops)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
