"""The key that a spool draws for itself: it signs readings where no key is set, and never leaves its machine."""

from __future__ import annotations

from pathlib import Path

from datasets.errors import StoreError
from datasets.objects.kept_secret import kept_secret
from datasets.objects.store_key import StoreKey

_FILE = "store.key"


def spool_key(spool: Path) -> StoreKey:
    """The spool's own key, drawn at the first call; processes of one spool get the same one.

    Args:
        spool: the same folder as for `SampleStore.open`; made if missing.

    Raises:
        StoreFullError: no room for a new key.
        StoreError: the key's file cannot be read or written, or holds no key.
    """
    path = spool.resolve() / "local" / _FILE
    text = kept_secret(path, StoreKey.draw, "the spool's key")
    try:
        return StoreKey.parse(text)
    except ValueError as error:
        raise StoreError(f"the spool's key {path} {error}; without the file another one is drawn") from None
