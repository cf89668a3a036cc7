"""How probable a text is as a product code: the format prior.

    score(text) = log p(text | picture) + bonus(text)
    bonus(text) = weight * log(p(text) / p(text | any text)) + constant, at most log 4

Where a shape is both a letter and a digit (0 O D Q, 1 I, 2 Z, 5 S, 6 G, 8 B), only the formats in which brands print
their codes can decide. Their weight is small: a reading that the picture calls more than four times as probable as
every other one is never overruled.

p(text) is a mixture. A text is, with probability 1/2 each, *any text* or *a code in some brand's format*:

- any text: characters are drawn one by one, separators less often than letters and digits;
- a brand's format: each format of the table `ocr_model.codes.formats.FORMATS` is equally likely, then each of its
  lengths, then each text of that length. The spaces of a line do not count, and field names around a code (`ART`,
  `STYLE NO.`, `COLOR:BLK`) are as likely before one text as before another.

The probability as any text alone is divided out: the recognizer has learnt already how long texts are and which
characters they have (density ratio, McDermott et al. 2019, https://arxiv.org/abs/2002.11268). So the bonus is
exactly 0 for a text of any length that fits no format, and among such texts the picture decides alone.

The formats are regular expressions; they are compiled into one deterministic automaton beforehand
(`ocr_model.export.format_table`), a small file that loads in two milliseconds.

Looking for codes beyond the readings of the beam search did not help: A beam of 12
instead of 5 lets the prior correct 0.09 % more of the brands' codes, at twice the time.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_model.codes.formats import FORMATS, CodeFormat
from ocr_model.errors import ModelError

DEFAULT_PRIOR_WEIGHT = 0.1
"""Weight for a model that names none; `python -m ocr_model prior` chooses one on synthetic crops."""

FORMAT_TABLE = Path(__file__).parent / "format_table.json"
"""The compiled automaton; `python -m ocr_model prior --compile` writes it."""

_MOST = math.log(4.0)  # greatest bonus: an unusual code that is four times as probable by the picture is believed
_LETTER_OR_DIGIT = math.log(0.95 / 36)  # as any text: the log probability of each letter or digit
_SEPARATOR = math.log(0.05 / 9)  # and of each of -./#:()+&
_LENGTHS = 24  # as any text: the number of lengths, all equally likely

# Field names and a colour around the code, as they stand in a line without spaces.
_BEFORE = re.compile(
    r"(?:ARTICLE|ART|STYLE|STY|MODEL|MOD|MATERIAL|MTL|PRODUCT|PROD|ITEM|SKU|S/N|SN|P/N|PN|REFERENCE|REF|CODE|CUT"
    r"|LOT|RN|CA)(?:NUMBER|NUM|NO|NR|CODE)?[.:#]*"
)
_BEHIND = re.compile(r"(?:COLOU?R|COL|CLR)[.:#]+[0-9A-Z/&+-]*$")


def format_digest(formats: Sequence[CodeFormat] = FORMATS) -> str:
    """SHA-256 over the patterns: two tables of equal digest compile to the same automaton."""
    return hashlib.sha256(json.dumps([code_format.pattern for code_format in formats]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FormatPrior:
    """The compiled formats: an automaton that starts in state 0."""

    steps: tuple[dict[str, int], ...]  # per state: the next state by character; a missing one leads out of all formats
    # Per state, by the number of characters read: the log probability of the text as a code in some brand's format.
    ends: tuple[dict[int, float], ...]

    @classmethod
    def load(cls, file: Path = FORMAT_TABLE) -> FormatPrior:
        """Read a compiled automaton.

        Raises:
            ModelError: the file is missing or damaged, or was compiled from other formats than `FORMATS`.
        """
        try:
            table = json.loads(file.read_text(encoding="utf-8"))
            stale = table["digest"] != format_digest()
            prior = cls.from_table(table)
        except OSError as error:
            raise ModelError(f"the compiled formats {file} cannot be read: {error.strerror}") from error
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(f"{file} holds no compiled formats") from error
        if stale:
            raise ModelError(f"{file} was compiled from other formats: run `python -m ocr_model prior --compile`")
        return prior

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> FormatPrior:
        """The prior of compiled formats, given as `ocr_model.export.format_table.compile_formats` returns them."""
        counts = table["counts"]
        # Each format is as likely as any other; then each of its lengths; then each text of that length.
        by_format = [
            {int(length): 1.0 / (len(counts) * len(lengths) * count) for length, count in lengths.items()}
            for lengths in counts
        ]
        steps, ends = [], []
        for state in table["states"]:
            steps.append({character: int(target) for characters, target in state["steps"] for character in characters})
            probability: dict[int, float] = {}
            for number in state["formats"]:
                for length, share in by_format[number].items():
                    probability[length] = probability.get(length, 0.0) + share
            ends.append({length: math.log(share) for length, share in probability.items()})
        return cls(tuple(steps), tuple(ends))

    def bonus(self, text: str, weight: float) -> float:
        """The bonus on the log probability of a reading: 0 if it fits no format, at most log 4."""
        return min(_MOST, weight * self.advantage(text))

    def advantage(self, text: str) -> float:
        """How much more probable a text is because brands print codes like it, as a logarithm of odds.

        Args:
            text: one line as read, upper case; spaces do not count.

        Returns:
            `log(1 + p(code | some format) / p(code | any text))`, at least 0, for the code without the field
            names around it; 0 for a text that fits no format.
        """
        label = text.replace(" ", "")
        best = self._plain_advantage(label)
        before, behind = _BEFORE.match(label), _BEHIND.search(label)
        if before:
            best = max(best, self._plain_advantage(label[before.end() :]))
        if behind:
            best = max(best, self._plain_advantage(label[: behind.start()]))
            if before and before.end() < behind.start():
                best = max(best, self._plain_advantage(label[before.end() : behind.start()]))
        return best

    def _plain_advantage(self, code: str) -> float:
        state, steps, any_text = 0, self.steps, -math.log(_LENGTHS)
        for character in code:
            following = steps[state].get(character)
            if following is None:
                return 0.0
            state = following
            any_text += _LETTER_OR_DIGIT if character.isalnum() else _SEPARATOR
        by_format = self.ends[state].get(len(code))
        if by_format is None:
            return 0.0
        return math.log1p(math.exp(by_format - any_text))
