"""The readers that are compared. Each reads one RGB crop as a whole, with the same number of threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_model.recognizer import Recognizer


@dataclass(frozen=True)
class Reader:
    """A name and a function from an RGB crop to its text."""

    name: str
    read: Callable[[Image.Image], str]


class ReaderMissingError(RuntimeError):
    """A reader cannot run here; the message says what is missing."""


def ours(threads: int, directory: Path | None = None) -> Reader:
    """The shipped champion."""
    recognizer = Recognizer.load(directory, threads=threads)
    return Reader(
        f"this reader ({recognizer.info.name} {recognizer.info.version})", lambda crop: recognizer.read(crop).text
    )


def rapidocr(threads: int) -> Reader:
    """PP-OCRv6 small's recognizer as rapidocr ships it; its detection stage does not help on tight crops."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ReaderMissingError("rapidocr is not installed (`make bench` installs it)") from error
    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(crop: Image.Image) -> str:
        result = engine(np.asarray(crop)[:, :, ::-1], use_det=False, use_cls=False, use_rec=True)
        return "".join(result.txts) if result.txts else ""

    return Reader("rapidocr 3.10 (PP-OCRv6 small)", read)


def tesseract(threads: int) -> Reader:
    """Tesseract as a library, one line of text; it runs on one thread whatever `threads` says."""
    try:
        import tesserocr
    except ImportError as error:
        raise ReaderMissingError("tesserocr is not installed (`make bench` installs it)") from error
    folders = [p.parent for p in Path("/usr/share/tesseract-ocr").rglob("eng.traineddata")]
    if not folders:
        raise ReaderMissingError("Tesseract's English data is missing (Debian: apt-get install tesseract-ocr-eng)")
    engine = tesserocr.PyTessBaseAPI(path=str(folders[0]), lang="eng", psm=tesserocr.PSM.SINGLE_LINE)

    def read(crop: Image.Image) -> str:
        engine.SetImage(crop)
        return str(engine.GetUTF8Text()).strip()

    return Reader(f"Tesseract {tesserocr.tesseract_version().split()[1]}", read)
