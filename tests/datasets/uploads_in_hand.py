"""Pictures, zips and a reader for tests of uploads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr_model.codes.lines import extract_code, match_formats
from ocr_model.reading.prediction import Candidate, Character, ModelInfo, Prediction
from ocr_model.tags.tag import Corners, Role, Tag, TextLine


def crop(text: str, size: tuple[int, int] = (320, 64)) -> Image.Image:
    """A line in black on white."""
    image = Image.new("RGB", size, "white")
    middle = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(image).text(middle, text, fill="black", font=ImageFont.load_default(40), anchor="mm")
    return image


def png(image: Image.Image) -> bytes:
    """The picture as a PNG file."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def code(number: int) -> str:
    """A Nike code; another number, another code."""
    return f"CW{2000 + number}-{100 + number % 900}"


def crops(count: int, first: int = 0) -> dict[str, bytes]:
    """So many crops with a code each, by name."""
    return {f"{number:03}.png": png(crop(code(number))) for number in range(first, first + count)}


def packed(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def table(*rows: str) -> bytes:
    """A `labels.tsv`, whose cells are written with `|` between them."""
    return "\n".join(rows).replace("|", "\t").encode()


def npy(rows: np.ndarray) -> bytes:
    """Vectors as a NPY file."""
    stream = io.BytesIO()
    np.save(stream, rows)
    return stream.getvalue()


def prediction(text: str, confidence: float = 0.9, turn: int = 0) -> Prediction:
    """A reading."""
    return Prediction(
        text=text,
        code=extract_code(text),
        confidence=confidence,
        characters=tuple(Character(character, 0.9) for character in text),
        candidates=(Candidate(text, extract_code(text), confidence),),
        formats=match_formats(text),
        model=ModelInfo("fake", "7"),
        milliseconds={"total": 1.0},
        turn=turn,
    )


class FakeUploadReader:
    """Reads the same from every crop, and the same lines from every photo."""

    def __init__(self, text: str = "GW2871", lines: tuple[tuple[str, Role], ...] = (), turn: int = 0) -> None:
        self.text, self.lines, self.turn = text, lines, turn
        self.read_sizes: list[tuple[int, int]] = []

    def read(self, picture: Image.Image) -> Prediction:
        self.read_sizes.append(picture.size)
        return prediction(self.text, turn=self.turn)

    def read_tag(self, picture: Image.Image) -> Tag:
        found = [
            TextLine(prediction(text), _line_corners(number, picture.width), 0, role)
            for number, (text, role) in enumerate(self.lines)
        ]
        return Tag(tuple(found), (), (), picture.width, picture.height, {})


def _line_corners(number: int, width: int) -> Corners:
    top, bottom = 10.0 + 40 * number, 40.0 + 40 * number
    return (10.0, top), (width - 10.0, top), (width - 10.0, bottom), (10.0, bottom)
