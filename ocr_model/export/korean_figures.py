"""How well the network for Korean reads: field names on rendered lines, and false alarms on lines without Hangul."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_model.export.proportion import Proportion
from ocr_model.tags.korean_model import KINDS, KoreanModel, KoreanReading, is_hangul
from ocr_model.tags.korean_words import field_name, pieces_of
from ocr_model.training.korean.alphabet import as_classes
from ocr_model.training.korean.lines import RenderedLine


@dataclass(frozen=True, slots=True)
class KoreanFigures:
    """What the network reads of rendered lines."""

    syllables: Proportion  # lines with Hangul, all of whose syllables are right
    names: Proportion  # field names at the beginning of a line that are found as what they are
    other_names: Proportion  # lines that begin with no field name, for which one is found
    alarms: Proportion  # lines without Hangul in which Hangul is found
    milliseconds: float  # per line, of processor time, with preparation left out

    def in_words(self) -> str:
        """All figures, as rows of a Markdown table without a head."""
        rows = (
            ("field names found", self.names),
            ("lines with Hangul, every syllable right", self.syllables),
            ("lines with another beginning that are taken for a field's name", self.other_names),
            ("lines without Hangul that are taken for Hangul", self.alarms),
        )
        said = [f"| {what} | {share.count} of {share.total} |" for what, share in rows]
        return "\n".join([*said, f"| milliseconds of one core for a line | {self.milliseconds:.2f} |"])


def measure_korean(model: KoreanModel, lines: Sequence[RenderedLine]) -> KoreanFigures:
    """Read lines whose text is known.

    Args:
        model: reads them.
        lines: with and without Hangul.
    """
    began = time.process_time()
    readings = model.read([line.pixels for line in lines])
    milliseconds = 1000 * (time.process_time() - began) / max(1, len(lines))
    syllables, names, others, alarms = [], [], [], []
    for line, reading in zip(lines, readings, strict=True):
        if not any(map(is_hangul, line.text)):
            alarms.append(bool(pieces_of(reading)))
            continue
        printed = as_printed(line.text, model.syllables)
        syllables.append(_syllables(reading) == _syllables(printed))
        name, found = field_name(printed), field_name(reading)
        if name:
            names.append(found == name)
        else:
            others.append(bool(found))
    shares = [Proportion(sum(counted), len(counted)) for counted in (syllables, names, others, alarms)]
    return KoreanFigures(shares[0], shares[1], shares[2], shares[3], milliseconds)


def count_alarms(model: KoreanModel, pictures: Sequence[NDArray[np.uint8]]) -> Proportion:
    """The pictures without Hangul in which Hangul is found, either way up.

    Args:
        model: reads them.
        pictures: from `fit_line`.
    """
    both = zip(model.read(pictures), model.read([picture[::-1, ::-1] for picture in pictures]), strict=True)
    return Proportion(sum(bool(pieces_of(up) or pieces_of(down)) for up, down in both), len(pictures))


def as_printed(text: str, alphabet: str) -> KoreanReading:
    """The reading of a text that is read without an error and a doubt, every glyph as wide as any other."""
    classes = alphabet + KINDS
    numbers = [classes.index(glyph) + 1 for glyph in as_classes(text, alphabet)]
    scores = np.full((2 * len(numbers) or 1, 1 + len(classes)), -20.0, np.float32)
    scores[::2, 0] = 0.0
    scores[np.arange(len(numbers)) * 2 + 1, numbers] = 0.0
    return KoreanReading.of(scores, classes)


def _syllables(reading: KoreanReading) -> str:
    return "".join(glyph.text for glyph in reading.glyphs if is_hangul(glyph.text))
