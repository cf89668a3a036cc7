"""The targets of this reader, beside its figures and those of the best peer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.cases import TEAM, UPRIGHT
from benchmarks.confidence import RealConfidence, SyntheticConfidence
from benchmarks.race import BATCH, ReaderResult, Speed
from data_gen.twins import TURNS, TWINS
from ocr_model.export.confidence_figures import ACCEPTABLE_RISK
from ocr_model.export.proportion import Proportion

TIMES_AS_FAST = 2.0  # in batches
MEDIAN, MEAN = 1.5, 1.5  # of the peer's times for a crop read alone, with the second reader
ALONE_MEDIAN, ALONE_MEAN = 0.9, 1.2  # likewise, without it
MEGABYTES = 20.0
SYNTHETIC_ERROR = 0.03
REAL_ERROR = 0.06
SYNTHETIC_CROPS = 10_000

_NOTHING = "–"


@dataclass(frozen=True)
class Count:
    """How many crops of some conditions this reader shall read."""

    what: str  # the conditions, in words
    conditions: tuple[str, ...]
    total: int  # crops of them all
    alone: int  # right ones, without a second reader
    together: int  # right ones, with it


TWINS_COUNT: Final = Count(f"{TEAM}, harder twins", tuple(f"{TEAM} {kind}" for kind in TWINS), 306, 280, 288)
COUNTS: Final = (
    Count(f"{TEAM}, upright", (f"{TEAM} {UPRIGHT}",), 51, 50, 51),
    *(Count(f"{TEAM}, turned by {turn}°", (f"{TEAM} turned {turn}",), 51, 50, 50) for turn in TURNS),
    Count("garment_dev, upright", (f"garment_dev {UPRIGHT}",), 43, 43, 43),
    Count("box_dev, upright", (f"box_dev {UPRIGHT}",), 26, 25, 26),
    Count("receipts_dev, upright", (f"receipts_dev {UPRIGHT}",), 260, 240, 255),
    Count("words_dev, upright", (f"words_dev {UPRIGHT}",), 100, 80, 95),
    Count("plates, upright", tuple(f"{country} {UPRIGHT}" for country in ("argentina", "vietnam")), 270, 250, 262),
)


@dataclass(frozen=True)
class Target:
    """One row of the table, in words."""

    what: str  # the measured quantity
    target: str
    ours: str  # figure of this reader
    peer: str  # figure of the best peer
    verdict: str  # met or missed, by how much; or the reason why it is not measured


def share_in_words(share: Proportion) -> str:
    """`46 of 51 (79–97 %)`: the count, and the 95 % Clopper-Pearson interval of the share."""
    if not share.total:
        return "none"
    low, high = share.interval()
    digits = 0 if share.total < 1000 else 2
    return f"{share.count} of {share.total} ({100 * low:.{digits}f}–{100 * high:.{digits}f} %)"


def pooled_share_in_words(result: ReaderResult, conditions: Sequence[str]) -> str:
    """`264 of 306 (79–92 %)`: for cases that share parent crops, so the interval comes from resampling crops."""
    by_parent = list(result.right_by_parent(conditions).values())
    if not by_parent:
        return "none"
    counts = np.array([(sum(rights), len(rights)) for rights in by_parent])
    drawn = np.random.default_rng(0).integers(len(counts), size=(4000, len(counts)))
    right, total = counts[drawn].sum(axis=1).T
    low, high = np.quantile(right / total, (0.025, 0.975))
    return f"{counts[:, 0].sum()} of {counts[:, 1].sum()} ({100 * low:.0f}–{100 * high:.0f} %)"


def _against(mine: ReaderResult, peer: ReaderResult | None, conditions: Sequence[str]) -> str:
    """The crops that only one of both readers reads: a small lead among many such crops is noise."""
    if peer is None:
        return ""
    chosen = [number for number, case in enumerate(mine.cases) if case.condition in conditions]
    here = sum(mine.is_right(number) and not peer.is_right(number) for number in chosen)
    there = sum(peer.is_right(number) and not mine.is_right(number) for number in chosen)
    return f" ({here} read only here, {there} only there)"


def target_rows(
    results: Sequence[ReaderResult],
    speeds: Sequence[Speed],
    synthetic: SyntheticConfidence | str,
    real: Sequence[RealConfidence],
    alone: tuple[ReaderResult, Speed] | None = None,
) -> list[Target]:
    """Every target, in the order of the table.

    Args:
        results: readings of this reader, then of the peers; the first peer is the one to beat.
        speeds: likewise.
        synthetic: this reader's confidence on synthetic crops, or the reason why it is unknown.
        real: confidence on real crops, by reader.
        alone: this reader without its second reader, which has targets of its own.
    """
    mine = results[0]
    peer = results[1] if len(results) > 1 else None
    return [
        *_count_rows(COUNTS[0], mine, peer, alone),
        *_count_rows(TWINS_COUNT, mine, peer, alone),
        *(_twin_row(kind, mine, peer) for kind in TWINS),
        _behind_row(mine, peer),
        *(row for count in COUNTS[1:] for row in _count_rows(count, mine, peer, alone)),
        *_speed_rows(speeds, None if alone is None else alone[1]),
        _size_row(mine, peer),
        *_confidence_rows(synthetic, real, has_twins=any(case.kind in TWINS for case in mine.cases)),
    ]


def _pooled(result: ReaderResult, conditions: Sequence[str]) -> Proportion:
    parts = [result.right(condition) for condition in conditions]
    return Proportion(sum(part.count for part in parts), sum(part.total for part in parts))


def _count_rows(
    count: Count, mine: ReaderResult, peer: ReaderResult | None, alone: tuple[ReaderResult, Speed] | None
) -> list[Target]:
    def words(result: ReaderResult | None) -> str:
        if result is None:
            return _NOTHING
        if len(count.conditions) == 1:
            return share_in_words(result.right(count.conditions[0]))
        return pooled_share_in_words(result, count.conditions)

    def row(what: str, wanted: int, result: ReaderResult) -> Target:
        share = _pooled(result, count.conditions)
        measured = share.total == count.total
        verdict = (
            _verdict(share.count - wanted) if measured else f"not measured: {share.total} crops, not {count.total}"
        )
        return Target(what, f"at least {wanted} of {count.total}", words(result), words(peer), verdict)

    rows = [row(count.what, count.together, mine)]
    return rows if alone is None else [*rows, row(f"{count.what}, alone", count.alone, alone[0])]


def _verdict(over: int) -> str:
    if over < 0:
        return f"**missed by {-over}**"
    return f"met, {over} more" if over else "met"


def _twin_row(kind: str, mine: ReaderResult, peer: ReaderResult | None) -> Target:
    condition = f"{TEAM} {kind}"
    share = mine.right(condition)
    if peer is None or not share.total:
        return Target(f"– {kind}", "at least the peer's", share_in_words(share), _NOTHING, "not measured")
    theirs = peer.right(condition)
    verdict = _verdict(share.count - theirs.count) + _against(mine, peer, [condition])
    return Target(f"– {kind}", "at least the peer's", share_in_words(share), share_in_words(theirs), verdict)


def _behind_row(mine: ReaderResult, peer: ReaderResult | None) -> Target:
    what, target = "kinds of twins behind the peer", "none"
    if peer is None or not mine.right(f"{TEAM} {next(iter(TWINS))}").total:
        return Target(what, target, _NOTHING, _NOTHING, "not measured")
    verdict_of_all = _against(mine, peer, [f"{TEAM} {kind}" for kind in TWINS])
    behind = [kind for kind in TWINS if mine.right(f"{TEAM} {kind}").count < peer.right(f"{TEAM} {kind}").count]
    verdict = f"**missed by {len(behind)}**" if behind else "met"
    return Target(what, target, ", ".join(behind) or "none", _NOTHING, verdict + verdict_of_all)


def _speed_rows(speeds: Sequence[Speed], alone: Speed | None) -> list[Target]:
    mine, peer = speeds[0], speeds[1] if len(speeds) > 1 else None
    rows = _time_rows("of a crop read alone", MEDIAN, MEAN, mine, peer)
    if alone is not None:
        rows += _time_rows("without the second reader", ALONE_MEDIAN, ALONE_MEAN, alone, peer)
    rate = f"throughput in batches of {BATCH}"
    target = f"at least {TIMES_AS_FAST:g} x the peer's"
    my_rate, their_rate = (
        _NOTHING if speed is None or speed.crops_per_second is None else f"{speed.crops_per_second:.0f} crops/s"
        for speed in (mine, peer)
    )
    verdict = "not measured"
    if peer is not None and mine.crops_per_second is not None and peer.crops_per_second is not None:
        gain = mine.crops_per_second / peer.crops_per_second
        verdict = f"{'met' if gain >= TIMES_AS_FAST else '**missed**'}: {gain:.2f} x"
    return [*rows, Target(rate, target, my_rate, their_rate, verdict)]


def _time_rows(how: str, median: float, mean: float, mine: Speed, peer: Speed | None) -> list[Target]:
    rows = []
    for name, most, my_time, their_time in (
        ("median", median, mine.milliseconds, peer.milliseconds if peer else None),
        ("mean", mean, mine.mean, peer.mean if peer else None),
    ):
        what, target, shown = f"{name} time {how}", f"at most {most:g} of the peer's", f"{my_time:.1f} ms"
        if peer is None or their_time is None:
            rows.append(Target(what, target, shown, _NOTHING, "not measured: no peer"))
            continue
        rounds = [ours / theirs for ours, theirs in zip(mine.by_round, peer.by_round, strict=True)]
        steady = name == "median" and len(rounds) > 1
        spread = f"; {min(rounds):.2f} to {max(rounds):.2f} by round" if steady else ""
        verdict = f"{'met' if my_time <= most * their_time else '**missed**'}: {my_time / their_time:.2f} of it{spread}"
        rows.append(Target(what, target, shown, f"{their_time:.1f} ms", verdict))
    return rows


def _size_row(mine: ReaderResult, peer: ReaderResult | None) -> Target:
    size = mine.reader.megabytes
    return Target(
        "model files",
        f"at most {MEGABYTES:g} MB",
        f"{size:.1f} MB",
        _NOTHING if peer is None else f"{peer.reader.megabytes:.1f} MB",
        f"met, {MEGABYTES - size:.1f} MB less" if size <= MEGABYTES else f"**missed by {size - MEGABYTES:.1f} MB**",
    )


def _confidence_rows(
    synthetic: SyntheticConfidence | str, real: Sequence[RealConfidence], *, has_twins: bool
) -> list[Target]:
    what = f"calibration error, {SYNTHETIC_CROPS:,} synthetic crops never trained on"
    target = f"at most {SYNTHETIC_ERROR:g}"
    accept = "wrong among texts accepted without asking, synthetic"
    accept_target = f"at most 1 in {1 / ACCEPTABLE_RISK:.0f}"
    if isinstance(synthetic, str):
        unknown = f"not measured: {synthetic}; `make calibrate` measures it"
        rows = [
            Target(what, target, _NOTHING, _NOTHING, unknown),
            Target(accept, accept_target, _NOTHING, _NOTHING, unknown),
        ]
    else:
        error, shifted = synthetic.error, synthetic.shifted_error
        enough = synthetic.crops >= SYNTHETIC_CROPS
        few = f"not measured: {synthetic.crops:,} crops only"
        rows = [
            Target(
                what,
                target,
                f"{error.value:.3f} ({error.low:.3f}–{error.high:.3f}); photographed again {shifted.value:.3f}"
                f" ({synthetic.recipe}, {synthetic.precision})",
                "uncalibrated",
                _error_verdict(error.value, SYNTHETIC_ERROR) if enough else few,
            ),
            Target(
                accept, accept_target, _accepted(synthetic), _NOTHING, _accept_verdict(synthetic) if enough else few
            ),
        ]
    mine = real[0].error
    peer = _NOTHING
    if len(real) > 1:
        theirs = real[1].error
        peer = f"{theirs.value:.3f} ({theirs.low:.3f}–{theirs.high:.3f})"
    rows.insert(
        1,
        Target(
            f"calibration error, {real[0].readings} real crops and their twins",
            f"lower end at most {REAL_ERROR:g}",
            f"{mine.value:.3f} ({mine.low:.3f}–{mine.high:.3f})",
            peer,
            _error_verdict(mine.low, REAL_ERROR) if has_twins else "not measured: without twins",
        ),
    )
    if (turned := real[0].turned) is not None:
        error = turned.error
        rows.insert(
            2,
            Target(
                f"the same, the crops turned by 90°, 180° and 270° ({turned.readings})",
                "(the figure)",
                f"{error.value:.3f} ({error.low:.3f}–{error.high:.3f})",
                _NOTHING,
                _NOTHING,
            ),
        )
    wrong, upright, by_parent = real[0].wrong, real[0].upright_wrong, real[0].wrong_parents
    shown = "nothing is accepted without asking"
    if wrong is not None and upright is not None and by_parent is not None:
        accepted = f"{wrong.total} of {real[0].readings} accepted"
        crops = f"crops with a wrong one {share_in_words(by_parent)}"
        shown = f"{share_in_words(wrong)}, {accepted}; {crops}; without twins {share_in_words(upright)}"
        if turned is not None and turned.wrong is not None:
            shown += f"; turned {share_in_words(turned.wrong)}"
    rows.append(Target("the same, real crops and their twins", "(the count)", shown, _NOTHING, _NOTHING))
    return rows


def _error_verdict(error: float, most: float) -> str:
    return f"met, {most - error:.3f} less" if error <= most else f"**missed by {error - most:.3f}**"


def _accepted(synthetic: SyntheticConfidence) -> str:
    wrong, shifted = synthetic.wrong, synthetic.shifted_wrong
    if synthetic.threshold is None or wrong is None:
        return "nothing is accepted without asking"
    shown = f"{share_in_words(wrong)}, {wrong.total / synthetic.crops:.0%} accepted"
    return shown if shifted is None else f"{shown}; photographed again {share_in_words(shifted)}"


def _accept_verdict(synthetic: SyntheticConfidence) -> str:
    wrong = synthetic.wrong
    if synthetic.threshold is None or wrong is None:
        return "**missed**: no confidence is high enough"
    verdict = "met" if wrong.share <= ACCEPTABLE_RISK else "**missed**"
    return f"{verdict}: 1 in {wrong.total / wrong.count:.0f}" if wrong.count else verdict


def target_table(rows: Sequence[Target], peer: str | None) -> str:
    """The targets as Markdown."""
    lines = [f"| what | target | this reader | {peer or 'no peer'} | verdict |", "|---|---|---|---|---|"]
    lines += [f"| {row.what} | {row.target} | {row.ours} | {row.peer} | {row.verdict} |" for row in rows]
    return "\n".join(lines) + "\n"
