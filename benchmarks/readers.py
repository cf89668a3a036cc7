"""The readers that are compared. Each reads an RGB crop as a whole, with the same number of threads."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_model.reading.recognizer import CHAMPION, Recognizer


@dataclass(frozen=True)
class Reading:
    """A reader's text of a crop."""

    text: str
    confidence: float  # 0..1, as the reader shows it


@dataclass(frozen=True)
class Reader:
    """A reader: its name, its model's files, and functions from RGB crops to their text."""

    name: str
    read: Callable[[Image.Image], Reading]
    files: tuple[Path, ...]  # of the model
    # For crops that may be turned, if they need another setting.
    read_turned: Callable[[Image.Image], Reading] | None = None
    # For many crops at a time, in the batches that suit the reader; None if it has no batches.
    read_many: Callable[[Sequence[Image.Image]], list[str]] | None = None
    threshold: float | None = None  # confidence from which its texts are accepted without asking; None if there is none

    @property
    def megabytes(self) -> float:
        """Size of the model's files, 10^6 bytes."""
        return sum(file.stat().st_size for file in self.files) / 1e6


class ReaderMissingError(RuntimeError):
    """A reader cannot run here; the message says what is missing."""


def read_texts(reader: Reader, crops: Sequence[Image.Image]) -> list[str]:
    """The reader's texts of many RGB crops, in its own batches if it has any."""
    if not crops:
        return []
    return reader.read_many(crops) if reader.read_many else [reader.read(crop).text for crop in crops]


def ours(threads: int, directory: Path | None = None, *, second: bool = True) -> Reader:
    """The shipped champion, or another exported model. It finds turns by itself in every crop.

    Args:
        threads: of one reading.
        directory: an exported model; the champion if None.
        second: whether a second reader is asked where ours is in doubt.

    Raises:
        ModelError: the model cannot be loaded.
    """
    directory = CHAMPION if directory is None else directory
    recognizer = Recognizer.load(directory, threads=threads, second=second)
    names = json.loads((directory / "model.json").read_text(encoding="utf-8"))["files"].values()

    def read(crop: Image.Image) -> Reading:
        prediction = recognizer.read(crop)
        return Reading(prediction.text, prediction.confidence)

    def read_many(crops: Sequence[Image.Image]) -> list[str]:
        return [prediction.text for prediction in recognizer.read_batch(crops)]

    return Reader(
        f"this reader{'' if second else ' alone'} ({recognizer.info.name} {recognizer.info.version})",
        read,
        (directory / "model.json", *(directory / name for name in names)),
        read_many=read_many,
        threshold=recognizer.info.accept_threshold,
    )


def rapidocr(threads: int) -> Reader:
    """PP-OCRv6 small's recognizer as rapidocr ships it; its detection stage does not help on tight crops.

    Only crops that may be turned go through its classifier, which costs time and does nothing for upright ones.

    Raises:
        ReaderMissingError: rapidocr is not installed.
    """
    try:
        import rapidocr as package
    except ImportError as error:
        raise ReaderMissingError("rapidocr is not installed (`make bench` installs it)") from error
    engine = package.RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(crop: Image.Image) -> Reading:
        return _reading(engine(_blue_first(crop), use_det=False, use_cls=False, use_rec=True))

    def read_turned(crop: Image.Image) -> Reading:
        return _reading(engine(_blue_first(crop), use_det=False, use_cls=True, use_rec=True))

    def read_many(crops: Sequence[Image.Image]) -> list[str]:
        # Sorted by width and read in its own batches (`rec_batch_num`, 6): larger ones are padded more, and are slower.
        return list(engine.recognize_txt([_blue_first(crop) for crop in crops]).txts or [""] * len(crops))

    return Reader(
        "rapidocr 3.10 (PP-OCRv6 small)",
        read,
        tuple((Path(package.__file__).parent / "models").glob("PP-OCRv6_rec_small*.onnx")),
        read_turned=read_turned,
        read_many=read_many,
    )


def _blue_first(crop: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(crop)[:, :, ::-1]


def _reading(result: Any) -> Reading:
    if not result.txts:
        return Reading("", 0.0)
    return Reading("".join(result.txts), float(min(result.scores)))


def tesseract(threads: int) -> Reader:
    """Tesseract as a library, for one line of text; it runs on one thread and ignores `threads`.

    Raises:
        ReaderMissingError: tesserocr or Tesseract's English data is missing.
    """
    try:
        import tesserocr
    except ImportError as error:
        raise ReaderMissingError("tesserocr is not installed (`make bench` installs it)") from error
    data = sorted(Path("/usr/share/tesseract-ocr").rglob("eng.traineddata"))
    if not data:
        raise ReaderMissingError("Tesseract's English data is missing (Debian: apt-get install tesseract-ocr-eng)")
    engine = tesserocr.PyTessBaseAPI(path=str(data[0].parent), lang="eng", psm=tesserocr.PSM.SINGLE_LINE)

    def read(crop: Image.Image) -> Reading:
        engine.SetImage(crop)
        text = str(engine.GetUTF8Text()).strip()
        return Reading(text, engine.MeanTextConf() / 100)

    return Reader(f"Tesseract {tesserocr.tesseract_version().split()[1]}", read, (data[0],))
