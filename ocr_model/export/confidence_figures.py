"""How far a confidence can be trusted: calibration error, reliability, risk and coverage. Needs only numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ACCEPTABLE_RISK = 1 / 200
"""Share of wrong texts among those that may be accepted without asking."""


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Expected calibration error with its bootstrap interval, all between 0 and 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityBins:
    """Readings sorted into B equally wide bins of confidence; empty bins are left out."""

    count: NDArray[np.int64]  # (B,) readings
    correct: NDArray[np.int64]  # (B,) right ones
    confidence: NDArray[np.float64]  # (B,) mean of the shown confidence, 0..1


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of wrong answers if only the surest readings are answered, at K thresholds."""

    threshold: NDArray[np.float64]  # (K,) descending confidences; readings of at least this confidence are answered
    coverage: NDArray[np.float64]  # (K,) share of the readings that is answered, 0..1
    risk: NDArray[np.float64]  # (K,) share of the answers that is wrong, 0..1
    area: float  # under the curve risk over coverage; smaller is better


def checked_confidences(confidences: ArrayLike, correct: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidences 0..1 and whether each text was right, 0 or 1, as two arrays (N,).

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = np.asarray(confidences, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if sure.ndim != 1 or sure.shape != right.shape:
        raise ValueError(f"expected two equally long lists, got shapes {sure.shape} and {right.shape}")
    if sure.size == 0:
        raise ValueError("there is no reading to measure")
    if not ((sure >= 0) & (sure <= 1)).all():  # false for NaN, too
        raise ValueError("confidences are between 0 and 1")
    if not np.isin(right, (0.0, 1.0)).all():
        raise ValueError("`correct` holds only true and false")
    return sure, right


def _bins_of(sure: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    # The right edge belongs to a bin, so that 1.0 shares one with 0.95.
    return np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)


def _binned_error(sure: NDArray[np.float64], right: NDArray[np.float64], bins: int) -> float:
    gaps = np.bincount(_bins_of(sure, bins), weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / sure.size)


def reliability_bins(confidences: ArrayLike, correct: ArrayLike, *, bins: int = 10) -> ReliabilityBins:
    """The reliability diagram: per bin, the mean confidence beside the share that is right.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = checked_confidences(confidences, correct)
    which = _bins_of(sure, bins)
    count = np.bincount(which, minlength=bins)
    there = count > 0
    return ReliabilityBins(
        count[there],
        np.rint(np.bincount(which, weights=right, minlength=bins)[there]).astype(np.int64),
        np.bincount(which, weights=sure, minlength=bins)[there] / count[there],
    )


def expected_calibration_error(
    confidences: ArrayLike,
    correct: ArrayLike,
    *,
    groups: Sequence[str] | None = None,
    bins: int = 10,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> CalibrationError:
    """How far the shown confidence is from the share that is right, on average over equally wide bins.

    Args:
        confidences: (N,) shown confidences, 0..1.
        correct: (N,) whether the text was right.
        groups: (N,) names; readings of one group are drawn together in the bootstrap. Twins made from one
            crop are no independent evidence: give all of them the name of their parent.
        bins: number of bins.
        resamples: number of bootstrap samples.
        level: coverage of the interval, 0..1.
        seed: seed of the bootstrap; the same seed gives the same interval.

    Returns:
        The error on the data, and the percentile interval. Resampling adds noise to every bin, so the interval of
        few readings leans upwards and may lie above the value.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = checked_confidences(confidences, correct)
    if groups is not None and len(groups) != sure.size:
        raise ValueError(f"{len(groups)} groups for {sure.size} readings")
    names = np.arange(sure.size) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    # The error of a sample is a sum over its groups: the gaps of each group, bin by bin, are all that is needed.
    gaps = np.zeros((int(names.max()) + 1, bins))
    np.add.at(gaps, (names, _bins_of(sure, bins)), right - sure)
    sizes = np.bincount(names)
    random = np.random.default_rng(seed)
    errors = np.empty(resamples)
    for i in range(resamples):
        drawn = np.bincount(random.integers(len(sizes), size=len(sizes)), minlength=len(sizes))
        errors[i] = np.abs(drawn @ gaps).sum() / (drawn @ sizes)
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2])
    return CalibrationError(_binned_error(sure, right, bins), float(low), float(high))


def risk_coverage(confidences: ArrayLike, correct: ArrayLike) -> RiskCoverage:
    """The curve of errors among the answers over the share of readings answered, the surest first.

    Readings of equal confidence are answered together: no threshold can tell them apart.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = checked_confidences(confidences, correct)
    order = np.argsort(-sure, kind="stable")
    sure, right = sure[order], right[order]
    last = np.append(np.flatnonzero(np.diff(sure)), sure.size - 1)  # of each run of equal confidences
    answered = last + 1
    coverage = answered / sure.size
    risk = np.cumsum(1.0 - right)[last] / answered
    area = float(np.sum(risk * np.diff(coverage, prepend=0.0)))
    return RiskCoverage(sure[last], coverage, risk, area)
