"""Files of derived arrays: written whole or not at all, and as good as missing when they are damaged."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.objects.folder import disk_errors, open_own


def load_arrays(path: Path) -> Mapping[str, NDArray[Any]]:
    """The arrays of a file by name; none if it is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def save_arrays(path: Path, **arrays: Any) -> None:
    """Write arrays.

    Raises:
        StoreError: they cannot be written.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    save_bytes(path, buffer.getvalue())


def save_bytes(path: Path, data: bytes) -> None:
    """Write bytes.

    Raises:
        StoreError: they cannot be written.
    """
    part = path.with_name(path.name + ".part")
    with disk_errors(f"cannot write {path}"):
        with os.fdopen(open_own(part, os.O_TRUNC), "wb") as file:
            file.write(data)
        part.replace(path)
