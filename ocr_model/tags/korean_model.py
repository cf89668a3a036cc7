"""Reads Korean words with a small network of ours on ONNX Runtime: convolutions, then CTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from ocr_model.errors import ModelError
from ocr_model.reading.model_description import one_line

KOREAN = Path(__file__).resolve().parent.parent / "weights" / "korean" / "korean.onnx"
"""The graph that comes with the package."""

HANGUL, LETTER, DIGIT, MARK = "□", "A", "0", ":"
KINDS = HANGUL + LETTER + DIGIT + MARK
"""How print without a class of its own is read: another syllable, a letter, a digit, a mark of any kind."""

SYLLABLES = "syllables"
"""The entry of the graph's metadata that names the syllables with a class of their own, in their order."""

HEIGHT = 32
"""Pixels of a line's height as the network sees it."""

_LEAST_WIDE, _MOST_WIDE = 16, 384
_BATCH = 16  # lines that are read at a time
_STRIDE = 4  # pixels from one column of scores to the next


def is_hangul(character: str) -> bool:
    """Whether a character is a syllable of Hangul."""
    return "가" <= character <= "힣"


def fit_line(picture: Image.Image) -> NDArray[np.uint8]:
    """A line as the network sees it: grey, 32 pixels high, 16 to 384 wide; (32, W)."""
    width = min(_MOST_WIDE, max(_LEAST_WIDE, round(HEIGHT * picture.width / picture.height)))
    grey = picture.convert("L")
    return np.asarray(grey.resize((width, HEIGHT), Image.Resampling.BILINEAR, reducing_gap=2.0))


def columns_of(width: int) -> int:
    """The columns of scores of a line so many pixels wide."""
    return -(-width // _STRIDE)


@dataclass(frozen=True, slots=True)
class Glyph:
    """A syllable, or other print by its kind."""

    text: str  # one syllable, or one of `KINDS`
    start: float  # of its print, 0..1 of the line's length; the network sees a glyph where it begins
    confidence: float  # 0..1
    column: int  # the first one of its scores


@dataclass(frozen=True, slots=True)
class KoreanReading:
    """A line as the network reads it; spaces are not read."""

    glyphs: tuple[Glyph, ...]
    scores: NDArray[np.float32]  # log probabilities (columns, classes)
    classes: str  # a character for every class but the first one, blank

    @classmethod
    def of(cls, scores: NDArray[np.float32], classes: str) -> KoreanReading:
        """The best class of every column, repetitions and blanks dropped.

        Args:
            scores: log probabilities (columns, classes), blank first.
            classes: the characters of the others.
        """
        best = scores.argmax(axis=1)
        starts = [at for at in range(len(best)) if best[at] and (at == 0 or best[at] != best[at - 1])]
        glyphs = []
        for start in starts:
            end = start
            while end < len(best) and best[end] == best[start]:
                end += 1
            found = np.exp(scores[start:end, best[start]])
            place = (float(np.average(np.arange(start, end), weights=found)) + 0.5) / len(best)
            glyphs.append(Glyph(classes[best[start] - 1], place, float(found.max()), start))
        return cls(tuple(glyphs), scores, classes)

    @property
    def text(self) -> str:
        """`품번:AA0000:000` for a printed `품번 : CW2288-111`."""
        return "".join(glyph.text for glyph in self.glyphs)

    @property
    def certainty(self) -> float:
        """The syllables that are printed there as far as one can tell: the sum of their confidences."""
        return sum(glyph.confidence for glyph in self.glyphs if is_hangul(glyph.text))


class KoreanModel:
    """The exported network. One instance serves any number of threads at the same time.

    Args:
        session: of the graph, whose metadata names its syllables.

    Raises:
        ModelError: the graph is another one.
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        alphabet: str = session.get_modelmeta().custom_metadata_map.get(SYLLABLES, "")
        shape = session.get_outputs()[0].shape
        if len(session.get_inputs()) != 1 or len(shape) != 3 or shape[2] != 1 + len(alphabet) + len(KINDS):
            raise ModelError(f"the graph does not read Korean: its scores are {shape}")
        self._session, self._classes = session, alphabet + KINDS
        self._input = session.get_inputs()[0].name

    @classmethod
    def load(cls, file: Path = KOREAN, *, threads: int = 2) -> KoreanModel:
        """Open the graph.

        Args:
            file: of the graph; the one that comes with the package.
            threads: CPU threads of a run.

        Raises:
            ModelError: the file is missing or damaged. One line.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3  # errors arrive as exceptions, and warnings are of no use to a user
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions have no other common base class
            raise ModelError(f"the model file {file} cannot be loaded: {one_line(error)}") from error
        return cls(session)

    @property
    def syllables(self) -> str:
        """Those that it tells apart."""
        return self._classes[: -len(KINDS)]

    def read(self, lines: Sequence[NDArray[np.uint8]]) -> list[KoreanReading]:
        """Read lines, those of about one length together.

        Args:
            lines: from `fit_line`.

        Returns:
            One reading per line, in order.
        """
        readings: dict[int, KoreanReading] = {}
        order = sorted(range(len(lines)), key=lambda at: lines[at].shape[1])
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            widths = [lines[at].shape[1] for at in batch]
            pixels = np.empty((len(batch), 1, HEIGHT, max(widths)), np.float32)
            for row, at in enumerate(batch):
                pixels[row, 0] = np.pad(lines[at], ((0, 0), (0, max(widths) - widths[row])), mode="edge")
            pixels *= np.float32(2 / 255)
            pixels -= np.float32(1)
            (scores,) = self._session.run(None, {self._input: pixels})
            for row, at in enumerate(batch):
                readings[at] = KoreanReading.of(scores[row, : columns_of(widths[row])], self._classes)
        return [readings[at] for at in range(len(lines))]
