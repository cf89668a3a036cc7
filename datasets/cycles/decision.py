"""Is the challenger better? Both read the same crops, so each crop compares them with itself.

A challenger is accepted if on the collected holdout it is right more often, by the exact test of McNemar (1947; both
sides) and by an interval of the difference that lies above 0, and if nothing else got worse:

- On each other set (crops of a recipe) and each large slice the interval of the difference must lie above minus a
  margin: non-inferiority has to be shown, not only harm not be seen.
- On a small set or slice that could never be shown. It blocks if harm is shown instead: more crops broken than fixed
  beyond chance (one-sided exact test), and a loss of more than the margin.
- A slice by status is no fair sample: "accepted" says that a champion had read the crop right, so whoever is as good
  and errs elsewhere loses there and gains on "corrected". It blocks as a small slice does, with a wider margin.

Two pictures of one tag are no independent evidence: intervals come from a paired bootstrap that draws groups, and the
exact test must hold for groups, too, each of which counts once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["holdout", "set", "slice", "status"]
Verdict = Literal["better", "not better", "not worse", "worse", "unclear"]


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """What it takes to be accepted."""

    level: float = 0.05  # of the paired tests on the collected holdout, both sides
    coverage: float = 0.95  # of the intervals
    margin: float = 0.03  # largest loss on a set that still counts as "not worse", as a share of its crops
    slice_margin: float = 0.05  # the same for a slice
    status_margin: float = 0.10  # the same for a slice by status
    least_crops: int = 200  # from which on a set must show that it is not worse; below, harm must be shown
    least_slice: int = 500  # the same for a slice: there are many, and one of them always looks bad
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
    """What both models made of the same crops."""

    name: str  # of the set or slice, for people
    kind: Kind
    champion: tuple[bool, ...]  # whether it read each crop right
    challenger: tuple[bool, ...]
    groups: tuple[str, ...] = ()  # crops of one name are drawn together; () means each for itself

    def __post_init__(self) -> None:
        if len(self.champion) != len(self.challenger) or len(self.groups) not in (0, len(self.champion)):
            raise ValueError(f"{self.name}: readings and groups of different lengths")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on one set or slice."""

    name: str
    kind: Kind
    crops: int
    champion_right: int
    challenger_right: int
    fixed: int  # crops that only the challenger reads right
    broken: int  # crops that only the champion reads right
    difference: float  # of the shares that are right, challenger minus champion
    low: float  # ends of the interval of the difference
    high: float
    p: float  # of McNemar's exact test, both sides: how likely so uneven a count is if neither is better
    verdict: Verdict
    why: str  # in words


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a challenger."""

    accepted: bool
    reason: str  # a sentence
    comparisons: tuple[Comparison, ...]  # the holdout first


def decide(holdout: PairedReadings, others: Sequence[PairedReadings], rules: DecisionRules) -> Decision:
    """Accept or reject.

    Args:
        holdout: readings of the collected holdout.
        others: of every other set, and of slices of all sets.
        rules: what it takes.
    """
    first = compare(holdout, rules)
    comparisons = (first, *(compare(one, rules) for one in others))
    worse = [one for one in comparisons[1:] if one.verdict == "worse"]
    unclear = [one for one in comparisons[1:] if one.verdict == "unclear"]
    gain = f"{first.fixed} errors fixed and {first.broken} new ones on {first.crops} crops that shoppers confirmed"
    if worse:
        more = f" (and {len(worse) - 1} more)" if len(worse) > 1 else ""
        return Decision(False, f"Rejected: it harms {worse[0].name}{more}: {worse[0].why}.", comparisons)
    if first.verdict != "better":
        return Decision(False, f"Rejected: not shown to be better: {gain}: {first.why}.", comparisons)
    if unclear:
        more = f" (and {len(unclear) - 1} more)" if len(unclear) > 1 else ""
        sentence = f"Rejected: better on the holdout, but not shown to be harmless on {unclear[0].name}{more}"
        return Decision(False, f"{sentence}: {unclear[0].why}.", comparisons)
    harmless = f"not worse on any of {len(others)} other sets and slices" if others else "there is no other set"
    return Decision(True, f"Accepted: {gain}: {first.why}; {harmless}.", comparisons)


def compare(readings: PairedReadings, rules: DecisionRules) -> Comparison:
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
    return Comparison(
        name=readings.name,
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
    """Exact two-sided p of McNemar's test: of `fixed + broken` fair coins, so uneven or more; 1.0 without any."""
    return min(1.0, 2.0 * _at_most(min(fixed, broken), fixed + broken))


def difference_interval(readings: PairedReadings, rules: DecisionRules) -> tuple[float, float]:
    """Percentile interval of the difference of the shares that are right, from a paired bootstrap over groups.

    Groups with the same size and the same balance are alike, so that drawing how many of each kind come up is the
    same as drawing groups one by one, and takes no time.
    """
    if not readings.champion:
        return 0.0, 0.0
    kinds = Counter(_group_balances(readings))
    ordered = sorted(kinds)
    counts = np.array([kinds[one] for one in ordered])
    drawn = np.random.default_rng(rules.seed).multinomial(counts.sum(), counts / counts.sum(), rules.resamples)
    crops, balance = (drawn @ np.array(ordered, np.int64)).T
    outside = (1.0 - rules.coverage) / 2.0
    low, high = np.quantile(balance / crops, [outside, 1.0 - outside])
    return float(low), float(high)


def _group_balances(readings: PairedReadings) -> list[tuple[int, int]]:
    """Of each group: its crops, and how many more of them the challenger reads right than the champion."""
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
) -> tuple[Verdict, str]:
    if not crops:
        return "not better", "the holdout is empty"
    if fixed <= broken:
        return "not better", "it fixes no more than it breaks"
    if p >= rules.level:
        return "not better", f"within noise (p = {_short(p)}, needed below {rules.level:g})"
    better, worse = sum(balance > 0 for _, balance in groups), sum(balance < 0 for _, balance in groups)
    if (by_tag := mcnemar(better, worse)) >= rules.level:
        counts = f"{better} are read better and {worse} worse"
        return "not better", f"too few tags tell: {counts} (p = {_short(by_tag)}, needed below {rules.level:g})"
    if low <= 0.0:
        return "not better", f"the interval of the difference reaches down to {100 * low:+.1f} points"
    return "better", f"p = {_short(p)}"


def _judge_harm(
    kind: Kind, crops: int, fixed: int, broken: int, low: float, rules: DecisionRules
) -> tuple[Verdict, str]:
    margin = {"set": rules.margin, "slice": rules.slice_margin}.get(kind, rules.status_margin)
    least = {"set": rules.least_crops, "slice": rules.least_slice}.get(kind, math.inf)
    difference = (fixed - broken) / crops if crops else 0.0
    told = f"{fixed} fixed, {broken} broken of {crops} crops"
    harm = _at_most(fixed, fixed + broken) if broken > fixed else 1.0
    if difference < -margin and harm < rules.harm_level:
        return "worse", f"{told}, p = {_short(harm)}"
    if crops < least:
        return "not worse", f"{told}: no harm is seen"
    if min(low, difference) <= -margin:
        return (
            "unclear",
            f"{told}, so the loss may be up to {-100 * min(low, difference):.1f} points, more than {100 * margin:g}",
        )
    return "not worse", f"{told}"


def _short(p: float) -> str:
    return f"{p:.2g}" if p >= 0.0001 else "below 0.0001"
