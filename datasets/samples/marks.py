"""Tags and metadata of crops: events like labels, so they are durable, replicated, rebuilt and taken back like these.

An action gives and takes tags and sets and drops values, of one crop or of many; it is written as one event for every
400 crops. Of each tag and of each key of a crop the last action counts. An action that is taken back counts as if it
had never been, and removing a crop for good buries what was said about it before.

That a crop belongs to a project is a tag as well, of a form that nobody can give by hand: `project::shoes`. So it is
as durable as tags are, and releases that know no projects keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from datasets.errors import LabelError
from datasets.objects.names import is_digest
from datasets.objects.record import UtcTime
from datasets.samples.sample import LONGEST_TEXT
from ocr_model.codes.characters import compatible_form

if TYPE_CHECKING:
    from datasets.samples.event import Event

MOST_CROPS = 400  # of one event: an object of events has 64 KB at most
LONGEST_TAG = 64  # characters
LONGEST_PROJECT = 40  # characters of a project's id
NO_PROJECT = "none"  # what a search calls the project of crops that belong to none
UNSORTED = "(unsorted)"  # what crops that are set apart belong to; no id of a project (see unsorted.py)
_PROJECT_TAG = "project::"  # before the id of a project
_MOST_NAMES = 16  # tags and keys of one action
_ACTION = re.compile(r"[0-9a-f]{32}\Z")
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")
_PROJECT = re.compile(r"[^\W_][\w.-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Marks:
    """One action on some crops, or one that takes an earlier action back."""

    action: str  # 32 hexadecimal digits; events of one action share it
    samples: tuple[str, ...]  # digests of the crops, sorted; () where an action is taken back
    by: str  # who did it
    at: UtcTime  # when, by the backend's clock; with a time zone
    give: tuple[str, ...] = ()  # tags, sorted
    take: tuple[str, ...] = ()  # tags, sorted
    values: Mapping[str, str] = field(default_factory=dict)  # metadata by key
    drop: tuple[str, ...] = ()  # keys of metadata, sorted
    undoes: str | None = None  # the action that is taken back
    source: str = "app"  # where it comes from: the app, an import ...

    def stands(self, crop: CropMarks) -> bool:
        """Whether a crop has what is given and set here, and has not what is taken and dropped."""
        tags = crop.tags | set(map(project_tag, crop.projects))
        has_all = tags.issuperset(self.give) and self.values.items() <= crop.values.items()
        return has_all and tags.isdisjoint(self.take) and crop.values.keys().isdisjoint(self.drop)


@dataclass(frozen=True, slots=True)
class CropMarks:
    """What a crop is marked with."""

    tags: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()  # ids of those that it belongs to


def tag_text(text: str) -> str:
    """A tag as it is stored: in lower case, with single spaces.

    Raises:
        LabelError: it is empty, too long, holds signs that a search cannot quote, or has the form of a project's.
    """
    tag = _plain_tag(text)
    if tag.startswith(_PROJECT_TAG):
        raise LabelError(f"a tag does not begin with {_PROJECT_TAG!r}: crops join a project")
    return tag


def _plain_tag(text: str) -> str:
    tag = " ".join(compatible_form(compatible_form(text.casefold()).casefold()).split())
    if not 1 <= len(tag) <= LONGEST_TAG or not tag.isprintable() or '"' in tag:
        raise LabelError(f"a tag has 1 to {LONGEST_TAG} printable characters and no double quotes, not {text!r:.80}")
    return tag


def project_id(text: str) -> str:
    """The id of a project as it is stored: in lower case, with dashes for spaces.

    Raises:
        LabelError: no project can have it.
    """
    found = "-".join(compatible_form(compatible_form(text.casefold()).casefold()).split())
    if not _PROJECT.match(found) or found == NO_PROJECT:
        raise LabelError(
            f"the id of a project has 1 to {LONGEST_PROJECT} letters, digits, `.`, `_` and `-`, and is not "
            f"{NO_PROJECT!r}; it is not {text!r:.80}"
        )
    return found


def project_tag(project: str) -> str:
    """The tag of crops that belong to a project.

    Raises:
        LabelError: no project can have this id.
    """
    return tag_of_project(project_id(project))


def tag_of_project(stored: str) -> str:
    """The tag of crops that belong to a project, by an id as it is stored."""
    return _PROJECT_TAG + stored


def project_in(tag: str) -> str | None:
    """The project whose crops have this tag; None for an ordinary tag."""
    return tag.removeprefix(_PROJECT_TAG) if tag.startswith(_PROJECT_TAG) else None


def is_key(text: str) -> bool:
    """Whether a text is a key of metadata."""
    return _KEY.match(text) is not None


def checked_marks(marks: Marks) -> Marks:
    """Normalise the texts of an action and check that it makes sense.

    Raises:
        LabelError: no crop, nothing to change, a tag both given and taken, a key that is not plain, no author ...
    """
    if marks.at.tzinfo is None:
        raise LabelError("the time of a mark needs a time zone")
    normalised = replace(
        marks,
        samples=tuple(sorted(set(marks.samples))),
        give=tuple(sorted(set(map(_plain_tag, marks.give)))),
        take=tuple(sorted(set(map(_plain_tag, marks.take)))),
        values={key.casefold(): value.strip() for key, value in sorted(marks.values.items())},
        drop=tuple(sorted({key.casefold() for key in marks.drop})),
        at=marks.at.astimezone(UTC),
    )
    check_stored_marks(normalised)
    return normalised


def check_stored_marks(marks: Marks) -> None:
    """Check that an action makes sense as it stands; every one that `checked_marks` has returned does.

    Raises:
        LabelError: as in `checked_marks`.
    """
    if not _ACTION.match(marks.action):
        raise LabelError(f"not an action: {marks.action!r:.80}")
    changed = [*marks.give, *marks.take, *marks.values, *marks.drop]
    if marks.undoes is not None:
        if not _ACTION.match(marks.undoes) or marks.samples or changed:
            raise LabelError("what takes an action back names that action and nothing else")
    elif not 1 <= len(marks.samples) <= MOST_CROPS or not 1 <= len(changed) <= _MOST_NAMES:
        raise LabelError(f"an action changes 1 to {_MOST_NAMES} tags and values of 1 to {MOST_CROPS} crops")
    if set(marks.give) & set(marks.take) or set(marks.values) & set(marks.drop):
        raise LabelError("an action does not give and take the same")
    for names in (marks.samples, marks.give, marks.take, marks.drop):
        if list(names) != sorted(set(names)):
            raise LabelError("crops, tags and keys are sorted, each once")
    if wrong := [digest for digest in marks.samples if not is_digest(digest)]:
        raise LabelError(f"a sample is the digest of a crop, not {wrong[0]!r:.80}")
    for tag in (*marks.give, *marks.take):
        if _plain_tag(tag) != tag:
            raise LabelError(f"not a tag in its usual spelling: {tag!r:.80}")
    for key in (*marks.values, *marks.drop):
        if not is_key(key):
            raise LabelError(f"a key has 1 to 64 of a-z, 0-9, `_`, `.` and `-`, not {key!r:.80}")
    for value in (*marks.values.values(), marks.by, marks.source):
        if not 1 <= len(value) <= LONGEST_TEXT or not value.isprintable():
            raise LabelError(f"author, source and values have 1 to {LONGEST_TEXT} printable characters")


def rows_of(marks: Marks) -> list[dict[str, Any]]:
    """What an action says about each crop: a tag or a key, and its value; None where it is taken."""
    said: list[tuple[bool, str, str | None]] = [
        *((True, tag, "") for tag in marks.give),
        *((True, tag, None) for tag in marks.take),
        *((False, key, value) for key, value in marks.values.items()),
        *((False, key, None) for key in marks.drop),
    ]
    return [
        {"sample": digest, "is_tag": is_tag, "name": name, "value": value}
        for digest in marks.samples
        for is_tag, name, value in said
    ]


def marks_of(events: Iterable[Event]) -> dict[str, CropMarks]:
    """What crops are marked with after these events, by digest; crops without marks are left out."""
    marked: list[tuple[Event, Marks]] = []
    undone, erased = set[str](), dict[str, Any]()
    for event in events:
        if event.marks is not None:
            marked.append((event, event.marks))
            if event.marks.undoes is not None:
                undone.add(event.marks.undoes)
        elif event.kind == "deleted" and event.sample is not None:
            erased[event.sample] = max(event.order, erased.get(event.sample, event.order))
    last: dict[str, dict[tuple[bool, str], str | None]] = {}
    for event, marks in sorted(marked, key=lambda pair: pair[0].order):
        if marks.action in undone:
            continue
        for row in rows_of(marks):
            if row["sample"] not in erased or event.order > erased[row["sample"]]:
                last.setdefault(row["sample"], {})[row["is_tag"], row["name"]] = row["value"]
    return {digest: found for digest, said in last.items() if (found := _crop_marks(said.items())) != CropMarks()}


def _crop_marks(said: Iterable[tuple[tuple[bool, str], str | None]]) -> CropMarks:
    present = [(is_tag, name, value) for (is_tag, name), value in said if value is not None]
    return crop_marks(present)


def crop_marks(present: Sequence[tuple[bool, str, str]]) -> CropMarks:
    """The marks of a crop from its tags and values: whether it is a tag, its name or key, and its value."""
    tags = [name for is_tag, name, _ in present if is_tag]
    projects = {tag: project_in(tag) for tag in tags}
    return CropMarks(
        tags=frozenset(tag for tag, project in projects.items() if project is None),
        projects=frozenset(project for project in projects.values() if project is not None),
        values={name: value for is_tag, name, value in sorted(present) if not is_tag},
    )
