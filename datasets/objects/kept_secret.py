"""A secret that is drawn once and kept in a file that only its owner reads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from datasets.objects.folder import disk_errors, locked, make_folder, sync_file, sync_folder

_OWNER_ONLY = 0o600


def kept_secret(path: Path, draw: Callable[[], str], what: str) -> str:
    """Return the text of a file, without white space around it; draw it at the first call.

    Processes that call at once get the same text, and a process that is killed leaves no half of one.

    Args:
        path: The file; its folder is made if missing.
        draw: Returns a new secret in ASCII.
        what: Names the file in errors: "the spool's key".

    Raises:
        StoreFullError: There is no room for a new one.
        StoreError: The file cannot be read or written.
    """
    with disk_errors(f"cannot use {what} {path}"):
        make_folder(path.parent)
        with locked(path.with_name(f"{path.name}.lock")):
            if path.exists():
                return path.read_text(encoding="ascii", errors="replace").strip()
            text, part = draw(), path.with_name(f"{path.name}.part")
            part.unlink(missing_ok=True)  # left by a process that was killed
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
            try:
                os.write(descriptor, f"{text}\n".encode("ascii"))
                sync_file(descriptor)
            finally:
                os.close(descriptor)
            part.replace(path)
            sync_folder(path.parent)
            return text
