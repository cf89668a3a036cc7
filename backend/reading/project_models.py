"""Models that projects name: found in the store, fetched, and loaded where a project's crops are read anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from backend.reading.model import Reader
from backend.reading.model_cache import ModelCache
from datasets.errors import ChampionUnsignedError, StoreError
from datasets.models.champions import Champions
from datasets.models.registry import ModelRecord
from datasets.objects.store_key import StoreKey
from datasets.samples.places import Places
from ocr_model.errors import ModelError

_MOST_LOADED = 2  # models beside the champion; each takes some hundred megabytes


class ProjectModels:
    """Models of the store beside the champion. Safe to use from several threads; every call may wait for the store.

    Args:
        open_places: Opens the store.
        cache: Folder for fetched models.
        load: Loads the model in a folder.
        key: The store's key; with it, a model must be one that a signed champion has named.
    """

    def __init__(
        self,
        open_places: Callable[[], Places],
        cache: Path,
        load: Callable[[Path], Reader],
        key: StoreKey | None = None,
    ) -> None:
        self._open_places, self._cache, self._load, self._key = open_places, ModelCache(cache), load, key
        self._places: Places | None = None
        self._loaded: OrderedDict[str, Reader] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, name: str) -> ModelRecord:
        """Return the model of a name: `NAME`, `NAME VERSION`, or the beginning of its digest.

        Raises:
            UnknownModelError: There is none, or there are several.
            ChampionUnsignedError: No signed champion has named it.
            StoreError: The store does not answer.
        """
        with self._lock:
            model = self._champions().registry.named(name)
            self._check(model.digest)
            return model

    def folder(self, digest: str) -> Path:
        """Return the folder of a model; missing files are fetched.

        Raises:
            StoreError: The store does not hold it, does not answer, or there is no room here.
        """
        with self._lock:
            champions = self._champions()
            self._check(digest)
            return self._cache.fetch(champions, digest)

    def reader(self, digest: str) -> Reader:
        """Return the loaded model.

        Raises:
            StoreError: It cannot be fetched, or does not load.
        """
        folder = self.folder(digest)
        with self._lock:
            reader = self._loaded.pop(digest, None)
            if reader is None:
                try:
                    reader = self._load(folder)
                except ModelError as error:
                    raise StoreError(f"the model {digest[:12]} does not load: {error}") from error
            self._loaded[digest] = reader
            if len(self._loaded) > _MOST_LOADED:
                self._loaded.popitem(last=False)
            return reader

    def close(self) -> None:
        """Let go of connections and models."""
        with self._lock:
            self._loaded.clear()
            if self._places is not None:
                self._places.close()
                self._places = None

    def _champions(self) -> Champions:
        if self._places is None:
            self._places = self._open_places()
        return Champions(self._places.authority, key=self._key)

    def _check(self, digest: str) -> None:
        """Refuse a model that somebody may have put into the bucket without the key.

        Raises:
            ChampionUnsignedError: No signed champion has named it.
        """
        if self._key is None:
            return
        champions = self._champions()
        if not any(record.model == digest and champions.is_signed(record) for record in champions.history()):
            raise ChampionUnsignedError(f"no signed champion has named the model {digest[:12]}")
