"""The texts that a picture may show, with their probabilities: merged, weighed and ordered."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# Texts less than a thousandth as probable as the best are never shown, so they are not searched either.
NEGLIGIBLE = math.log(1e-3)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One text that the picture may show; all logarithms are natural.

    Hypotheses are ordered by rank. It equals `log_probability`, except for a text that was cut off at the greatest
    length: that text stands for every text that begins like it, so its end does not count against it.
    """

    text: str  # with spaces as read
    log_probability: float  # of the whole text, its end included; at most 0
    character_log_probabilities: tuple[float, ...]  # one per character of `text`
    rank: float
    bonus: float = 0.0  # by which the format prior raised the log probability, before all were normalised
    turn: int | None = None  # quarter turns at which it was read, if not those of the reading that it stands in


def best_hypotheses(hypotheses: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The hypotheses by falling rank, without those that are negligible beside the best."""
    ordered = sorted(hypotheses, key=lambda hypothesis: hypothesis.rank, reverse=True)
    return [hypothesis for hypothesis in ordered if hypothesis.rank >= ordered[0].rank + NEGLIGIBLE]


def add_bonuses(readings: Sequence[Hypothesis], bonuses: Sequence[float], count: int) -> list[Hypothesis]:
    """Rank the readings of one crop by the picture and the format prior together.

    The probability of each reading is multiplied by exp(bonus); then all are normalised, together with "any other
    text", the readings' complement to 1, which gets no bonus. So without any bonus nothing changes.

    Args:
        readings: readings of one crop, at least one; no two differ in spaces only.
        bonuses: bonus of each reading, at least 0 (`ocr_model.codes.format_prior.FormatPrior.bonus`).
        count: largest number of readings, at least 2.

    Returns:
        The best readings first. The best reading by the picture alone (`picture_reading`) is always among them.
    """
    if not any(bonuses):
        return list(readings[:count])
    total = log_rest(reading.log_probability for reading in readings)
    for reading, bonus in zip(readings, bonuses, strict=True):
        total = log_add(total, reading.log_probability + bonus)
    if total == -math.inf:
        total = 0.0
    weighed = [
        replace(
            reading,
            log_probability=min(0.0, reading.log_probability + bonus - total),
            rank=reading.rank + bonus - total,
            bonus=bonus,
        )
        for reading, bonus in zip(readings, bonuses, strict=True)
    ]
    by_picture = weighed[max(range(len(readings)), key=lambda at: readings[at].rank)]
    kept = best_hypotheses(weighed)[:count]
    return kept if by_picture in kept else [*kept[: count - 1], by_picture]


def picture_reading(readings: Sequence[Hypothesis]) -> Hypothesis:
    """Of the readings of reading crop, the reading that the picture alone makes the best."""
    return max(readings, key=lambda reading: reading.rank - reading.bonus)


def log_rest(log_probabilities: Iterable[float]) -> float:
    """Log of the complement of these probabilities to 1."""
    rest = 1.0 - sum(math.exp(probability) for probability in log_probabilities)
    return math.log(rest) if rest > 0.0 else -math.inf


def log_add(left: float, right: float) -> float:
    """`log(exp(left) + exp(right))`; much faster on two floats than numpy's."""
    if left < right:
        left, right = right, left
    return left if right == -math.inf else left + math.log1p(math.exp(right - left))


def log_mean(logarithms: Sequence[float]) -> float:
    """Log of the mean of these numbers' exponentials."""
    total = -math.inf
    for logarithm in logarithms:
        total = log_add(total, logarithm)
    return total - math.log(len(logarithms))


def _collapse_spaces(hypothesis: Hypothesis) -> Hypothesis:
    """The hypothesis without spaces at its ends and without double spaces."""
    kept = [
        at
        for at, character in enumerate(hypothesis.text)
        if character != " " or (hypothesis.text[:at].strip() and hypothesis.text[at + 1 : at + 2].strip())
    ]
    if len(kept) == len(hypothesis.text):
        return hypothesis
    return Hypothesis(
        "".join(hypothesis.text[at] for at in kept),
        hypothesis.log_probability,
        tuple(hypothesis.character_log_probabilities[at] for at in kept),
        hypothesis.rank,
    )


def merge_spacings(hypotheses: Sequence[Hypothesis], count: int) -> list[Hypothesis]:
    """Texts that differ only in their spaces are one reading: their probabilities are added.

    Args:
        hypotheses: hypotheses of one crop.
        count: largest number of readings.

    Returns:
        The best readings first, each with the most probable of its spacings, spaces collapsed.
    """
    by_label: dict[str, list[Hypothesis]] = {}
    for hypothesis in hypotheses:
        by_label.setdefault(hypothesis.text.replace(" ", ""), []).append(hypothesis)
    merged = []
    for same in by_label.values():
        best = _collapse_spaces(max(same, key=lambda hypothesis: hypothesis.rank))
        log_probability = rank = -math.inf
        for hypothesis in same:
            log_probability = log_add(log_probability, hypothesis.log_probability)
            rank = log_add(rank, hypothesis.rank)
        # Rounding may lift a sum of probabilities above 1.
        merged.append(
            Hypothesis(best.text, min(0.0, log_probability), best.character_log_probabilities, min(0.0, rank))
        )
    return sorted(merged, key=lambda hypothesis: hypothesis.rank, reverse=True)[:count]
