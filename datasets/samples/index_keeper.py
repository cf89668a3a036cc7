"""Keeps the index of a spool in step with its events.

The index may lag behind, because its database was away or a process was killed; missing events are added before the
next query.
"""

from __future__ import annotations

import bisect
import contextlib
import logging
import math
import time
from collections.abc import Iterator

from datasets.errors import IndexUnavailableError
from datasets.objects.spans import span
from datasets.samples.backlog import AT_ONCE, Backlog, events_in, progress
from datasets.samples.event import Event
from datasets.samples.filling import MANY
from datasets.samples.index import SampleIndex
from datasets.samples.live_rows import parts
from datasets.samples.marks import project_in
from datasets.samples.sorted_names import missing_names
from datasets.samples.spool import Spool

_LOG = logging.getLogger(__name__)

# Labels are kept without the index for so many seconds after it has not answered: each would wait for it, one by one.
# An index that is silent, and does not refuse at once, is left alone for longer: twice as long as it was waited for.
_AWAY_SECONDS = 1.0
_AWAY_SHARE = 2.0
# Between two looks whether there are projects, while none is known.
_LOOKED_SECONDS = 1.0


class IndexKeeper:
    """Adds the events of a spool to its index, and knows whether the index lacks some.

    Args:
        spool: spool of the events.
        index: follows them.
    """

    def __init__(self, spool: Spool, index: SampleIndex) -> None:
        self._spool = spool
        self._index = index
        self._is_behind = False
        self._away_until = 0.0  # by the monotonic clock; who need not wait for the index does not ask it before
        self._projects_at = -math.inf  # when it was last looked whether there are projects, by the monotonic clock
        self._has_projects = False

    @property
    def is_behind(self) -> bool:
        """Whether the index is known to lack an event of this process."""
        return self._is_behind

    @property
    def has_projects(self) -> bool:
        """Whether crops belong to projects, as far as it is known; needs no database."""
        return self._has_projects

    def current(self) -> SampleIndex:
        """The index, once it knows all events that this process wrote.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._is_behind:
            self.catch_up()
        self._look_for_projects()
        return self._index

    @contextlib.contextmanager
    def unless_away(self) -> Iterator[None]:
        """Questions to the index that must not wait again and again for a database that is away.

        Raises:
            IndexUnavailableError: the database does not answer, or did not a moment ago.
        """
        if time.monotonic() < self._away_until:
            raise IndexUnavailableError("the database did not answer a moment ago")
        began = time.monotonic()
        try:
            yield
        except IndexUnavailableError:
            self._lose(began)
            raise

    def catch_up(self) -> bool:
        """Take in the events of the spool that the index lacks, of other processes too.

        Returns:
            Whether the index was empty, or a filling of it was not finished.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        backlog, known = Backlog(self._spool, self._index), self._index.revision()[0]
        is_new = known == 0 or self._index.is_filling()
        if self._index.is_filling() or backlog.count > max(MANY, 2 * known):
            self._index.fill(backlog.batches())
        else:
            for events in backlog.batches():
                self._index.add(events)
        self._spool.witness(self._index.last_stamp())
        self._is_behind, self._away_until = False, 0.0
        self._look_for_projects()
        return is_new

    def take_in(self, event: Event) -> None:
        """Add an event that is on the disk; a failure is logged, because it must not reach who wrote it."""
        if event.marks is not None:
            self._has_projects = self._has_projects or any(map(project_in, event.marks.give))
        if self._is_behind:
            return  # earlier events are missing, and all are added together when the database answers again
        began = time.monotonic()
        try:
            with span("index"):
                self._index.add([event])
        except IndexUnavailableError as error:
            self._lose(began)
            _LOG.warning("%s is kept, but not in the index yet: %s", event.name, error)

    def rebuild(self) -> int:
        """Make the index hold what the spool alone says. Returns the number of events.

        Events are read anew in batches, each of which counts at once; after an interruption the next call goes on
        behind the last one. Labels may be written meanwhile.

        Raises:
            IndexUnavailableError: the database does not answer.
        """
        if self._index.revision()[0] == 0 or self._index.is_filling():
            self.catch_up()  # which reads everything
        done, count, stored = self._index.rebuilt_to(), 0, self._spool.events
        expected = sum(1 for _ in stored.loose()) + sum(map(events_in, stored.segments()))
        with progress(expected, "reindex") as bar:
            for portion in stored.portions():
                for names in parts(portion, AT_ONCE):
                    count += len(names)
                    bar.update(len(names))
                    if new := names[bisect.bisect_right(names, done) :]:
                        events = self._spool.read_all(new)
                        self._index.renew(new, events)
                        count -= len(new) - len(events)
        candidates = list(missing_names(self._index.names_in_order(), stored.names()))
        # An event that was written while these lists were compared is in both.
        self._index.finish_rebuild([name for name in candidates if not stored.holds(name)])
        unreadable = stored.unreadable()
        self._index.segments.replace([name for name in stored.segments() if name not in unreadable])
        self._is_behind = False
        return count

    def _look_for_projects(self) -> None:
        """Remember whether crops belong to projects, for labels that come while the database is away."""
        if not self._has_projects and time.monotonic() - self._projects_at > _LOOKED_SECONDS:
            self._has_projects = bool(self._index.search.projects())
            self._projects_at = time.monotonic()

    def _lose(self, began: float) -> None:
        """Note that the index has not answered a question that was asked at a time of the monotonic clock."""
        self._is_behind = True
        now = time.monotonic()
        self._away_until = now + max(_AWAY_SECONDS, _AWAY_SHARE * (now - began))
