"""The tags and metadata that are kept: events beside the labels, safe when `change` returns."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from datasets.errors import UnknownActionError, UnknownSampleError
from datasets.samples.journal import Journal
from datasets.samples.live_rows import parts
from datasets.samples.mark_index import MarkChange, MarkIndex
from datasets.samples.marks import MOST_CROPS, CropMarks, Marks, checked_marks, project_tag, tag_of_project, tag_text
from datasets.samples.sample import Sample


class KeptMarks:
    """Gives and takes tags and metadata. Safe to use from several threads and processes at once.

    Args:
        journal: of the store.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def change(
        self,
        samples: Iterable[str],
        *,
        by: str,
        give: Iterable[str] = (),
        take: Iterable[str] = (),
        values: Mapping[str, str] | None = None,
        drop: Iterable[str] = (),
        join: Iterable[str] = (),
        leave: Iterable[str] = (),
        source: str = "app",
        action: str | None = None,
        are_to_come: bool = False,
    ) -> str:
        """Give and take tags, set and drop metadata, of one crop or of many; on the disk when this returns.

        An interruption may leave a part of the crops unchanged; the same change once more changes the rest.

        Args:
            samples: digests of crops that have a live label.
            by: who does it.
            give: tags, in any spelling; see `marks.tag_text`.
            take: tags.
            values: metadata by key.
            drop: keys of metadata.
            join: ids of projects to which the crops belong from then on.
            leave: ids of projects to which they belong no more.
            source: where the change comes from.
            action: 32 hexadecimal digits, drawn at random; the same again is the same change. None draws them.
            are_to_come: whether the crops need no label yet: they are about to be kept.

        Returns:
            The name of the action, by which it can be taken back.

        Raises:
            UnknownSampleError: a crop has no live label; nothing has changed.
            LabelError: no crop, nothing to change, or a tag, key or value out of range; nothing has changed.
            IndexUnavailableError: the database does not answer.
            StoreFullError: the disk is full.
            StoreError: the disk failed in another way.
        """
        digests, name = sorted(set(samples)), action or uuid.uuid4().hex
        given = (*map(tag_text, give), *map(project_tag, join))
        taken = (*map(tag_text, take), *map(project_tag, leave))
        dropped = tuple(drop)
        now = datetime.now(UTC)

        def changes_of(crops: Sequence[str]) -> list[Marks]:
            return [
                checked_marks(Marks(name, tuple(some), by, now, given, taken, values or {}, dropped, source=source))
                for some in (parts(crops, MOST_CROPS) if crops else ((),))
            ]

        changes = changes_of(digests)
        with self._journal.exclusive():
            index = self._journal.current_index()
            if not are_to_come and (unknown := set(digests) - index.search.live_among(digests)):
                raise UnknownSampleError(f"{len(unknown)} of {len(digests)} crops have no label: {min(unknown)} ...")
            if action is not None and (done := set(index.marks.crops_of(action) or ())):
                # A request that is repeated because its answer was lost: the crops' history names the change once.
                present = index.marks.of(done)
                rest = [
                    digest
                    for digest in digests
                    if digest not in done or not changes[0].stands(present.get(digest, CropMarks()))
                ]
                changes = changes_of(rest) if rest else []
            if changes:
                self._journal.write_marks(changes, after=index.marks.last_stamp(digests))
        return name

    def undo(self, action: str, *, by: str) -> int:
        """Take an action back, as if it had never been. Returns the number of its crops.

        Args:
            action: what `change` has returned.
            by: who takes it back.

        Raises:
            UnknownActionError: it is not known, or was taken back already.
            IndexUnavailableError: the database does not answer.
            StoreError: the disk failed.
        """
        with self._journal.exclusive():
            index = self._journal.current_index()
            crops = index.marks.crops_of(action)
            if crops is None:
                raise UnknownActionError(f"there is no action {action!r:.80}, or it was taken back already")
            back = checked_marks(Marks(uuid.uuid4().hex, (), by, datetime.now(UTC), undoes=action))
            self._journal.write_marks([back], after=index.marks.last_stamp(crops))
        return len(crops)

    def follow(self, present: Sample | None, digest: str, by: str) -> None:
        """Let the crop that a label moves to, say one that was turned, belong to the projects of the one before.

        Called while the journal is held, before the label is written: at no time is the crop seen by others.

        Args:
            present: the label as it is; None: there is none.
            digest: the crop that it moves to.
            by: who moves it; "" for a shopper.
        """
        if present is not None and present.digest != digest and present.projects:
            joins = tuple(map(tag_of_project, sorted(present.projects)))
            mark = checked_marks(Marks(uuid.uuid4().hex, (digest,), by or "team", datetime.now(UTC), joins))
            self._journal.write_marks([mark], after=self.index.last_stamp([digest]))

    @property
    def index(self) -> MarkIndex:
        """Answers questions about marks; raises `IndexUnavailableError` when the database does not answer."""
        return self._journal.current_index().marks

    def of(self, digests: Iterable[str]) -> dict[str, CropMarks]:
        """The marks of crops, by digest; crops without marks are left out."""
        return self._journal.current_index().marks.of(digests)

    def tags(self) -> Mapping[str, int]:
        """All tags, each with the number of live labels whose crop has it."""
        return self._journal.current_index().marks.tags()

    def history(self, digest: str) -> list[MarkChange]:
        """Who has given and taken which tags and values of a crop, and when; the first first."""
        return self._journal.current_index().marks.history(digest)
