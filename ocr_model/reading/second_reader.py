"""A second reader, which is asked about crops that ours is in doubt about: the interface, and PP-OCRv6 small behind it.

The weights lie in the wheel of `rapidocr` (Apache-2.0); its code is not used, because it rounds, pads and reports
neither probabilities nor more than one text.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from ocr_model.codes.text import CHARSET, normalize_text
from ocr_model.errors import ModelError
from ocr_model.reading.arrays import Floats, Integers
from ocr_model.reading.ctc import CTC_BLANK
from ocr_model.reading.packaged_graphs import packaged_graph
from ocr_model.reading.sessions import open_session

_LOG = logging.getLogger(__name__)

SECOND_READER = "PP-OCRv6 small"
"""Name of the second reader that comes with `rapidocr`."""

_GRAPH = "PP-OCRv6_rec_small.onnx"
_HEIGHT = 48  # pixels that the network sees
_LEAST_WIDTH = 320  # narrower pictures are padded: without the padding it reads 7 % fewer synthetic crops
_LARGEST_WIDTH = 1600  # wider ones are squeezed; no line of `CHARSET` that is worth reading is longer
_STEP = 8  # the network's pictures are multiples of it, one column of probabilities each
_BATCH = 6  # lines that are read together at most
_LIKE_WIDTH = 1.25  # ratio of the widths of lines up to which they are: what is padded is computed as well
_LEAST = 1e-13  # probability of a class in a column, so that the logarithm of a text is finite


class SecondReader(Protocol):
    """Reads upright lines; any number of threads may use it at the same time."""

    @property
    def name(self) -> str:
        """Of the model."""

    def columns(self, pictures: Sequence[Image.Image]) -> list[Floats]:
        """Log probabilities of characters, column by column, as CTC has them.

        Args:
            pictures: upright lines, mode L or RGB.

        Returns:
            Per picture (T, 1 + len(CHARSET)): class 0 is the blank, `CHARSET` follows; the rest to 1 is of other
            characters.

        Raises:
            ModelError: the network computes no numbers.
        """


def packaged_second_reader(threads: int) -> SecondReader | None:
    """PP-OCRv6 small, or None where `rapidocr` is not installed or its network does not load.

    Args:
        threads: CPU threads of one reading.
    """
    graph = packaged_graph(_GRAPH)
    if graph is None:
        _LOG.info("No second reader is installed (`rapidocr`), so doubtful lines are read by one reader alone")
        return None
    try:
        return PaddleReader(graph, threads)
    except (ModelError, ValueError) as error:
        _LOG.warning("The second reader does not load: %s", error)
        return None


class PaddleReader:
    """PP-OCRv6 small's recognizer on ONNX Runtime, its classes folded onto `CHARSET`.

    Sizes and scaling are those of PaddleOCR and rapidocr: 48 pixels high, BGR in -1..1, padded with 0.

    Args:
        graph: file of the network, with its dictionary in the field `character`.
        threads: CPU threads of one reading.

    Raises:
        ModelError: the network cannot be loaded.
        ValueError: its dictionary does not fit its classes.
    """

    def __init__(self, graph: Path, threads: int) -> None:
        self.name = SECOND_READER
        # Every line has another width: an arena would keep the memory of the longest for good.
        self._session = open_session(graph, threads, keeps_memory=False)
        self._input = self._session.get_inputs()[0].name
        characters = self._session.get_modelmeta().custom_metadata_map.get("character", "").splitlines()
        # The blank comes first, and a space, which no line of the dictionary can hold, last.
        self._classes, self._starts, self._folded = _folding(["", *characters, " "])

    def columns(self, pictures: Sequence[Image.Image]) -> list[Floats]:
        """See `SecondReader.columns`."""
        prepared = [_prepare(picture) for picture in pictures]
        order = sorted(range(len(prepared)), key=lambda at: prepared[at].shape[2])
        found: dict[int, Floats] = {}
        for chunk in _alike(order, [max(_LEAST_WIDTH, picture.shape[2]) for picture in prepared]):
            width = max(_LEAST_WIDTH, -(-prepared[chunk[-1]].shape[2] // _STEP) * _STEP)
            batch = np.zeros((len(chunk), 3, _HEIGHT, width), dtype=np.float32)
            for row, at in enumerate(chunk):
                batch[row, :, :, : prepared[at].shape[2]] = prepared[at]
            (answer,) = self._session.run(None, {self._input: batch})
            if answer.shape[-1] <= int(self._classes.max()):
                raise ModelError(f"{self.name}: {answer.shape[-1]} classes do not fit its dictionary")
            found |= dict(zip(chunk, self._fold(answer), strict=True))
        return [found[at] for at in range(len(prepared))]

    def _fold(self, probabilities: Floats) -> Floats:
        """Log probabilities (N, T, 1 + len(CHARSET)) from the network's probabilities (N, T, C)."""
        sums = np.add.reduceat(probabilities[:, :, self._classes], self._starts, axis=2)
        if math.isnan(float(sums.max())):
            raise ModelError(f"{self.name}: the model computes no numbers for this picture")
        folded = np.zeros((*probabilities.shape[:2], 1 + len(CHARSET)), dtype=np.float32)
        folded[:, :, self._folded] = sums
        logarithms: Floats = np.log(np.clip(folded, _LEAST, 1.0))
        return logarithms


def _folding(dictionary: Sequence[str]) -> tuple[Integers, Integers, Integers]:
    """Which of the network's classes are which of ours.

    Small letters, full-width and framed forms and all dashes are what `normalize_text` makes of them. Signs that no tag
    prints between characters of a code are as good as nothing there, so they count as blanks.

    Args:
        dictionary: characters by class.

    Returns:
        The classes that are ours, grouped; where each group starts; and the class of ours that each group is.

    Raises:
        ValueError: a character of ours is not among them.
    """
    ours = {character: number for number, character in enumerate(CHARSET, start=CTC_BLANK + 1)}
    groups: dict[int, list[int]] = {number: [] for number in range(1 + len(CHARSET))}
    for number, character in enumerate(dictionary):
        plain = character if character == " " else normalize_text(character)
        if plain in ours:
            groups[ours[plain]].append(number)
        elif not any(map(str.isalnum, plain)):
            groups[CTC_BLANK].append(number)
    if not all(groups.values()):
        raise ValueError("the dictionary of the second reader lacks characters of tags")
    sizes = [len(members) for members in groups.values()]
    starts = np.cumsum([0, *sizes[:-1]])
    classes = np.array([number for members in groups.values() for number in members], dtype=np.int64)
    return classes, starts.astype(np.int64), np.array(list(groups), dtype=np.int64)


def _alike(order: Sequence[int], widths: Sequence[int]) -> list[list[int]]:
    """Pictures in the order of their widths, in batches of like width."""
    batches: list[list[int]] = []
    for at in order:
        if batches and len(batches[-1]) < _BATCH and widths[at] <= _LIKE_WIDTH * widths[batches[-1][0]]:
            batches[-1].append(at)
        else:
            batches.append([at])
    return batches


def _prepare(picture: Image.Image) -> Floats:
    """The picture for the network: (3, 48, W), BGR, float32 in -1..1."""
    width = math.ceil(_HEIGHT * picture.width / picture.height)
    width = min(max(width, _STEP), _LARGEST_WIDTH)
    small = picture.convert("RGB").resize((width, _HEIGHT), Image.Resampling.BILINEAR, reducing_gap=3.0)
    scaled = np.asarray(small, dtype=np.float32)[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5)
    return scaled - np.float32(1.0)
