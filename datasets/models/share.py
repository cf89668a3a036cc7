"""Brings models and champions to a bucket that has none yet."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from datasets.errors import ChampionMovedError, ObjectConflictError
from datasets.models.registry import ModelRegistry
from datasets.objects.interface import ObjectStore
from datasets.objects.names import CANARY, CHAMPION, SHADOW, numbered_name, numbers


def share_champions(source: ObjectStore, target: ObjectStore) -> int:
    """Bring models and champions from one place to another that has none yet: a spool to its new bucket.

    May be repeated after having been cut off.

    Returns:
        Number of entries of the history that were copied.

    Raises:
        ChampionMovedError: the target has another history already.
        ModelDamagedError: a model of the source is damaged.
    """
    there, here = ModelRegistry(target), ModelRegistry(source)
    with TemporaryDirectory() as folder:
        for digest in here.digests():
            there.register(here.fetch(digest, Path(folder)))
    copied = 0
    for history in (SHADOW, CANARY, CHAMPION):
        for number in numbers(source, history):  # in order: a copy that is cut off is a shorter history and no other
            name = numbered_name(history, number)
            try:
                created = target.put(name, source.get(name))
            except ObjectConflictError:
                raise ChampionMovedError(f"{target.url} has a history of its own: its {name} is another") from None
            copied += created and history == CHAMPION
    return copied
