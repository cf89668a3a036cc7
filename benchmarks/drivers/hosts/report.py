"""What a trial of several hosts came to, as a table and a picture."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.drivers.hosts.faults import FAULTS, RAY_FAULTS
from benchmarks.drivers.hosts.trial import Asked, Trial

_BIN: Final = 10.0  # seconds of a bar in the picture
_COLOURS: Final = ("#c0392b", "#e67e22", "#2c6fbb", "#5d9c59", "#8e44ad", "#9aa5b1", "#b7950b", "#17a589")
_RAY_COLOURS: Final = ("#d81b60", "#6d4c41")
_PAGE: Final = """# Several hosts, and what goes wrong among them

`python -m benchmarks.hosts --write{option}` lays out two backends, PostgreSQL{hosts} and a bucket that honours
preconditions on hosts of their own, which are network namespaces of one Linux machine joined by a bridge. Shoppers
send each request to either backend: they read, confirm, correct themselves and undo. One fault after another strikes; a
fault has healed when each backend labels, without the crop, what the other has read. At the end every label is looked
up in the files, in the index, in an index made anew, and on a new machine that has only the bucket.

![Requests answered and failed over time, with the faults](hosts.png)

{table}

A request has failed that got no answer within ten seconds or was told that it cannot be served now (503); a shopper
sends it again. While a backend is cut off or killed, half of the requests go to a host that does not answer: a load
balancer that asks `/readyz` would send them elsewhere. A link is made slow by `tc` (netem with 400 ms, or 192 kbit/s
where the kernel lacks it). All hosts share one machine's processors, so times are no measure of larger ones: a backend
needs four seconds of a processor to start.

{ray}
"""
_RAY: Final = """Beside them a command on the host of Ray's head has two workers render the same crops again and again
(`data_gen/ray_cluster.py`), and compares each round with what one process renders. A fault of a worker has healed when
each worker has delivered a part that it finished since. A worker that is killed, or ends by itself when the head has
given it up, is started anew, as a machine's supervisor does.

A worker whose connections break while it is cut off may hold its part up for seven minutes: the call that waits for
it sends nothing, so Ray notices only after `RAY_grpc_client_keepalive_time_ms` (300 s) and its timeout (120 s) that
nobody is at the other end ([Ray's pull request 44692](https://github.com/ray-project/ray/pull/44692)). The part is then
done again; no other one is lost. gRPC's servers take more frequent pings for an attack by default, so these times are
as Ray sets them."""
_NO_RAY: Final = """Without `--no-ray` there are Ray's head and two workers, too, on three more hosts: they render the
same crops again and again while they are killed and cut off, and each round is compared with what one process renders.
That is not in the figures above."""


def summary(trial: Trial) -> str:
    """Return the trial as Markdown tables."""
    result = trial.result
    failed = Counter(asked.what for asked in trial.asked if _has_failed(asked))
    kinds = ", ".join(f"{failed[what]:,} {what}s" for what in ("reading", "label", "undo"))
    loads = trial.loads or [0.0]
    lines = [
        "| | |",
        "|---|---|",
        f"| minutes | {result.seconds / 60:.1f} |",
        f"| processors; load of the machine | {os.cpu_count()}; {min(loads):.0f} to {max(loads):.0f} |",
        f"| faults, of these backends killed | {len(trial.struck)}, {result.kills} |",
        f"| requests; failed | {len(trial.asked):,}; {failed.total():,} ({kinds}) |",
        f"| verdicts and undos acknowledged | {result.acknowledged:,} |",
        f"| labels that had to carry the crop | {trial.carried:,} |",
        f"| live labels at the end | {result.live:,} |",
        f"| **lost** | **{result.lost}** |",
        f"| **doubled** | **{result.twice}** |",
        f"| wrong, invented, damaged | {result.wrong}, {result.invented}, {result.damaged} |",
        *_about_ray(trial),
        "",
        "| fault | times | seconds | requests | failed | a reading, median (95th), ms | healed, median (most), s |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in (None, *(fault.kind for fault in (*FAULTS, *RAY_FAULTS))):
        struck = [fault for fault in trial.struck if fault.kind == kind]
        if kind is not None and not struck:
            continue
        asked = trial.during(kind)
        healing = [fault.healed - fault.ended for fault in struck]
        healed = f"{statistics.median(healing):.1f} ({max(healing):.1f})" if healing else ""
        length = f"{sum(fault.ended - fault.began for fault in struck):.0f}" if struck else ""
        lines.append(
            f"| {kind or 'none'} | {len(struck) or ''} | {length} | {len(asked):,} | {sum(map(_has_failed, asked)):,}"
            f" | {_times(asked)} | {healed} |"
        )
    return "\n".join(lines)


def _about_ray(trial: Trial) -> list[str]:
    if trial.job is None:
        return []
    killed, cut = (sum(struck.kind == fault.kind for struck in trial.struck) for fault in RAY_FAULTS)
    return [
        f"| Ray's workers killed, cut off | {killed}, {cut} |",
        f"| parts rendered on Ray, in whole rounds of the same crops | {trial.job.parts}, {trial.job.rounds} |",
        f"| **rounds with other bytes than in one process** | **{trial.job.different}** |",
    ]


def write_report(trial: Trial, folder: Path) -> None:
    """Write `hosts.md` and `hosts.png` into a folder."""
    has_ray = trial.job is not None
    page = _PAGE.format(
        table=summary(trial),
        option="" if has_ray else " --no-ray",
        hosts=", Ray's head, two workers of Ray" if has_ray else "",
        ray=_RAY if has_ray else _NO_RAY,
    )
    (folder / "hosts.md").write_text(page)
    _draw(trial, folder / "hosts.png")


def _draw(trial: Trial, path: Path) -> None:
    # Imported here: the table needs no matplotlib.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1.2, 1))
    bins: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for asked in trial.asked:
        bins[_has_failed(asked)][int(asked.at // _BIN)] += 1
    last = int(trial.result.seconds // _BIN) + 1
    starts = [_BIN * number / 60 for number in range(last)]
    answered, failed = ([counted[number] for number in range(last)] for counted in bins)
    above.bar(starts, answered, width=_BIN / 60, align="edge", color="#5d9c59", label="answered")
    above.bar(starts, failed, bottom=answered, width=_BIN / 60, align="edge", color="#222222", label="failed")
    above.set_ylabel(f"requests in {_BIN:.0f} s")
    readings = [asked for asked in trial.asked if asked.what == "reading" and asked.status == 200]
    below.scatter([it.at / 60 for it in readings], [1000 * it.seconds for it in readings], s=3, color="#34495e")
    below.set_yscale("log")
    below.set_ylabel("a reading, ms")
    below.set_xlabel("minutes")
    _mark_faults((above, below), trial)
    above.legend(frameon=False, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, 1.32))
    figure.savefig(path, dpi=110)


def _mark_faults(axes: Sequence[Any], trial: Trial) -> None:
    for fault, colour in zip((*FAULTS, *RAY_FAULTS), (*_COLOURS, *_RAY_COLOURS), strict=True):
        spans = [(struck.began / 60, struck.healed / 60) for struck in trial.struck if struck.kind == fault.kind]
        for number, (began, healed) in enumerate(spans):
            for place in axes:
                place.axvspan(began, healed, color=colour, alpha=0.25, linewidth=0, label="" if number else fault.kind)


def _has_failed(asked: Asked) -> bool:
    return asked.status in (0, 500, 503)


def _times(asked: Sequence[Asked]) -> str:
    milliseconds = sorted(1000 * it.seconds for it in asked if it.what == "reading" and it.status == 200)
    if not milliseconds:
        return ""
    return f"{statistics.median(milliseconds):,.0f} ({milliseconds[int(0.95 * len(milliseconds))]:,.0f})"
