"""Removes the crops of a spool that no label needs: what a killed process, or a lost event, has left behind."""

from __future__ import annotations

from datasets.errors import StoreError
from datasets.objects.names import CROPS, crop_digest, crop_name
from datasets.samples.event import needed_crops
from datasets.samples.index import SampleIndex
from datasets.samples.index_keeper import IndexKeeper
from datasets.samples.sorted_names import missing_names
from datasets.samples.spool import Spool


def finish_work(spool: Spool, keeper: IndexKeeper) -> None:
    """Remove the crops that a killed process was at work on and that no label needs.

    To be called when the index has caught up. If an event cannot be read, no crop is removed: it might need it.

    Raises:
        IndexUnavailableError: the database does not answer.
    """
    with spool.exclusive():
        if not (crops := spool.unfinished.crops()):
            return
        keeper.catch_up()  # another process may have written a label meanwhile
        index = keeper.current()
        if not spool.left_out():
            for digest in crops:
                if not index.is_needed(digest):
                    spool.objects.delete(crop_name(digest))
            spool.unfinished.clear()


def sweep(spool: Spool, index: SampleIndex) -> None:
    """Remove all crops that no label needs, wherever they come from.

    The events themselves decide, not the index. If an event cannot be read, no crop is removed: the event might
    need it.

    Raises:
        IndexUnavailableError: the database does not answer.
    """
    with spool.exclusive():
        names = (name for name in spool.objects.names(CROPS) if crop_digest(name) is not None)
        suspects = set(missing_names(names, map(crop_name, index.needed_crops())))
        if not suspects:
            return
        try:
            events = [spool.read(name) for name in spool.events.names()]
        except StoreError:
            return
        if spool.events.unreadable():
            return
        for name in suspects - {crop_name(digest) for digest in needed_crops(events)}:
            spool.objects.delete(name)
