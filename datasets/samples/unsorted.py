"""Crops whose labels came while the database was away, in a store that has projects.

Whether such a label moves a picture out of a private crop, say because it was turned, is not known without the
database. So its crop first joins a project that nobody can name, whose crops are seen by those alone who see
everything; and when the database answers again it goes where it belongs: into the projects of the crop before, or out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from datasets.samples.live_rows import parts
from datasets.samples.marks import MOST_CROPS, UNSORTED, Marks, checked_marks, tag_of_project
from datasets.samples.search.filters import Comparison

if TYPE_CHECKING:
    from datasets.samples.index import SampleIndex
    from datasets.samples.sample import Sample

_BY: Final = "the store"
_AT_ONCE: Final = 500  # labels
_TAG: Final = tag_of_project(UNSORTED)


def set_apart(digest: str) -> Marks:
    """What sets a crop apart until the database answers again; to be written before its label."""
    return _marks((digest,), give=(_TAG,))


def sorting(index: SampleIndex) -> Iterator[tuple[Marks, int]]:
    """What takes crops that are set apart where they belong, each with the stamp that it comes after.

    Each must be in the index before the next one is asked for.

    Raises:
        IndexUnavailableError: the database does not answer.
    """
    if UNSORTED not in index.search.projects():
        return
    wanted, done = Comparison("project", "=", UNSORTED), set[str]()
    while found := {sample.digest for sample in index.search.page(wanted, size=_AT_ONCE).samples} - done:
        done |= found
        into = dict[tuple[str, ...], set[str]]()
        for digest in found:
            before = {crop for label in index.past.labels_of(digest) for crop in _crops_before(index, label)}
            projects = {project for marks in index.marks.of(before - {digest}).values() for project in marks.projects}
            into.setdefault(tuple(sorted(projects - {UNSORTED})), set()).add(digest)
        for projects_in, digests in into.items():
            for some in parts(sorted(digests), MOST_CROPS):
                give = tuple(map(tag_of_project, projects_in))
                yield _marks(tuple(some), give=give, take=(_TAG,)), index.marks.last_stamp(some)


def _crops_before(index: SampleIndex, label: Sample) -> Iterator[str]:
    for event in index.past.events(label.label.prediction_id):
        if event.sample is not None:
            yield event.sample.digest


def _marks(samples: tuple[str, ...], *, give: tuple[str, ...] = (), take: tuple[str, ...] = ()) -> Marks:
    return checked_marks(Marks(uuid.uuid4().hex, samples, _BY, datetime.now(UTC), give, take))
