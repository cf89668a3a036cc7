"""Zips for tests."""

import io
import zipfile
from pathlib import Path

from PIL import Image


def png(colour: str = "white") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (60, 20), colour).save(data, "PNG")
    return data.getvalue()


def packed(file: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file
