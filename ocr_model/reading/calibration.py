"""Makes the confidence mean what it says: of all readings shown with 90 %, nine in ten are right.

Recognizers are overconfident. One temperature for the whole text is fitted on data that the model was not
trained on (Guo et al. 2017, https://arxiv.org/abs/1706.04599); temperatures per character make the confidence
of the text worse (Slossberg et al. 2020, https://arxiv.org/abs/2012.12643). A bias beside it (Platt 1999) gives back
what a search among few texts takes from doubtful readings.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ACCEPTABLE_RISK",
    "Calibration",
    "CalibrationError",
    "Proportion",
    "ReliabilityBins",
    "RiskCoverage",
    "expected_calibration_error",
    "fit_accept_threshold",
    "fit_temperature",
    "fit_temperature_and_bias",
    "read_calibration",
    "reading_digest",
    "reliability_bins",
    "risk_coverage",
]

_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures; beyond them the data says "always" or "never", not how sure
_LARGEST_BIAS = 3.0  # in logits

ACCEPTABLE_RISK = 1 / 200
"""Share of wrong texts among those that may be accepted without asking."""


def reading_digest() -> str:
    """SHA-256 over the code that reads: figures measured with other code are not of this reader."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*package.glob("codes/*.py"), *package.glob("codes/*.json"), *package.glob("reading/*.py")]):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Calibration:
    """The map from the probability that the model computes to the one that is shown.

    Attributes:
        temperature: above 1 takes confidence away, below 1 adds some; 1 changes nothing.
        accept_threshold: shown confidence, 0..1, from which a text may be accepted without asking (see
            `fit_accept_threshold`); None if nobody has measured one, or if no confidence is high enough.
        bias: added to the logit; above 0 adds confidence.
    """

    temperature: float = 1.0
    accept_threshold: float | None = None
    bias: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"a temperature is a positive number, not {self.temperature}")
        if self.accept_threshold is not None and not 0.0 <= self.accept_threshold <= 1.0:
            raise ValueError(f"a threshold is between 0 and 1, not {self.accept_threshold}")
        if not abs(self.bias) <= 100.0:  # true for NaN, too
            raise ValueError(f"a bias is a number of logits, not {self.bias}")

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> "Calibration":
        """What the field `calibration` of a `model.json` says; a description without one changes nothing.

        Raises:
            TypeError: a value of another type.
            ValueError: a value out of range.
        """
        fields = description.get("calibration", {})
        threshold = fields.get("accept_threshold")
        return cls(
            float(fields.get("temperature", 1.0)),
            None if threshold is None else float(threshold),
            float(fields.get("bias", 0.0)),
        )

    def apply(self, probability: float) -> float:
        """`sigmoid(logit(probability) / temperature + bias)`; 0 and 1 stay, the order of two probabilities stays."""
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"a probability is between 0 and 1, not {probability}")
        if probability in (0.0, 1.0) or (self.temperature == 1.0 and self.bias == 0.0):
            return float(probability)
        logit = (math.log(probability) - math.log1p(-probability)) / self.temperature + self.bias
        if logit >= 0:
            return 1.0 / (1.0 + math.exp(-logit))
        grown = math.exp(max(logit, -700.0))  # exp underflows below -745
        return grown / (1.0 + grown)


def read_calibration(directory: Path) -> Calibration:
    """The calibration of an exported model.

    Raises:
        OSError: no `model.json`.
        ValueError: it is damaged, or a value is out of range.
    """
    return Calibration.from_description(json.loads((directory / "model.json").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Proportion:
    """How many of so many, with what that says about the share.

    Attributes:
        count: of the cases that are meant.
        total: of all cases.
    """

    count: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is no proportion")

    @property
    def share(self) -> float:
        """`count / total`, 0..1; NaN of nothing."""
        return self.count / self.total if self.total else math.nan

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The Clopper-Pearson interval of the share: never covers less than `level`, however few the cases.

        Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404. Its ends are the shares under which so
        many cases, or more (fewer), have a probability of (1 - level) / 2.
        """
        tail = (1.0 - level) / 2.0
        low = 0.0
        if self.count > 0:
            low = _bisect(lambda p: 1.0 - _binomial_cdf(self.count - 1, self.total, p) < tail)
        high = 1.0
        if self.count < self.total:
            high = _bisect(lambda p: _binomial_cdf(self.count, self.total, p) > tail)
        return low, high


def _bisect(is_below: Callable[[float], bool]) -> float:
    """Where in 0..1 a condition stops being true."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2.0
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2.0


def _binomial_cdf(count: int, total: int, share: float) -> float:
    """Probability of at most `count` of `total` when each has the probability `share`."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return float(count >= total)
    if count > total // 2:  # the other tail is the shorter sum
        return 1.0 - _binomial_cdf(total - count - 1, total, 1.0 - share) if count < total else 1.0
    log_share, log_rest, log_ways = math.log(share), math.log1p(-share), 0.0
    terms = []
    for hits in range(count + 1):
        terms.append(math.exp(log_ways + hits * log_share + (total - hits) * log_rest))
        log_ways += math.log((total - hits) / (hits + 1))
    return min(1.0, math.fsum(terms))


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """Expected calibration error with its bootstrap interval, all between 0 and 1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityBins:
    """Readings sorted into equally wide bins of confidence; empty bins are left out.

    Attributes:
        count: (B,) readings.
        correct: (B,) right ones.
        confidence: (B,) mean of the shown confidence, 0..1.
    """

    count: NDArray[np.int64]
    correct: NDArray[np.int64]
    confidence: NDArray[np.float64]


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
    """The temperature, without a bias, under which the readings' being right or wrong is the most likely.

    Args:
        confidences: (N,) uncalibrated probabilities of whole texts, 0..1.
        correct: (N,) whether the text was right.

    Returns:
        A temperature between 0.05 and 20; the likelihood has one maximum in 1/temperature.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    loss = _likelihood_loss(confidences, correct)
    low, high = math.log(_LOWEST), math.log(_HIGHEST)
    return math.exp(_lowest_point(lambda log_temperature: loss(math.exp(log_temperature), 0.0), low, high))


def fit_temperature_and_bias(confidences: ArrayLike, correct: ArrayLike) -> tuple[float, float]:
    """The temperature and the bias under which the readings' being right or wrong is the most likely.

    Arguments and errors are those of `fit_temperature`.

    Returns:
        A temperature between 0.05 and 20 and a bias between -3 and 3. The likelihood is concave in 1/temperature and
        bias together, so the best bias per temperature leads to the best of both.
    """
    loss = _likelihood_loss(confidences, correct)

    def best_bias(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        return _lowest_point(lambda bias: loss(temperature, bias), -_LARGEST_BIAS, _LARGEST_BIAS)

    log_temperature = _lowest_point(
        lambda one: loss(math.exp(one), best_bias(one)), math.log(_LOWEST), math.log(_HIGHEST)
    )
    return math.exp(log_temperature), best_bias(log_temperature)


def _likelihood_loss(confidences: ArrayLike, correct: ArrayLike) -> Callable[[float, float], float]:
    """Mean negative log likelihood of what was right and wrong, by temperature and bias."""
    sure, right = _checked(confidences, correct)
    sure = np.clip(sure, 1e-12, 1 - 1e-12)  # one wrong reading at exactly 1.0 must not decide alone
    logit = np.log(sure) - np.log1p(-sure)
    sign = np.where(right == 1.0, -1.0, 1.0)
    # -log sigmoid(x) = log(1 + exp(-x)), without overflow.
    return lambda temperature, bias: float(np.mean(np.logaddexp(0.0, sign * (logit / temperature + bias))))


def _lowest_point(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one minimum has it, by golden-section search."""
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    while high - low > 1e-6:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if function(left) <= function(right):
            high = right
        else:
            low = left
    return (low + high) / 2.0


def fit_accept_threshold(
    confidences: ArrayLike, correct: ArrayLike, *, risk: float = ACCEPTABLE_RISK, level: float = 0.95
) -> float | None:
    """The lowest confidence from which texts may be accepted without asking anybody.

    The errors seen above a threshold that was chosen for having few are fewer than those to come. So the upper
    end of their one-sided Clopper-Pearson interval has to keep the promise, not their share.

    Args:
        confidences: (N,) shown (calibrated) probabilities of whole texts, 0..1.
        correct: (N,) whether the text was right.
        risk: greatest share of wrong texts among the accepted ones.
        level: how sure that the share is not greater.

    Returns:
        One of the confidences; None if there is no such threshold, or if the data is too small to tell (without a
        single error it takes 598 readings at 1 in 200).

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    curve = risk_coverage(confidences, correct)
    total = np.asarray(correct).size
    answered = np.rint(curve.coverage * total).astype(np.int64)
    errors = np.rint(curve.risk * answered).astype(np.int64)
    for at in range(len(answered) - 1, -1, -1):
        seen, wrong = int(answered[at]), int(errors[at])
        if wrong <= risk * seen and _binomial_cdf(wrong, seen, risk) <= 1.0 - level:
            return float(curve.threshold[at])
    return None


def _bins_of(sure: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    # The right edge belongs to a bin, so that 1.0 shares one with 0.95.
    return np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)


def _binned_error(sure: NDArray[np.float64], right: NDArray[np.float64], bins: int) -> float:
    gaps = np.bincount(_bins_of(sure, bins), weights=right - sure, minlength=bins)
    return float(np.abs(gaps).sum() / sure.size)


def reliability_bins(confidences: ArrayLike, correct: ArrayLike, *, bins: int = 10) -> ReliabilityBins:
    """What a reliability diagram shows: per bin, the mean confidence beside the share that is right.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = _checked(confidences, correct)
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
        confidences: (N,) what was shown, 0..1.
        correct: (N,) whether the text was right.
        groups: (N,) names; readings of one group are drawn together in the bootstrap. Twins made from one
            crop are no independent evidence: give all of them the name of their parent.
        bins: number of bins.
        resamples: number of bootstrap samples.
        level: of the interval, 0..1.
        seed: of the bootstrap; the same seed gives the same interval.

    Returns:
        The error on the data, and the percentile interval. Resampling adds noise to every bin, so the interval of
        few readings leans upwards and may lie above the value: its lower end flatters nobody.

    Raises:
        ValueError: no reading, lengths that differ, values out of range.
    """
    sure, right = _checked(confidences, correct)
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
    sure, right = _checked(confidences, correct)
    order = np.argsort(-sure, kind="stable")
    sure, right = sure[order], right[order]
    last = np.append(np.flatnonzero(np.diff(sure)), sure.size - 1)  # of each run of equal confidences
    answered = last + 1
    coverage = answered / sure.size
    risk = np.cumsum(1.0 - right)[last] / answered
    area = float(np.sum(risk * np.diff(coverage, prepend=0.0)))
    return RiskCoverage(sure[last], coverage, risk, area)
