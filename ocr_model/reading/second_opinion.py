"""What two readers say of a crop together: the log-linear pool of both opinions over the texts that either thinks of.

    score(text) = weight * log p(text | ours) + (1 - weight) * log p(text | second reader)

The exponentials of the scores, divided by their sum with that of "any other text", are the joint probabilities
(Genest and Zidek 1986, https://doi.org/10.1214/ss/1177013825). So a text needs the support of both: where two sure
readers differ, both texts are left with little.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ocr_model.codes.lines import code_and_formats
from ocr_model.codes.text import match_key
from ocr_model.reading.calibration import Calibration
from ocr_model.reading.hypotheses import Hypothesis, best_hypotheses, log_add, log_rest

_NUMBERS = ("weight", "weight_without_format", "doubt", "doubt_without_format", "doubt_of_digits", "doubt_of_words")
_LATER_NUMBERS = ("second_look", "second_look_of_words")  # models of November 2026 do not have them
_RULE_OF_SURE = ("sure", "weight_where_sure")  # nor these: they weigh the same however sure the second reader is
_DIGITS_OF_A_CODE = 3
_NUMBER = re.compile(r"[0-9 .-]{5,}")  # a shorter one is a size
# "Any other text" is mostly not the same text for both readers, so its pool says little: the distance of its score to
# the best one counts this share, and it is less probable by this logarithm. Chosen on synthetic crops and lines of
# rendered tags that ours doubted: the log loss of right and wrong is 0.36 per reading, 0.41 with the plain pool.
_REST_SHARE, _REST_LESS = 0.3, 2.5
_FLOOR = -10.0  # log probability under which a reader's opinion of a text is not believed: it would be a veto


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """When a second reader is asked, and what its opinion weighs: the field `second_reader` of a `model.json`."""

    # Weight of ours in the pool, 0..1: for codes of known formats with letters, the print that it was trained for, and
    # for other texts.
    weight: float = 0.7
    weight_without_format: float = 0.5
    # Probability of ours, before calibration, under which the second reader is asked; likewise.
    doubt: float = 0.9
    doubt_without_format: float = 0.99
    # The same for a number, which has no letter that would show a misread digit: every other digit fits as well.
    doubt_of_digits: float = 1.0
    doubt_of_words: float = 0.8  # the same for a text that is no code, with fewer than three digits
    calibration: Calibration = field(default_factory=Calibration)  # of the joint probability
    # Joint probability under which other views are read as well, where the model reads them at all; likewise. Of 2,700
    # synthetic crops and lines of rendered tags, 289 are below 0.02, of which the views bring 10; of 432 others up to
    # 0.8 they bring 2.
    second_look: float = 0.6
    second_look_of_words: float = 0.02
    # Probability of the second reader's best text from which ours weighs only `weight_where_sure`, for texts that are
    # no codes of known formats with letters: such print is more often new to ours than to the second reader. It brings
    # 11 of 1,056 real crops and costs 9 of 2,100 synthetic ones (docs/tried.md).
    sure: float = 0.7
    weight_where_sure: float = 0.2

    def __post_init__(self) -> None:
        for name in (*_NUMBERS, *_LATER_NUMBERS, *_RULE_OF_SURE):
            if not 0.0 <= getattr(self, name) <= 1.0:  # true for NaN, too
                raise ValueError(f"{name} of the second reader is between 0 and 1, not {getattr(self, name)}")

    def weight_of(self, text: str, by_second: float) -> float:
        """Weight of ours for a crop.

        Args:
            text: the best by ours.
            by_second: probability of the second reader's best text, 0..1.
        """
        if _is_lettered_code(text):
            return self.weight
        return self.weight_where_sure if by_second >= self.sure else self.weight_without_format

    def is_wanted(self, text: str, probability: float) -> bool:
        """Whether the second reader is asked about a crop.

        Args:
            text: the best by ours; "" for none, which is always in doubt.
            probability: of it, 0..1, before calibration.
        """
        if not text:
            return True
        if _NUMBER.fullmatch(text):
            return probability < self.doubt_of_digits
        if not _may_be_code(text):
            return probability < self.doubt_of_words
        if probability < min(self.doubt, self.doubt_without_format):
            return True
        return probability < (self.doubt if _is_lettered_code(text) else self.doubt_without_format)

    def is_still_in_doubt(self, text: str, probability: float) -> bool:
        """Whether other views of a crop are read although the second reader was heard.

        Args:
            text: the best by both; "" for none, which other views do not find either.
            probability: of it, 0..1, before calibration.
        """
        return bool(text) and probability < (self.second_look if _may_be_code(text) else self.second_look_of_words)

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> SecondOpinion | None:
        """The field `second_reader` of a `model.json`; None without it: that model is used alone.

        Raises:
            TypeError: a value of another type.
            ValueError: a value out of range.
        """
        fields = description.get("second_reader")
        if fields is None:
            return None
        numbers = {name: float(fields[name]) for name in _NUMBERS}
        numbers |= {name: float(fields[name]) for name in _LATER_NUMBERS if name in fields}
        before = {"sure": 1.0, "weight_where_sure": numbers["weight_without_format"]}
        numbers |= {name: float(fields.get(name, before[name])) for name in _RULE_OF_SURE}
        return cls(**numbers, calibration=Calibration.from_description(fields))

    def description(self) -> dict[str, float]:
        """The field's numbers, without the calibration."""
        return {name: getattr(self, name) for name in (*_NUMBERS, *_LATER_NUMBERS, *_RULE_OF_SURE)}


def _may_be_code(text: str) -> bool:
    return sum(map(str.isdigit, text)) >= _DIGITS_OF_A_CODE


def _is_lettered_code(text: str) -> bool:
    """Whether a text is a code of a known format that has letters."""
    return not _NUMBER.fullmatch(text) and bool(code_and_formats(text)[1])


def joint_readings(
    hypotheses: Sequence[Hypothesis], ours: Sequence[float], second: Sequence[float], weight: float, count: int
) -> list[Hypothesis]:
    """The readings of one crop by two readers together.

    Texts that differ in separators only are one reading, whose probabilities are added: the readers disagree about
    separators more often than about letters and digits.

    Args:
        hypotheses: texts that either reader thinks of, each once.
        ours: log probability of each by our recognizer.
        second: by the second reader.
        weight: of ours, 0..1.
        count: largest number of readings.

    Returns:
        The best readings first, each with the separators that both together like best. Their probabilities are at most
        1 together.
    """
    groups: dict[str, list[int]] = {}
    for at, hypothesis in enumerate(hypotheses):
        key = match_key(hypothesis.text) or hypothesis.text.replace(" ", "")
        groups.setdefault(key, []).append(at)

    def pool(by_us: float, by_second: float) -> float:
        return weight * max(_FLOOR, by_us) + (1.0 - weight) * max(_FLOOR, by_second)

    sums = [(_log_sum(ours, members), _log_sum(second, members)) for members in groups.values()]
    rest = pool(log_rest(by_us for by_us, _ in sums), log_rest(by_second for _, by_second in sums))
    scores = [pool(*of_group) for of_group in sums]
    best = max(scores)
    total = best - _REST_SHARE * (best - rest) - _REST_LESS if best > rest else rest
    for score in scores:
        total = log_add(total, score)
    joint = []
    for members, score in zip(groups.values(), scores, strict=True):
        shown = hypotheses[max(members, key=lambda at: pool(ours[at], second[at]))]
        probability = min(0.0, score - total)
        joint.append(Hypothesis(shown.text, probability, shown.character_log_probabilities, probability))
    return best_hypotheses(joint)[:count]


def _log_sum(logarithms: Sequence[float], members: Sequence[int]) -> float:
    total = -math.inf
    for at in members:
        total = log_add(total, logarithms[at])
    return min(0.0, total)
