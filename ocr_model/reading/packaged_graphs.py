"""Networks that lie in the wheel of `rapidocr` (Apache-2.0, weights too). Of that package only the files are used."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "rapidocr"


def packaged_graph(file: str) -> Path | None:
    """The path of a network's file; None where the package is not installed or has no such file.

    Args:
        file: name of the file, as in `PP-OCRv6_rec_small.onnx`.
    """
    package = find_spec(_PACKAGE)  # finds it without importing it
    folders = [] if package is None else list(package.submodule_search_locations or ())
    return next((path for folder in folders if (path := Path(folder, "models", file)).is_file()), None)
