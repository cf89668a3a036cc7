"""The folder of the models that were fetched from the store, and the note of the champion that served last."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import uuid
from pathlib import Path

from datasets.models.champions import ChampionRecord, Champions
from datasets.objects.folder import locked
from datasets.objects.names import is_digest

_LOG = logging.getLogger(__name__)

# Fetched models that stay here: a rollback to one of them needs no download.
_KEPT_MODELS = 6
_LAST_SERVED = "last-served"


class ModelCache:
    """Fetched models in a folder that may be shared by several backends. Every call blocks.

    Args:
        folder: Made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, model: str) -> Path:
        """Return the folder of a model, fetched or not."""
        return self._folder / model

    def fetch(self, champions: Champions, model: str) -> Path:
        """Return the folder of a model; missing files are fetched from the store.

        Raises:
            StoreError: The store does not hold it, does not answer, or there is no room for it here.
        """
        folder = champions.registry.fetch(model, self._folder, serving=True)
        with contextlib.suppress(OSError):
            os.utime(folder)  # The latest use decides which models are removed first.
        return folder

    def remember(self, record: ChampionRecord) -> None:
        """Note down the champion that serves, and remove the models that have not served for longest."""
        try:
            temporary = self._folder / f".{_LAST_SERVED}.{uuid.uuid4().hex}"
            temporary.write_bytes(record.to_bytes())
            temporary.replace(self._folder / _LAST_SERVED)
            models = [folder for folder in self._folder.iterdir() if is_digest(folder.name)]
            models.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
            for folder in models[_KEPT_MODELS:]:
                with locked(self._folder / f".{folder.name}.lock"):  # the lock that a fetch of this model takes
                    shutil.rmtree(folder)
        except OSError as error:  # Tidying is not worth a failure: the champion serves all the same.
            _LOG.warning("cannot tidy the folder of fetched models: %s", error)

    def recall(self) -> ChampionRecord | None:
        """Return the champion that served last, if its model is still here."""
        try:
            record = ChampionRecord.from_bytes((self._folder / _LAST_SERVED).read_bytes())
            return record if is_digest(record.model) and self.folder(record.model).is_dir() else None
        except (OSError, ValueError):
            return None
