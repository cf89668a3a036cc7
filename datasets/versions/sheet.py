"""The contact sheet of a version: some of its crops on one picture.

The sheet is drawn anew when a crop on it is removed: a removed crop must not live on in a picture.
"""

from __future__ import annotations

import io
import logging

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from datasets.errors import CropError, UnknownSampleError
from datasets.samples.store import SampleStore
from datasets.versions.catalogue import VersionCatalogue
from datasets.versions.version import SIDES, Manifest, Version, VersionError
from ocr_model.reading.sheet import contact_sheet

_LOG = logging.getLogger(__name__)
SHEET = "contact.png"
_SHOWN = 60  # crops on a sheet at most
_KEY = "samples"  # text chunk of the sheet that names the crops on it


def forget_on_sheets(store: SampleStore, catalogue: VersionCatalogue, buried: frozenset[str]) -> list[str]:
    """Redraw the contact sheets that show a removed crop. Returns the names of their versions.

    The sheet of a version that cannot be read is removed: it cannot be drawn anew.
    """
    redrawn = []
    for name in catalogue.names():
        sheet = catalogue.get_beside(name, SHEET)
        if sheet is None or not buried.intersection(sheet_samples(sheet)):
            continue
        try:
            version = catalogue.read(name)
        except VersionError as error:
            _LOG.error("its contact sheet is removed: %s", error)
            catalogue.drop_beside(name, SHEET)
            continue
        put_sheet(store, catalogue, version, buried)
        redrawn.append(name)
    return redrawn


def sheet_samples(sheet: bytes) -> list[str]:
    """Digests of the crops that a contact sheet shows; none for bytes that are no sheet."""
    try:
        with Image.open(io.BytesIO(sheet), formats=["PNG"]) as image:
            return str(image.info.get(_KEY, "")).split()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return []


def put_sheet(store: SampleStore, catalogue: VersionCatalogue, version: Version, buried: frozenset[str]) -> None:
    """Draw a version's contact sheet and put it beside the version, replacing an earlier one."""
    sheet = draw_sheet(store, version.manifest, buried)
    if sheet is None:
        catalogue.drop_beside(version.name, SHEET)
    else:
        catalogue.put_beside(version.name, SHEET, sheet)


def draw_sheet(store: SampleStore, manifest: Manifest, buried: frozenset[str]) -> bytes | None:
    """A PNG with some crops of each side beside each other; None if there is none to show."""
    columns: list[list[tuple[NDArray[np.uint8], str]]] = []
    shown: list[str] = []
    for side in SIDES:
        # Digests are as good as random, so the first ones are a fair choice.
        cells = []
        for entry in [entry for entry in manifest.on(side) if entry.digest not in buried][: _SHOWN // len(SIDES)]:
            try:
                picture = np.asarray(store.crop(entry.digest).convert("L"))
            except (UnknownSampleError, CropError):
                continue  # `verify` and `materialize` report it
            cells.append((picture, f"{side}: {_latin(entry.text) or '(no text)'}"))
            shown.append(entry.digest)
        if cells:
            columns.append(cells)
    if not columns:
        return None
    about = PngInfo()
    about.add_text(_KEY, " ".join(shown))
    buffer = io.BytesIO()
    contact_sheet(columns, per_row=2).save(buffer, "PNG", pnginfo=about)
    return buffer.getvalue()


def _latin(text: str) -> str:
    """The text as far as Pillow's built-in font can draw it."""
    return text.encode("ascii", "replace").decode()
