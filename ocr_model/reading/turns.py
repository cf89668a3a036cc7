"""Finds which way up a crop stands, by reading, at nearly no cost for crops that stand upright.

There are two signs. A line of text is wider than high, so a crop that is clearly higher than wide lies on its side.
And a linear head sees the features that the encoder computes anyway, which differ for text that stands on its head.
Only where that head is in doubt, a crop is read a second time, upside down.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_model.codes.text import label_text, upside_down_text
from ocr_model.errors import ModelError
from ocr_model.reading.arrays import Features, Floats
from ocr_model.reading.hypotheses import Hypothesis, log_add

# All thresholds were chosen on synthetic crops, at all four turns.
_TALL = 1.25  # height over width from which a crop counts as lying on its side
_NEARLY_SQUARE = 0.8  # height over width from which a crop may lie on its side
_DOUBT = -1.5  # log odds of "upside down" from which the other way up is read as well
_SURE = 0.9  # confidence from which a reading is believed by a model without a head
_NO_DOUBT = math.log(0.999)  # log probability of a turn from which the others are forgotten
_LIKELY = 0.5  # confidence from which a nearly square crop is not read on its sides as well
_TEXT_AFTER_ALL = 0.3  # least confidence of a text in a crop that reads as "no text" the way it stands
_HEAD_WEIGHT = 0.7  # of the head's log odds beside those of the confidence
_UPRIGHT = 1.0  # log odds in favour of the way the crop stands: most tags are photographed upright
_UPRIGHT_EITHER_WAY = 4.0  # the same where both ways up show a text, so that the picture says next to nothing


@dataclass(frozen=True, slots=True)
class TurnedReading:
    """The reading of a crop at one turn.

    The confidence is uncalibrated, so that the choice of the turn does not depend on the calibration.
    """

    hypotheses: Sequence[Hypothesis]  # the best first, spacings merged
    text: str  # of the best
    confidence: float  # probability of the best, 0..1; of an empty text: that there is none
    upside_down: float  # log odds that the text stands on its head at this turn; 0 without a head
    looks: tuple[Features, ...] = ()  # the encoder's features of every look at the crop at this turn
    is_joint: bool = False  # whether a second reader's opinion is in it


def first_turns(width: int, height: int) -> tuple[int, ...]:
    """The clockwise quarter turns at which a crop of this size in pixels is read in any case."""
    return (1, 3) if height > _TALL * width else (0,)


def further_turns(width: int, height: int, readings: Mapping[int, TurnedReading], *, has_head: bool) -> tuple[int, ...]:
    """The turns at which a crop is read as well, given its first readings.

    Args:
        width: pixels of the crop.
        height: pixels of the crop.
        readings: by first turn.
        has_head: whether the model has a turn head, so that the readings' `upside_down` counts.
    """
    if 0 not in readings:
        return () if any(reading.text for reading in readings.values()) else (0,)
    upright = readings[0]
    unsure = not upright.text or upright.confidence < _SURE
    turns = (2,) if (upright.upside_down > _DOUBT if has_head else unsure) else ()
    if height > _NEARLY_SQUARE * width and (not upright.text or upright.confidence < _LIKELY):
        turns = (*turns, 1, 3)
    return turns


def believe_turns(readings: Mapping[int, TurnedReading], first: Sequence[int]) -> dict[int, float]:
    """How far each turn is to be believed: log probabilities, together 1, the likeliest first.

    The most confident text wins, the head's opinion added, with a margin for the way the crop stands: a correct
    upright reading must not be lost. "No text" never wins over a text that was read at a first turn, because upside
    down, and even more on its side, a line reads as no text.

    Some texts read as another text when they stand on their head (`90989` as `68606`). There both readings are sure,
    and only the habit of photographing tags upright tells which is meant.

    Args:
        readings: by clockwise quarter turns.
        first: the turns at which the crop was read in any case; 0 is among the readings if they show no text.
    """
    expected = any(readings[turn].text for turn in first)
    among = {
        turn: reading
        for turn, reading in readings.items()
        if reading.text and (expected or reading.confidence >= _TEXT_AFTER_ALL)
    }
    if not among:
        return {0: 0.0}
    upright = _UPRIGHT_EITHER_WAY if _is_either_way_up(among) else _UPRIGHT

    def belief(turn: int) -> float:
        reading = among[turn]
        sure = min(max(reading.confidence, 1e-9), 1.0 - 1e-9)
        log_odds = math.log(sure) - math.log1p(-sure)
        return log_odds - _HEAD_WEIGHT * reading.upside_down + (upright if turn == 0 else 0.0)

    beliefs = {turn: belief(turn) for turn in among}
    total = -math.inf
    for value in beliefs.values():
        total = log_add(total, value)
    return {turn: beliefs[turn] - total for turn in sorted(beliefs, key=lambda turn: -beliefs[turn])}


def doubt_turn(
    reading: TurnedReading, beliefs: Mapping[int, float], readings: Mapping[int, TurnedReading], count: int
) -> TurnedReading:
    """The chosen reading with its probabilities times that of its turn, and the other turns' best texts beside it.

    Args:
        reading: at the likeliest turn, after everything else.
        beliefs: from `believe_turns`.
        readings: by turn.
        count: largest number of hypotheses.
    """
    best = {turn: readings[turn].hypotheses[0] for turn in beliefs} | {next(iter(beliefs)): reading.hypotheses[0]}
    text = label_text(reading.hypotheses[0].text)
    likely = -math.inf  # that the text stands as chosen, or that it makes no difference
    for turn, belief in beliefs.items():
        if label_text(best[turn].text) == text:
            likely = log_add(likely, belief)
    if likely > _NO_DOUBT:
        return reading
    mixed = [_less_likely(hypothesis, likely) for hypothesis in reading.hypotheses]
    known = {text, *(label_text(hypothesis.text) for hypothesis in mixed)}
    for turn, belief in beliefs.items():
        if label_text(best[turn].text) not in known:
            mixed.append(replace(_less_likely(best[turn], belief), turn=turn))
    ordered = sorted(mixed[1:], key=lambda hypothesis: hypothesis.rank, reverse=True)
    return replace(reading, hypotheses=[mixed[0], *ordered][:count], confidence=reading.confidence * math.exp(likely))


def _less_likely(hypothesis: Hypothesis, log_probability: float) -> Hypothesis:
    return replace(
        hypothesis,
        log_probability=hypothesis.log_probability + log_probability,
        rank=hypothesis.rank + log_probability,
    )


def _is_either_way_up(readings: Mapping[int, TurnedReading]) -> bool:
    """Whether the reading upright and the one upside down are the same shapes."""
    if 0 not in readings or 2 not in readings:
        return False
    upright, turned = (label_text(readings[turn].text) for turn in (0, 2))
    return upside_down_text(turned) == upright


# --- The head ---


def pool_context(context: Floats) -> Floats:
    """Features (N, T, D) pooled over T as the head sees them: mean, greatest and least, (N, 3 D)."""
    return np.concatenate([context.mean(axis=1), context.max(axis=1), context.min(axis=1)], axis=1)


@dataclass(frozen=True, slots=True)
class TurnHead:
    """A logistic regression on the pooled features."""

    weights: Floats  # (3 D,)
    bias: float  # of the log odds

    def upside_down(self, pooled: Floats) -> Floats:
        """Log odds (N,) that the text of each crop stands on its head.

        Args:
            pooled: (N, 3 D), from `pool_context`.

        Raises:
            ModelError: the features have another size than those that the head was fitted on.
        """
        if pooled.shape[1:] != self.weights.shape:
            raise ModelError(f"the turn head expects {self.weights.size} features, the encoder has {pooled.shape[1]}")
        # No product of matrices: waking the library's threads takes longer than the sum.
        total: Floats = (pooled * self.weights).sum(axis=1) + np.float32(self.bias)
        return total

    def to_bytes(self) -> bytes:
        """A NumPy file with one float32 vector: the weights, then the bias."""
        buffer = io.BytesIO()
        np.save(buffer, np.append(self.weights, self.bias).astype(np.float32), allow_pickle=False)
        return buffer.getvalue()

    @classmethod
    def load(cls, file: Path) -> TurnHead:
        """Read a file that holds `to_bytes`.

        Raises:
            ModelError: the file is no such vector.
        """
        try:
            vector = np.load(file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(f"the turn head {file} cannot be read") from error
        if not isinstance(vector, np.ndarray) or vector.ndim != 1 or vector.size < 2 or not np.isfinite(vector).all():
            raise ModelError(f"the turn head {file} is no list of numbers")
        return cls(vector[:-1].astype(np.float32), float(vector[-1]))


def fit_turn_head(upright: Floats, upside_down: Floats, *, ridge: float = 0.01) -> TurnHead:
    """Logistic regression by Newton's method on standardised features.

    Args:
        upright: (N, 3 D) pooled features of crops that stand upright.
        upside_down: (M, 3 D) of crops that stand on their head.
        ridge: weight of the penalty per crop on the squared weights.

    Raises:
        ValueError: no crop, or features of different sizes.
    """
    if not len(upright) or not len(upside_down) or upright.shape[1:] != upside_down.shape[1:]:
        raise ValueError(f"features of shapes {upright.shape} and {upside_down.shape} cannot be told apart")
    features = np.concatenate([upright, upside_down]).astype(np.float64)
    wanted = np.repeat([0.0, 1.0], [len(upright), len(upside_down)])
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = np.concatenate([(features - mean) / scale, np.ones((len(features), 1))], axis=1)
    penalty = np.full(rows.shape[1], ridge * len(rows))
    penalty[-1] = 1e-9  # the bias is free
    weights: NDArray[np.float64] = np.zeros(rows.shape[1])
    for _ in range(50):
        probability = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -30.0, 30.0)))
        gradient = rows.T @ (probability - wanted) + penalty * weights
        curvature = (rows.T * (probability * (1.0 - probability))) @ rows + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    plain = weights[:-1] / scale
    return TurnHead(plain.astype(np.float32), float(weights[-1] - plain @ mean))
