"""Makes the confidence mean what it says: of all readings shown with 90 %, nine in ten are right.

Recognizers are overconfident. One temperature for the whole text is fitted on data that the model was not
trained on (Guo et al. 2017, https://arxiv.org/abs/1706.04599); temperatures per character make the confidence
of the text worse (Slossberg et al. 2020, https://arxiv.org/abs/2012.12643).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Calibration",
    "CalibrationError",
    "RiskCoverage",
    "expected_calibration_error",
    "fit_temperature",
    "risk_coverage",
]

_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures; beyond them the data says "always" or "never", not how sure


@dataclass(frozen=True, slots=True)
class Calibration:
    """The map from the probability that the model computes to the one that is shown.

    Attributes:
        temperature: above 1 takes confidence away, below 1 adds some; 1 changes nothing.
    """

    temperature: float = 1.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"a temperature is a positive number, not {self.temperature}")

    def apply(self, probability: float) -> float:
        """`sigmoid(logit(probability) / temperature)`; 0 and 1 stay, the order of two probabilities stays."""
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"a probability is between 0 and 1, not {probability}")
        if probability in (0.0, 1.0) or self.temperature == 1.0:
            return float(probability)
        logit = (math.log(probability) - math.log1p(-probability)) / self.temperature
        if logit >= 0:
            return 1.0 / (1.0 + math.exp(-logit))
        grown = math.exp(max(logit, -700.0))  # exp underflows below -745
        return grown / (1.0 + grown)


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Expected calibration error with its bootstrap interval, all between 0 and 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """How many answers are wrong if only the surest ones are given.

    Attributes:
        threshold: (K,) descending confidences; everything from this confidence on is answered.
        coverage: (K,) share of the readings that is answered, 0..1.
        risk: (K,) share of the answers that is wrong, 0..1.
        area: area under the curve risk over coverage; smaller is better.
    """

    threshold: NDArray[np.float64]
    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    area: float


def _checked(confidences: ArrayLike, correct: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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


def fit_temperature(confidences: ArrayLike, correct: ArrayLike) -> float:
    """The temperature under which the readings' being right or wrong is the most likely.

    Args:
        confidences: (N,) uncalibrated probabilities of whole texts, 0..1.
        correct: (N,) whether the text was right.

    Returns:
        A temperature between 0.05 and 20, found by golden-section search on its logarithm; the likelihood has
        one maximum in 1/temperature.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = _checked(confidences, correct)
    sure = np.clip(sure, 1e-12, 1 - 1e-12)  # one wrong reading at exactly 1.0 must not decide alone
    logit = np.log(sure) - np.log1p(-sure)

    def loss(log_temperature: float) -> float:
        scaled = logit / math.exp(log_temperature)
        # -log sigmoid(x) = log(1 + exp(-x)), without overflow.
        return float(np.mean(np.logaddexp(0.0, np.where(right == 1.0, -scaled, scaled))))

    low, high = math.log(_LOWEST), math.log(_HIGHEST)
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    while high - low > 1e-6:
        left, right_of = high - golden * (high - low), low + golden * (high - low)
        if loss(left) <= loss(right_of):
            high = right_of
        else:
            low = left
    return math.exp((low + high) / 2.0)


def _binned_error(sure: NDArray[np.float64], right: NDArray[np.float64], bins: int) -> float:
    # The right edge belongs to a bin, so that 1.0 shares one with 0.95.
    which = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(which, weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / sure.size)


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
        confidences: (N,) what was shown, 0..1.
        correct: (N,) whether the text was right.
        groups: (N,) names; readings of one group are drawn together in the bootstrap. Twins made from one
            crop are no independent evidence: give all of them the name of their parent.
        bins: number of bins.
        resamples: number of bootstrap samples.
        level: of the interval, 0..1.
        seed: of the bootstrap; the same seed gives the same interval.

    Returns:
        The error on the data, and the percentile interval.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = _checked(confidences, correct)
    if groups is not None and len(groups) != sure.size:
        raise ValueError(f"{len(groups)} groups for {sure.size} readings")
    names = np.arange(sure.size) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    order = np.argsort(names, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(names))[:-1])
    random = np.random.default_rng(seed)
    errors = np.empty(resamples)
    for i in range(resamples):
        drawn = np.concatenate([members[at] for at in random.integers(len(members), size=len(members))])
        errors[i] = _binned_error(sure[drawn], right[drawn], bins)
    low, high = np.quantile(errors, [(1 - level) / 2, (1 + level) / 2])
    return CalibrationError(_binned_error(sure, right, bins), float(low), float(high))


def risk_coverage(confidences: ArrayLike, correct: ArrayLike) -> RiskCoverage:
    """The curve of errors among the answers over the share of readings answered, the surest first.

    Readings of equal confidence are answered together: no threshold can tell them apart.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = _checked(confidences, correct)
    order = np.argsort(-sure, kind="stable")
    sure, right = sure[order], right[order]
    last = np.append(np.flatnonzero(np.diff(sure)), sure.size - 1)  # of each run of equal confidences
    answered = last + 1
    coverage = answered / sure.size
    risk = np.cumsum(1.0 - right)[last] / answered
    area = float(np.sum(risk * np.diff(coverage, prepend=0.0)))
    return RiskCoverage(sure[last], coverage, risk, area)
