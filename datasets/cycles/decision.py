"""Is the challenger better? Both read the same crops, so each crop compares them with itself.

A challenger is accepted if on the collected holdout it is right more often, by the exact test of McNemar (1947; both
sides) and by an interval of the difference that lies above 0, and if nothing else got worse:

- On each other set (crops of a recipe) and each large slice the interval of the difference must lie above minus a
  margin: non-inferiority has to be shown, not only harm not be seen.
- On a small set or slice that could never be shown. It blocks if harm is shown instead: more crops broken than fixed
  beyond chance (one-sided exact test), and a loss of more than the margin.
- A slice by status is no fair sample: "accepted" says that a champion had read the crop right, so a challenger that is
  as good and errs elsewhere loses there and gains on "corrected". It blocks as a small slice does, with a wider margin.

Two pictures of one tag are no independent evidence: intervals come from a paired bootstrap that draws groups, and the
exact test must hold for groups, too, each of which counts once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.cycles.comparison import SetComparison, SetKind, SetVerdict
from datasets.reason import Reason


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """The rules by which a challenger is accepted."""

    level: float = 0.05  # of the paired tests on the collected holdout, both sides
    coverage: float = 0.95  # of the intervals
    margin: float = 0.03  # largest loss on a set that still counts as "not worse", as a share of its crops
    slice_margin: float = 0.05  # the same for a slice
    status_margin: float = 0.10  # the same for a slice by status
    least_crops: int = 200  # a set of so many must show that it is not worse; on a smaller one harm must be shown
    least_slice: int = 500  # the same for a slice: among many slices one always looks bad
    harm_level: float = 0.02  # of the one-sided test for harm on a small set or slice
    resamples: int = 4000  # of the bootstrap
    seed: int = 0  # of the bootstrap: the same readings give the same interval

    def __post_init__(self) -> None:
        for name in ("level", "coverage", "harm_level"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"{name} lies between 0 and 1, not {getattr(self, name)}")
        margins, counts = (
            (self.margin, self.slice_margin, self.status_margin),
            (self.least_crops, self.least_slice, self.resamples),
        )
        if min(margins) < 0.0 or min(counts) < 1:
            raise ValueError("margins are not negative, and there is at least one crop and one resample")


@dataclass(frozen=True, slots=True)
class PairedReadings:
    """Which of the same crops each model read right."""

    set: Reason
    kind: SetKind
    champion: tuple[bool, ...]  # whether it read each crop right
    challenger: tuple[bool, ...]
    groups: tuple[str, ...] = ()  # crops of one group are resampled together; () puts each in a group of its own

    def __post_init__(self) -> None:
        if len(self.champion) != len(self.challenger) or len(self.groups) not in (0, len(self.champion)):
            raise ValueError("readings and groups have different lengths")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a challenger is promoted."""

    accepted: bool
    reason: Reason
    comparisons: tuple[SetComparison, ...]  # the holdout first


def decide(holdout: PairedReadings, others: Sequence[PairedReadings], rules: DecisionRules) -> Decision:
    """Accept or reject.

    Args:
        holdout: readings of the collected holdout.
        others: readings of every other set, and of slices of all sets.
        rules: the rules of acceptance.
    """
    first = compare(holdout, rules)
    comparisons = (first, *(compare(paired, rules) for paired in others))
    worse = [comparison for comparison in comparisons[1:] if comparison.verdict == "worse"]
    unclear = [comparison for comparison in comparisons[1:] if comparison.verdict == "unclear"]
    gain = {"fixed": first.fixed, "broken": first.broken, "crops": first.crops}
    if worse:
        return Decision(False, _blocked("harms", worse), comparisons)
    if first.verdict != "better":
        return Decision(False, Reason(kind="not_better", values={**gain, "why": first.why}), comparisons)
    if unclear:
        return Decision(False, _blocked("not_harmless", unclear), comparisons)
    accepted = Reason(kind="accepted", values={**gain, **first.why.values, "others": len(others)})
    return Decision(True, accepted, comparisons)


def _blocked(kind: str, by: Sequence[SetComparison]) -> Reason:
    """A rejection because of the first of these comparisons."""
    return Reason(kind=kind, values={"set": by[0].set, "more": len(by) - 1, **by[0].why.values})


def compare(readings: PairedReadings, rules: DecisionRules) -> SetComparison:
    """Count, test and judge one set or slice."""
    crops = len(readings.champion)
    pairs = list(zip(readings.champion, readings.challenger, strict=True))
    fixed = sum(challenger and not champion for champion, challenger in pairs)
    broken = sum(champion and not challenger for champion, challenger in pairs)
    difference = (fixed - broken) / crops if crops else 0.0
    low, high = difference_interval(readings, rules)
    p = mcnemar(fixed, broken)
    if readings.kind == "holdout":
        verdict, why = _judge_gain(crops, fixed, broken, low, p, _group_balances(readings), rules)
    else:
        verdict, why = _judge_harm(readings.kind, crops, fixed, broken, low, rules)
    return SetComparison(
        set=readings.set,
        kind=readings.kind,
        crops=crops,
        champion_right=sum(readings.champion),
        challenger_right=sum(readings.challenger),
        fixed=fixed,
        broken=broken,
        difference=difference,
        low=low,
        high=high,
        p=p,
        verdict=verdict,
        why=why,
    )


def mcnemar(fixed: int, broken: int) -> float:
    """Exact two-sided p of McNemar's test: the chance that fair coins fall at least as unevenly; 1.0 without any."""
    return min(1.0, 2.0 * _at_most(min(fixed, broken), fixed + broken))


def difference_interval(readings: PairedReadings, rules: DecisionRules) -> tuple[float, float]:
    """Percentile interval of the difference of the shares read right, from a paired bootstrap over groups.

    Groups of the same size and balance are interchangeable, so drawing the number of each kind is the same as drawing
    groups one by one, and takes no time.
    """
    if not readings.champion:
        return 0.0, 0.0
    kinds = Counter(_group_balances(readings))
    ordered = sorted(kinds)
    counts = np.array([kinds[kind] for kind in ordered])
    drawn = np.random.default_rng(rules.seed).multinomial(counts.sum(), counts / counts.sum(), rules.resamples)
    crops, balance = (drawn @ np.array(ordered, np.int64)).T
    outside = (1.0 - rules.coverage) / 2.0
    low, high = np.quantile(balance / crops, [outside, 1.0 - outside])
    return float(low), float(high)


def _group_balances(readings: PairedReadings) -> list[tuple[int, int]]:
    """The crops of each group, and how many more of them the challenger reads right than the champion."""
    names = readings.groups or tuple(map(str, range(len(readings.champion))))
    sizes: Counter[str] = Counter(names)
    balances: dict[str, int] = dict.fromkeys(sizes, 0)
    for name, champion, challenger in zip(names, readings.champion, readings.challenger, strict=True):
        balances[name] += int(challenger) - int(champion)
    return [(size, balances[name]) for name, size in sizes.items()]


def _at_most(count: int, coins: int) -> float:
    """The chance of at most `count` heads of `coins` fair coins, exact but for the last rounding."""
    ways: int = sum(math.comb(coins, heads) for heads in range(count + 1))
    everything: int = 1 << coins
    return ways / everything


def _judge_gain(
    crops: int,
    fixed: int,
    broken: int,
    low: float,
    p: float,
    groups: Sequence[tuple[int, int]],
    rules: DecisionRules,
) -> tuple[SetVerdict, Reason]:
    if not crops:
        return "not better", Reason(kind="holdout_empty")
    if fixed <= broken:
        return "not better", Reason(kind="fixes_no_more")
    if p >= rules.level:
        return "not better", Reason(kind="within_noise", values={"p": p, "level": rules.level})
    better, worse = sum(balance > 0 for _, balance in groups), sum(balance < 0 for _, balance in groups)
    if (by_tag := mcnemar(better, worse)) >= rules.level:
        values = {"better": better, "worse": worse, "p": by_tag, "level": rules.level}
        return "not better", Reason(kind="too_few_tags", values=values)
    if low <= 0.0:
        return "not better", Reason(kind="interval_reaches", values={"low": _points(low)})
    return "better", Reason(kind="better", values={"p": p})


def _judge_harm(
    kind: SetKind, crops: int, fixed: int, broken: int, low: float, rules: DecisionRules
) -> tuple[SetVerdict, Reason]:
    margin = {"set": rules.margin, "slice": rules.slice_margin}.get(kind, rules.status_margin)
    least = {"set": rules.least_crops, "slice": rules.least_slice}.get(kind, math.inf)
    difference = (fixed - broken) / crops if crops else 0.0
    counts = {"fixed": fixed, "broken": broken, "crops": crops}
    harm = _at_most(fixed, fixed + broken) if broken > fixed else 1.0
    if difference < -margin and harm < rules.harm_level:
        return "worse", Reason(kind="worse", values={**counts, "p": harm})
    if crops < least:
        return "not worse", Reason(kind="no_harm_seen", values=counts)
    most = -min(low, difference)
    if most >= margin:
        return "unclear", Reason(kind="unclear", values={**counts, "most": _points(most), "margin": _points(margin)})
    return "not worse", Reason(kind="not_worse", values=counts)


def _points(share: float) -> float:
    return round(100 * share, 6)
