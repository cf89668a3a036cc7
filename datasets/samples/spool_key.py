"""The key that a spool draws for itself: it signs readings where no key is set, and never leaves its machine."""

from __future__ import annotations

import os
from pathlib import Path

from datasets.errors import StoreError
from datasets.objects.folder import disk_errors, locked, make_folder, sync_file, sync_folder
from datasets.objects.store_key import StoreKey

_FILE = "store.key"
_OWNER_ONLY = 0o600


def spool_key(spool: Path) -> StoreKey:
    """The spool's own key, drawn at the first call; processes of one spool get the same one.

    Args:
        spool: the same folder as for `SampleStore.open`; made if missing.

    Raises:
        StoreFullError: no room for a new key.
        StoreError: the key's file cannot be read or written, or holds no key.
    """
    path = spool.resolve() / "local" / _FILE
    with disk_errors(f"cannot use the spool's key {path}"):
        make_folder(path.parent)
        with locked(path.with_name(f"{_FILE}.lock")):
            text = path.read_text(encoding="ascii", errors="replace") if path.exists() else _draw(path)
    try:
        return StoreKey.parse(text.strip())
    except ValueError as error:
        raise StoreError(f"the spool's key {path} {error}; without the file another one is drawn") from None


def _draw(path: Path) -> str:
    text, part = StoreKey.draw(), path.with_name(f"{_FILE}.part")
    part.unlink(missing_ok=True)  # left by a process that was killed
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        os.write(descriptor, f"{text}\n".encode())
        sync_file(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_folder(path.parent)
    return text
